/**
 * JSON as it is while a person types it: what is missing is null, what does not belong is passed over, and positions are kept. For hover
 * and completion; whether the text is right is said by validate.ts.
 */
export type EditNode = { start: number; end: number } /** `isClosed`: its last bracket or quote is there */ & (
  | { kind: "object"; members: EditMember[]; isClosed: boolean }
  | { kind: "array"; items: EditNode[]; isClosed: boolean }
  | { kind: "string"; value: string; isClosed: boolean }
  /** a number, true, false, null, or a word without quotes */
  | { kind: "word"; text: string }
);

export interface EditMember {
  name: string;
  /** of the name, with its quotes */
  start: number;
  end: number;
  isClosed: boolean;
  /** where the colon stands; -1: not yet typed */
  colon: number;
  value: EditNode | null;
}

export type EditObject = Extract<EditNode, { kind: "object" }>;

/** Deeper text is passed over. */
const MAX_DEPTH = 500;

/** null: there is no value yet. Never throws. */
export const parseEdited = (text: string): EditNode | null => new Reader(text).value(0);

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): EditNode | null {
    this.#space();
    const start = this.#at;
    const c = this.#text[start];
    if (c === '"') {
      const { value, isClosed } = this.#string();
      return { kind: "string", start, end: this.#at, value, isClosed };
    }
    if (c === "{" || c === "[") {
      this.#at++;
      // a value that is passed over still ends the loop that asked for it
      if (depth >= MAX_DEPTH) return { kind: "word", start, end: this.#at, text: c };
      return c === "{" ? this.#object(start, depth + 1) : this.#array(start, depth + 1);
    }
    WORD.lastIndex = start;
    const word = WORD.exec(this.#text)?.[0] ?? "";
    if (word === "") return null;
    this.#at += word.length;
    return { kind: "word", start, end: this.#at, text: word };
  }

  #object(start: number, depth: number): EditNode {
    const members: EditMember[] = [];
    let isClosed = false;
    for (;;) {
      this.#space();
      const c = this.#text[this.#at];
      if (c === undefined || c === "]") break;
      if (c === "}") {
        this.#at++;
        isClosed = true;
        break;
      }
      if (c === '"') members.push(this.#member(depth));
      // a comma, or what does not belong here
      else if (this.value(depth) === null) this.#at++;
    }
    return { kind: "object", start, end: this.#at, members, isClosed };
  }

  #member(depth: number): EditMember {
    const start = this.#at;
    const { value: name, isClosed } = this.#string();
    const member: EditMember = { name, start, end: this.#at, isClosed, colon: -1, value: null };
    this.#space();
    if (this.#text[this.#at] !== ":") return member;
    member.colon = this.#at++;
    this.#space();
    // "type": ⏎ "name": …: the value is still missing
    if (this.#text[this.#at] !== '"' || !this.#isName()) member.value = this.value(depth);
    return member;
  }

  /** Whether the string here is followed by a colon. */
  #isName(): boolean {
    const before = this.#at;
    this.#string();
    this.#space();
    const isName = this.#text[this.#at] === ":";
    this.#at = before;
    return isName;
  }

  #array(start: number, depth: number): EditNode {
    const items: EditNode[] = [];
    let isClosed = false;
    for (;;) {
      this.#space();
      const c = this.#text[this.#at];
      if (c === undefined || c === "}") break;
      if (c === "]") {
        this.#at++;
        isClosed = true;
        break;
      }
      const item = this.value(depth);
      if (item) items.push(item);
      else this.#at++;
    }
    return { kind: "array", start, end: this.#at, items, isClosed };
  }

  /** A string that is not closed ends with its line. */
  #string(): { value: string; isClosed: boolean } {
    const start = this.#at++;
    for (; this.#at < this.#text.length; this.#at++) {
      const c = this.#text[this.#at];
      if (c === "\\") this.#at++;
      else if (c === "\n" || c === "\r") break;
      else if (c === '"') {
        this.#at++;
        return { value: this.#text.slice(start + 1, this.#at - 1), isClosed: true };
      }
    }
    this.#at = Math.min(this.#at, this.#text.length);
    return { value: this.#text.slice(start + 1, this.#at), isClosed: false };
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)![0].length;
  }
}

const SPACE = /[\s\ufeff]*/y;
const WORD = /[^\s"{}[\],:]+/y;

export const memberOf = (object: EditObject, name: string): EditMember | undefined =>
  object.members.find((member) => member.name === name);

/** The text of a member that is a string. */
export function textOf(object: EditObject, name: string): string | undefined {
  const value = memberOf(object, name)?.value;
  return value?.kind === "string" ? value.value : undefined;
}
