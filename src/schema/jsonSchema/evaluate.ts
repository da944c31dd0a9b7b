import { type JsonNode, member, stringMember } from "../jsonTree.ts";
import type { Documents, Resource, Target } from "./documents.ts";
import { checkKeyword } from "./keywords.ts";
import { type Pattern, PatternCache } from "./pattern.ts";
import type { ValidationProblem } from "./validate.ts";

/** What schemas at one place of a value have looked at: members and elements that they have said something of. */
export class Seen {
  #members: Set<string> | null = null;
  #items: Set<number> | null = null;
  allMembers = false;
  allItems = false;

  addMember(name: string): void {
    (this.#members ??= new Set()).add(name);
  }

  addItem(index: number): void {
    (this.#items ??= new Set()).add(index);
  }

  hasMember(name: string): boolean {
    return this.allMembers || (this.#members?.has(name) ?? false);
  }

  hasItem(index: number): boolean {
    return this.allItems || (this.#items?.has(index) ?? false);
  }

  add(other: Seen): void {
    for (const name of other.#members ?? []) this.addMember(name);
    for (const index of other.#items ?? []) this.addItem(index);
    this.allMembers ||= other.allMembers;
    this.allItems ||= other.allItems;
  }
}

/** For schemas that never ask what was looked at. */
class NothingSeen extends Seen {
  override addMember(): void {}
  override addItem(): void {}
  override add(): void {}
}

const NOTHING = new NothingSeen();

const MAX_PROBLEMS = 50;

/**
 * Schemas applied to values, in all; a usual value takes some thousand. A grid holds many values against one schema: what a small one may cost
 * is less, and grows with the value.
 */
const MAX_STEPS = 1_000_000;
const SMALL_STEPS = 100_000;
const STEPS_EACH = 100;

/** Values in a value, itself included; no more than are of interest. */
function sizeOf(value: JsonNode, most: number): number {
  let size = 0;
  const open = [value];
  for (let node = open.pop(); node && size < most; node = open.pop()) {
    size++;
    if (node.kind === "array") for (const item of node.items) open.push(item);
    else if (node.kind === "object") for (const each of node.members) open.push(each.value);
  }
  return size;
}

/** Schemas within schemas that are open at once. A value may be 500 levels deep. */
const MAX_OPEN = 1700;

const ENDLESS =
  "the schema refers to itself without an end, or the value is nested too deep: not all of it was checked";

/** Thrown to end an evaluation that would take too long; what was found is kept. */
class TooMuch extends Error {}

/** One value being held against one schema. */
export class Evaluation {
  readonly problems: ValidationProblem[] = [];
  readonly unchecked = new Set<string>();
  readonly documents: Documents;
  readonly #patterns: PatternCache;
  /** resources that evaluation has passed through, outermost first: what dynamic references look into */
  readonly #scope: Resource[] = [];
  #path: (string | number)[] = [];
  #found: ValidationProblem[] = this.problems;
  #steps = 0;
  #mostSteps = MAX_STEPS;
  #open = 0;

  constructor(documents: Documents, patterns: Map<string, Pattern | string>) {
    this.documents = documents;
    this.#patterns = new PatternCache(patterns);
  }

  root(schema: JsonNode, resource: Resource, value: JsonNode): void {
    this.#mostSteps = Math.min(MAX_STEPS, SMALL_STEPS + STEPS_EACH * sizeOf(value, MAX_STEPS / STEPS_EACH));
    try {
      this.apply({ node: schema, resource }, value, this.fresh());
    } catch (error) {
      // the stack may end before the count does
      if (error instanceof RangeError) this.unchecked.add(ENDLESS);
      else if (error instanceof TooMuch) this.unchecked.add(error.message);
      else throw error;
    }
    this.problems.length = Math.min(this.problems.length, MAX_PROBLEMS);
  }

  /** Whether a value fits a schema; what does not is found. `seen` learns what the schema has looked at, when the value fits. */
  apply({ node, resource }: Target, value: JsonNode, seen: Seen): boolean {
    this.cost(1);
    if (node.kind === "boolean") {
      if (!node.value) this.problem("the schema allows no value here");
      return node.value;
    }
    if (node.kind !== "object") return true;
    this.cost(node.members.length / 10);
    if (++this.#open > MAX_OPEN) throw new TooMuch(ENDLESS);
    const own = this.documents.resourceAt(node) ?? resource;
    const entered = own !== this.#scope.at(-1);
    if (entered) this.#scope.push(own);
    const mine = this.fresh();
    let fits = true;
    const reference = member(node, "$ref");
    if (reference && own.draft <= 7) fits = this.#refer(node, own, value, mine);
    else {
      if (reference || member(node, "$dynamicRef") || member(node, "$recursiveRef"))
        fits = this.#refer(node, own, value, mine);
      let later = false;
      for (const { name, value: keyword } of node.members) {
        if (name.startsWith("unevaluated")) later = true;
        else if (!checkKeyword(this, name, keyword, { node, resource: own }, value, mine)) fits = false;
      }
      // after all others, whose findings it needs
      if (later) {
        for (const { name, value: keyword } of node.members)
          if (
            name.startsWith("unevaluated") &&
            !checkKeyword(this, name, keyword, { node, resource: own }, value, mine)
          )
            fits = false;
      }
    }
    if (entered) this.#scope.pop();
    this.#open--;
    if (fits) seen.add(mine);
    return fits;
  }

  /** Of a place that nothing has looked at yet. */
  fresh(): Seen {
    return this.documents.usesUnevaluated ? new Seen() : NOTHING;
  }

  /** The same one level deeper in the value, which the outer schema has then looked at. */
  within(step: string | number, target: Target, value: JsonNode): boolean {
    this.#path.push(step);
    const fits = this.apply(target, value, this.fresh());
    this.#path.pop();
    return fits;
  }

  /** Whether it fits, without a word; and what was found. */
  attempt(target: Target, value: JsonNode, seen: Seen): ValidationProblem[] | null {
    const outer = this.#found;
    this.#found = [];
    const fits = this.apply(target, value, seen);
    const found = this.#found;
    this.#found = outer;
    return fits ? null : found;
  }

  problem(message: string): false {
    this.report([{ path: this.path, message }]);
    return false;
  }

  report(problems: ValidationProblem[]): void {
    for (const problem of problems) if (this.#found.length < MAX_PROBLEMS) this.#found.push(problem);
  }

  get path(): string {
    return this.#path.reduce<string>((so, step) => {
      if (typeof step === "number") return `${so}[${step}]`;
      return so + (/^[A-Za-z_][A-Za-z0-9_]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`);
    }, "$");
  }

  /** A problem of a member or element. */
  problemAt(step: string | number, message: string): false {
    this.#path.push(step);
    this.problem(message);
    this.#path.pop();
    return false;
  }

  /** Counts work: about one for a schema, and for a hundred characters that are looked at. */
  cost(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#mostSteps)
      throw new TooMuch("the schema takes too many steps for this value: not all of it was checked");
  }

  /** Whether a text matches a pattern; null, and a word of it, when the pattern cannot be checked here. */
  matches(pattern: string, text: string): boolean | null {
    this.cost(1 + text.length / 100);
    const found = this.#patterns.get(pattern);
    if (typeof found !== "string") return found.matches(text);
    this.unchecked.add(found);
    return null;
  }

  #refer(node: JsonNode, own: Resource, value: JsonNode, seen: Seen): boolean {
    let fits = true;
    for (const keyword of ["$ref", "$dynamicRef", "$recursiveRef"]) {
      const reference = stringMember(node, keyword);
      if (reference === undefined) continue;
      const target = this.#target(keyword, reference, own);
      if (!target)
        this.unchecked.add(
          `the schema refers to ${reference}, which is neither in it nor among its references: that part was not checked`,
        );
      else if (!this.apply(target, value, seen)) fits = false;
    }
    return fits;
  }

  #target(keyword: string, reference: string, own: Resource): Target | null {
    const target = this.documents.resolve(reference, own);
    if (!target || keyword === "$ref") return target;
    if (keyword === "$recursiveRef") {
      if (!isRecursive(target.resource)) return target;
      const outermost = this.#scope.find(isRecursive);
      return outermost ? { node: outermost.root, resource: outermost } : target;
    }
    const anchor = /#([^/]+)$/.exec(reference)?.[1];
    if (anchor === undefined || target.resource.dynamic.get(anchor) !== target.node) return target;
    for (const resource of this.#scope) {
      const node = resource.dynamic.get(anchor);
      if (node) return { node, resource };
    }
    return target;
  }
}

const isRecursive = ({ root }: Resource): boolean => {
  const anchor = member(root, "$recursiveAnchor");
  return anchor?.kind === "boolean" && anchor.value;
};
