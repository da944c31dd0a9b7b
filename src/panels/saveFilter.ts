import type { Ctx } from "../context.ts";
import { back } from "../platform/ui.ts";
import type { Filter } from "../shared/messages.ts";
import type { FilterScope } from "../shared/protocol.ts";
import { CancelledError } from "../shared/userError.ts";
import type { FilterStore } from "./filterStore.ts";

const title = "Save Filter";
const longestName = 100;

/** Asks for a name and where to keep the filter, and before another filter of that name is replaced. Rejects with CancelledError. */
export async function saveFilter(ctx: Pick<Ctx, "ui">, store: FilterStore, filter: Filter): Promise<void> {
  let name = "";
  for (;;) {
    const typed = await ctx.ui.input({
      title,
      prompt: "Name of the filter",
      value: name,
      placeholder: textOf(filter).slice(0, longestName),
      position: { step: 1, total: 2, canGoBack: false },
      validate: (value) => {
        if (value.trim() === "") return "A filter needs a name.";
        return value.trim().length > longestName ? `A name has at most ${longestName} characters.` : null;
      },
    });
    if (typed === back) throw new CancelledError();
    name = typed.trim();
    const scope = await ctx.ui.pick<FilterScope>({
      title,
      placeholder: "Where to keep it",
      position: { step: 2, total: 2, canGoBack: true },
      items: [
        { label: "In This Workspace", detail: "Offered while this folder or workspace is open", value: "workspace" },
        { label: "Everywhere", detail: "Offered in every window", value: "global" },
      ],
    });
    if (scope === back) continue;
    const replaces = store.has(name, scope);
    if (replaces && !(await ctx.ui.confirm({ message: `Replace the filter “${name}”?`, action: "Replace" }))) continue;
    await store.save(name, scope, filter);
    return;
  }
}

const textOf = (filter: Filter): string =>
  filter.kind === "contains" ? filter.text : filter.kind === "regex" ? filter.pattern : filter.expression;
