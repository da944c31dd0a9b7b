import type { JsonNode } from "../jsonTree.ts";
import { described } from "../problemWords.ts";

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
