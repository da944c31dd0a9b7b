import type { FieldInfo, Filter, FilterProblem, ReadQuery } from "../../src/shared/messages.ts";
import type { FilterDraft, FilterLists, MessagesState } from "../../src/shared/protocol.ts";
import type { NamedSchema } from "../../src/shared/schemaUse.ts";
import { isCancelled, messageOf, UserError } from "../../src/shared/userError.ts";
import { type Completion, completionsAt } from "./filterCompletion.ts";
import type { Panel } from "./panel.ts";

/** ms without a key after which what is written is used */
const PAUSE = 150;
/** ms after which a filter that was applied as one typed counts as used */
const USED_AFTER = 4000;
/** fields that were seen are asked for again after so long, ms */
const FIELDS_AGE = 10_000;
const MOST_FIELDS = 300;

/** What messages are narrowed to. */
interface Narrowing {
  filter: Filter | null;
  schema: NamedSchema | null;
}

const NONE: Narrowing = { filter: null, schema: null };

/** The filter line: what is written there, what is wrong with it, and what it is applied to. */
export class Filtering {
  draft: FilterDraft;
  problem: FilterProblem | null = null;
  lists: FilterLists | null = null;
  completions: Completion[] = [];
  /** a search of the topic starts at its beginning where the query reads the newest messages only */
  fromBeginning = true;
  /** index in `completions` */
  chosen = 0;
  /** what a search made of where reading starts and ends, and what that was before */
  private widened: Record<"to" | "back", Pick<ReadQuery, "from" | "to">> | null = null;
  private fields: FieldInfo[] = [];
  private fieldsAt = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private using: ReturnType<typeof setTimeout> | undefined;
  private readonly panel: Panel;

  constructor(panel: Panel, state: MessagesState) {
    this.panel = panel;
    this.draft = state.filter;
  }

  /** what is written, as a filter; null when nothing is */
  get filter(): Filter | null {
    return filterOf(this.draft);
  }

  /** a filter is in use, of what is kept or of what is read */
  get active(): Filter | null {
    return this.panel.reading.view.filter ?? this.panel.reading.query.filter;
  }

  /** the schema that messages are narrowed to, of what is kept or of what is read */
  get schema(): NamedSchema | null {
    return this.panel.reading.view.schema ?? this.panel.reading.query.schema;
  }

  /** What is written is not what is in use: it waits for Enter. */
  get waiting(): boolean {
    return !same(this.filter, this.active);
  }

  change(change: Partial<FilterDraft>): void {
    this.draft = { ...this.draft, ...change };
    this.problem = null;
    this.panel.save();
    clearTimeout(this.timer);
    clearTimeout(this.using);
    // an expression makes sense when it is whole, and reading a topic again takes a while: both wait for Enter
    const atOnce = this.draft.scope === "kept" && this.draft.kind !== "cel";
    this.timer = setTimeout(() => void (atOnce ? this.apply(true) : this.check()), PAUSE);
    this.panel.changed();
  }

  /** Text that was typed, with where the caret stands. */
  type(text: string, caret: number): void {
    this.change({ text });
    void this.complete(text, caret);
  }

  /** Uses what is written. `typing`: it may go on, so that it is remembered only if it stays. */
  async apply(typing = false): Promise<void> {
    clearTimeout(this.timer);
    clearTimeout(this.using);
    this.closeCompletions();
    const { filter } = this;
    try {
      await this.narrow({ filter, schema: this.schema });
      this.problem = null;
      if (filter && typing) this.using = setTimeout(() => this.used(filter), USED_AFTER);
      else if (filter) this.used(filter);
    } catch (error) {
      if (isCancelled(error)) return;
      this.problem = problemOf(error, this.draft.text);
    }
    this.panel.changed();
  }

  /** Shows only messages that name a schema, of those that the filter in use lets through; null: with any schema, and with none. */
  showSchema(schema: NamedSchema | null): void {
    void this.panel.attempt(() => this.narrow({ filter: this.active, schema }));
  }

  /** Applies a filter and a schema to what is kept or to what is read, as chosen. Rejects with what is wrong with them. */
  private async narrow(to: Narrowing): Promise<void> {
    const { reading } = this.panel;
    const isSo = (now: Narrowing): boolean => same(now.filter, to.filter) && same(now.schema, to.schema);
    if (this.draft.scope === "kept") {
      if (reading.query.filter || reading.query.schema) await this.readWithout();
      if (!isSo(reading.view)) await reading.tryLook(to);
      return;
    }
    if (reading.view.filter || reading.view.schema) await reading.tryLook(NONE);
    if (isSo(reading.query)) return;
    await (to.filter || to.schema ? this.search(to) : this.readWithout());
  }

  private async search(narrowing: Narrowing): Promise<void> {
    const { reading } = this.panel;
    const { from, to } = reading.query;
    // of the last messages only, or of none yet, a search would see little of the topic
    const widens = this.fromBeginning && (from.kind === "last" || from.kind === "latest");
    if (!widens) return reading.tryStart(narrowing);
    const whole = { from: { kind: "beginning" }, to: { kind: "live" } } as const;
    await reading.tryStart({ ...narrowing, ...whole });
    this.widened = { to: whole, back: { from, to } };
  }

  /** With neither, what is read is what was read before the search, unless the user has chosen something else since. */
  private async readWithout(): Promise<void> {
    const { reading } = this.panel;
    const { from, to } = reading.query;
    const unchanged = this.widened?.to.from === from && this.widened.to.to === to;
    await reading.tryStart({ ...NONE, ...(unchanged ? this.widened?.back : {}) });
    this.widened = null;
  }

  private used(filter: Filter): void {
    void this.panel.attempt(async () => {
      await this.panel.rpc.call("usedFilter", [filter]);
      // asked for again when the menu is opened
      this.lists = null;
    });
  }

  /** Uses a filter that was kept. */
  use(filter: Filter): void {
    const text = filter.kind === "cel" ? filter.expression : filter.kind === "regex" ? filter.pattern : filter.text;
    const look = filter.kind === "cel" ? {} : { caseSensitive: filter.caseSensitive, parts: filter.parts };
    this.draft = { ...this.draft, kind: filter.kind, text, ...look };
    this.panel.save();
    void this.apply();
  }

  clear(): void {
    this.empty();
    void this.apply();
  }

  /** Empties the box, and leaves in use what is. */
  empty(): void {
    clearTimeout(this.timer);
    this.draft = { ...this.draft, text: "" };
    this.problem = null;
    this.panel.save();
    this.panel.changed();
  }

  private async check(): Promise<void> {
    const { filter } = this;
    await this.panel.attempt(async () => {
      const problem = filter && (await this.panel.rpc.call("checkFilter", [filter]));
      if (!same(filter, this.filter)) return;
      this.problem = problem;
      this.panel.changed();
    });
  }

  // -------------------------------------------------------------------------------------------------------- completion

  async complete(text: string, caret: number, asked = false): Promise<void> {
    if (this.draft.kind !== "cel") return;
    if (performance.now() - this.fieldsAt > FIELDS_AGE) {
      this.fieldsAt = performance.now();
      await this.panel.attempt(async () => {
        this.fields = await this.panel.rpc.call("fields", [MOST_FIELDS]);
      });
    }
    this.completions = completionsAt(text, caret, this.fields, asked);
    this.chosen = 0;
    this.panel.changed();
  }

  choose(by: number): void {
    const { length } = this.completions;
    if (length > 0) this.chosen = (this.chosen + by + length) % length;
    this.panel.changed();
  }

  closeCompletions(): void {
    this.completions = [];
    this.panel.changed();
  }

  // ------------------------------------------------------------------------------------------------------ saved filters

  loadLists(): void {
    void this.panel.attempt(async () => {
      this.lists = await this.panel.rpc.call("filters", []);
      this.panel.changed();
    });
  }

  save(): void {
    const { filter } = this;
    if (!filter) return;
    void this.panel.attempt(async () => {
      this.lists = await this.panel.rpc.call("saveFilter", [filter]);
      this.panel.changed();
    });
  }

  remove(name: string, scope: FilterLists["saved"][number]["scope"]): void {
    void this.panel.attempt(async () => {
      this.lists = await this.panel.rpc.call("deleteFilter", [name, scope]);
      this.panel.changed();
    });
  }
}

function filterOf({ kind, text, caseSensitive, parts }: FilterDraft): Filter | null {
  if (text.trim() === "") return null;
  switch (kind) {
    case "contains":
      return { kind, text, caseSensitive, parts };
    case "regex":
      return { kind, pattern: text, caseSensitive, parts };
    case "cel":
      return { kind, expression: text };
  }
}

const same = (a: Filter | NamedSchema | null, b: Filter | NamedSchema | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** The place that the engine names, or the whole text. */
function problemOf(error: unknown, text: string): FilterProblem {
  if (error instanceof UserError && error.code === "filter" && error.detail) {
    return JSON.parse(error.detail) as FilterProblem;
  }
  return { message: messageOf(error), at: null, length: text.length };
}
