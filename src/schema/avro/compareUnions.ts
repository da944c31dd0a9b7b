import { isNameOf, isPromotion } from "./canRead.ts";
import type { Comparison, Matters } from "./compatibility.ts";
import { type AvroType, branchName } from "./schema.ts";
import { typeText } from "./typeText.ts";

/** Branches are compared each with each. */
const MAX_BRANCH_PAIRS = 1_000_000;

/** Two types of which one at least is a union; a type that is none counts as a union of itself. */
export function compareUnions(run: Comparison, older: AvroType, newer: AvroType, path: string, matters: Matters): void {
  const [from, to] = [branchesOf(older), branchesOf(newer)];
  if (from.length * to.length > MAX_BRANCH_PAIRS) throw new Error("the schemas are too large to be compared");
  const pairs = pairsOf(from, to);
  if (older.kind !== newer.kind) {
    const isMade = newer.kind === "union";
    run.report(
      {
        kind: "union-changed",
        path,
        message: `The type is ${typeText(newer)} instead of ${typeText(older)}.`,
        effect: isMade
          ? "A single type has become a union: what that means is said of its branches."
          : "A union has become a single type: what that means is said of the branches that are gone.",
      },
      matters,
    );
  }
  for (const branch of to) {
    const before = pairs.get(branch);
    if (!before) {
      const fails = !run.canRead.test(older, branch);
      run.report(
        {
          kind: "branch-added",
          path,
          message: `The union has the new branch ${typeText(branch)}.`,
          effect: `New readers can read on; old readers ${fails ? `cannot read messages with ${named(branch)} here` : "read it as another of their branches"}.`,
          forward: fails,
        },
        matters,
      );
      continue;
    }
    const at = isPlain(from) && isPlain(to) ? path : `${path}<${branchName(branch)}>`;
    // where another branch can do, nothing that is said of this one breaks anything
    run.compare(before, branch, at, {
      backward: matters.backward && !run.canRead.test(newer, before),
      forward: matters.forward && !run.canRead.test(older, branch),
    });
  }
  const matched = new Set(pairs.values());
  for (const branch of from) {
    if (matched.has(branch)) continue;
    const fails = !run.canRead.test(newer, branch);
    run.report(
      {
        kind: "branch-removed",
        path,
        message: `The union no longer has the branch ${typeText(branch)}.`,
        effect: `New readers ${fails ? `cannot read old messages with ${named(branch)} here` : "read it as another branch"}; old readers can read on.`,
        backward: fails,
      },
      matters,
    );
  }
  const order = to.flatMap((branch) => (pairs.has(branch) ? [from.indexOf(pairs.get(branch)!)] : []));
  if (order.some((place, i) => i > 0 && place < order[i - 1]!)) {
    run.report(
      {
        kind: "branches-reordered",
        path,
        message: "The branches of the union stand in another order.",
        effect:
          "Readers with a schema of their own can read on; before Avro 1.12 a default has to be of the first branch.",
        severity: "harmless",
      },
      matters,
    );
  }
}

const branchesOf = (type: AvroType): AvroType[] => (type.kind === "union" ? type.branches : [type]);

/** At most one branch besides null: it needs no name in a path. */
const isPlain = (branches: AvroType[]): boolean => branches.filter(({ kind }) => kind !== "null").length <= 1;

const named = (type: AvroType): string => (type.kind === "null" ? "null" : typeText(type));

/** Newer branches with the older ones that they were: by full name, by name or alias, then by a promotion. */
function pairsOf(older: AvroType[], newer: AvroType[]): Map<AvroType, AvroType> {
  const found = new Map<AvroType, AvroType>();
  const left = new Set(older);
  const match = (isPair: (before: AvroType, branch: AvroType) => boolean): void => {
    for (const branch of newer) {
      if (found.has(branch)) continue;
      for (const before of left) {
        if (!isPair(before, branch)) continue;
        found.set(branch, before);
        left.delete(before);
        break;
      }
    }
  };
  match((before, branch) => before.kind === branch.kind && branchName(before) === branchName(branch));
  match(
    (before, branch) =>
      "name" in before &&
      "name" in branch &&
      before.kind === branch.kind &&
      (isNameOf(branch, before) || isNameOf(before, branch)),
  );
  match((before, branch) => isPromotion(before.kind, branch.kind) || isPromotion(branch.kind, before.kind));
  // a single type that is another now
  if (older.length === 1 && newer.length === 1 && found.size === 0) found.set(newer[0]!, older[0]!);
  return found;
}
