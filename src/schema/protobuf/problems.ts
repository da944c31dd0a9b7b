import type { JsonNode } from "../jsonTree.ts";

/** What does not fit the schema, and where: "$.items[0].qty". */
export interface EncodeProblem {
  path: string;
  message: string;
}

/** Enough to act on; a list of thousands of wrong items helps nobody. */
const MAX_PROBLEMS = 20;

/** What is wrong with a value, while it is gone through from the outside in. */
export class Problems {
  readonly list: EncodeProblem[] = [];
  readonly #path: string[] = ["$"];

  get isFull(): boolean {
    return this.list.length >= MAX_PROBLEMS;
  }

  within<T>(step: string, run: () => T): T {
    this.#path.push(step);
    const result = run();
    this.#path.pop();
    return result;
  }

  add(message: string): void {
    if (!this.isFull) this.list.push({ path: this.#path.join(""), message });
  }

  expected(what: string, node: JsonNode): void {
    this.add(`expected ${what}, got ${described(node)}`);
  }
}

export const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

function described(node: JsonNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(node.value);
    case "number":
      return shortened(node.text);
    case "string":
      return JSON.stringify(shortened(node.value));
    case "array":
      return "an array";
    case "object":
      return "an object";
  }
}

export const listed = (names: string[]): string =>
  names.length > 12 ? `${names.slice(0, 12).join(", ")}, … (${names.length} in all)` : names.join(", ");

export const stepOf = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
