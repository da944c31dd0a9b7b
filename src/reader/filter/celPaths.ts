import type { ASTNode } from "@marcbachmann/cel-js";

/** a member's name, or an element's index */
export type Step = string | number;

/** paths of one expression that are looked for one by one */
const MOST_PATHS = 50;
const MOST_STEPS = 20;
const MOST_INDEX = 1000;

/**
 * The paths of a variable that an expression reads: value.a, value["a"], value.items[0].sku, has(value.a). What is done with the values at their ends is
 * not looked at. The path of no steps is the variable itself: value == null, value.exists(…).
 */
export function pathsOf(ast: ASTNode, variable: string): Step[][] {
  const paths: Step[][] = [];
  const collect = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const one of node) collect(one);
      return;
    }
    if (typeof node !== "object" || node === null || !("op" in node) || !("args" in node)) return;
    const path = pathOf(node as ASTNode, variable);
    if (path === null) collect(node.args);
    else paths.push(path);
  };
  collect(ast);
  return paths.length > MOST_PATHS ? [[]] : paths;
}

/** Null for what is no path from the variable; its beginning may be one then. */
export function pathOf(node: ASTNode, variable: string): Step[] | null {
  if (node.op === "id") return node.args === variable ? [] : null;
  if (node.op !== "." && node.op !== "[]") return null;
  const step = node.op === "." ? node.args[1] : literalOf(node.args[1]);
  if (!isStep(step)) return null;
  const base = pathOf(node.args[0], variable);
  return base && base.length < MOST_STEPS ? [...base, typeof step === "bigint" ? Number(step) : step] : null;
}

const literalOf = (node: ASTNode): unknown => (node.op === "value" ? node.args : null);

/** Names that JavaScript's objects have themselves are left out, and those that no UTF-8 stands for or that stand for what is no UTF-8. */
function isStep(step: unknown): step is string | bigint {
  if (typeof step === "bigint") return step >= 0n && step <= MOST_INDEX;
  return typeof step === "string" && !OWN_NAMES.has(step) && step.isWellFormed() && !step.includes("\ufffd");
}

const OWN_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
