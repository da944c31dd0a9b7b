/** One line of the budget: what was measured against its limit. */
export interface Budget {
  what: string;
  /** "×" for a ratio to a peer of the same run */
  unit: "×" | "ms" | "msg/s" | "MB";
  bound: "at least" | "at most";
  limit: number;
  /** null: it could not be measured, and why in a few words */
  measured: number | { missing: string };
}

export type Verdict = "kept" | "missed" | "not checked";

/** A figure that is no number (nothing was measured) is never within a budget. */
export function verdictOf({ bound, limit, measured }: Budget): Verdict {
  if (typeof measured !== "number") return "not checked";
  return (bound === "at least" ? measured >= limit : measured <= limit) ? "kept" : "missed";
}

/** Rows for `table`, with a heading. */
export function budgetRows(budgets: readonly Budget[]): string[][] {
  return [
    ["budget", "limit", "measured", "verdict"],
    ...budgets.map((budget) => [
      budget.what,
      `${budget.bound === "at least" ? "≥" : "≤"} ${amount(budget.limit, budget.unit)}`,
      typeof budget.measured === "number" ? amount(budget.measured, budget.unit) : budget.measured.missing,
      verdictOf(budget),
    ]),
  ];
}

/** What --check says: names each budget that is missed or could not be checked. `ok`: none is missed. */
export function check(budgets: readonly Budget[]): { ok: boolean; lines: string[] } {
  const lines: string[] = [];
  let missed = 0;
  for (const budget of budgets) {
    const { what, unit, limit, bound, measured } = budget;
    const asked = `${bound} ${amount(limit, unit)} is asked for`;
    if (typeof measured !== "number") lines.push(`Could not be checked: ${what}: ${measured.missing}; ${asked}.`);
    else if (verdictOf(budget) === "missed") {
      missed++;
      lines.push(`MISSED: ${what}: ${amount(measured, unit)}; ${asked}.`);
    }
  }
  const kept = budgets.filter((budget) => verdictOf(budget) === "kept").length;
  lines.push(
    `${kept} of ${budgets.length} budgets kept, ${missed} missed, ${budgets.length - kept - missed} not checked.`,
  );
  return { ok: missed === 0, lines };
}

function amount(value: number, unit: Budget["unit"]): string {
  // two digits behind the point where a rounded one could hide on which side of the limit it is
  const text = unit === "×" ? value.toFixed(2) : unit === "ms" && value < 100 ? value.toFixed(1) : thousands(value);
  return unit === "×" ? `${text} ×` : `${text} ${unit}`;
}

const thousands = (value: number): string => Math.round(value).toLocaleString("en");
