import { isDeepStrictEqual } from "node:util";
import type { Memento } from "vscode";
import type { Filter } from "../shared/messages.ts";
import type { FilterLists, FilterScope, SavedFilter } from "../shared/protocol.ts";
import { object, text } from "./loose.ts";
import { restoredFilter } from "./restoredQuery.ts";

const savedKey = "messages.filters";
const recentKey = "messages.recentFilters";
const mostRecent = 20;
/** of each scope */
const mostSaved = 500;

/**
 * Filters that the user keeps by name, in the workspace or everywhere, and those used last. What was stored by another version, or is damaged,
 * is left out.
 */
export class FilterStore {
  private readonly storage: Record<FilterScope, Memento>;

  constructor({ workspaceState, globalState }: { workspaceState: Memento; globalState: Memento }) {
    this.storage = { workspace: workspaceState, global: globalState };
  }

  lists(): FilterLists {
    return { saved: [...this.saved("workspace"), ...this.saved("global")], recent: this.recent() };
  }

  has(name: string, scope: FilterScope): boolean {
    return this.saved(scope).some((one) => one.name === name);
  }

  /** Adds it, or replaces the one of that name. */
  async save(name: string, scope: FilterScope, filter: Filter): Promise<void> {
    const others = this.saved(scope).filter((one) => one.name !== name);
    await this.store(scope, [{ name, scope, filter }, ...others].slice(0, mostSaved));
  }

  async remove(name: string, scope: FilterScope): Promise<void> {
    await this.store(
      scope,
      this.saved(scope).filter((one) => one.name !== name),
    );
  }

  /** Puts it first among the recent ones. */
  async used(filter: Filter): Promise<void> {
    const before = this.recent();
    if (isDeepStrictEqual(before[0], filter)) return;
    const others = before.filter((one) => !isDeepStrictEqual(one, filter));
    await this.storage.global.update(recentKey, [filter, ...others].slice(0, mostRecent));
  }

  private recent(): Filter[] {
    return list(this.storage.global.get(recentKey))
      .map((one) => restoredFilter(object(one)))
      .filter((filter) => filter !== null)
      .slice(0, mostRecent);
  }

  /** By name. */
  private saved(scope: FilterScope): SavedFilter[] {
    const found = list(this.storage[scope].get(savedKey)).flatMap((one): SavedFilter[] => {
      const name = text(object(one)?.["name"]);
      const filter = restoredFilter(object(object(one)?.["filter"]));
      return name && filter ? [{ name, scope, filter }] : [];
    });
    return found.sort((a, b) => a.name.localeCompare(b.name)).slice(0, mostSaved);
  }

  private async store(scope: FilterScope, filters: readonly SavedFilter[]): Promise<void> {
    await this.storage[scope].update(
      savedKey,
      filters.map(({ name, filter }) => ({ name, filter })),
    );
  }
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
