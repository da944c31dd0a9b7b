/**
 * JSON text as a tree that keeps what JSON.parse loses: numbers as they are written, duplicate members, and where each value stands.
 * For what a person types (drafts) and for schemas; payloads are shown without building anything (json.ts).
 */
export type JsonNode = { at: number } & (
  | { kind: "null" }
  | { kind: "boolean"; value: boolean }
  | { kind: "number"; text: string }
  | { kind: "string"; value: string }
  | { kind: "array"; items: JsonNode[] }
  | { kind: "object"; members: JsonMember[] }
);

interface JsonMember {
  name: string;
  /** where the name stands */
  at: number;
  value: JsonNode;
}

/** Text that is not JSON: what was expected, and where (UTF-16 units from the start). */
export class JsonSyntaxError extends Error {
  override readonly name = "JsonSyntaxError";
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Nesting that a person may type; deeper text is refused, so that walking a tree needs no guard of its own. */
const MAX_DEPTH = 500;

/** Parses strictly (RFC 8259). Throws JsonSyntaxError. */
export function parseJson(text: string): JsonNode {
  const parser = new Parser(text);
  return parser.document();
}

export function member(node: JsonNode, name: string): JsonNode | undefined {
  return node.kind === "object" ? node.members.find((entry) => entry.name === name)?.value : undefined;
}

export function stringMember(node: JsonNode, name: string): string | undefined {
  const value = member(node, name);
  return value?.kind === "string" ? value.value : undefined;
}

/** The node as compact JSON text. */
export function printJson(node: JsonNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(node.value);
    case "number":
      return node.text;
    case "string":
      return JSON.stringify(node.value);
    case "array":
      return `[${node.items.map(printJson).join(",")}]`;
    case "object":
      return `{${node.members.map((entry) => `${JSON.stringify(entry.name)}:${printJson(entry.value)}`).join(",")}}`;
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 forbids them in strings
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    this.#space();
    if (this.#at === this.#text.length) throw new JsonSyntaxError("a JSON value is missing", this.#at);
    const node = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw new JsonSyntaxError("something follows the JSON value", this.#at);
    return node;
  }

  #space(): void {
    for (;;) {
      const c = this.#text.charCodeAt(this.#at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.#at++;
    }
  }

  #value(): JsonNode {
    const at = this.#at;
    switch (this.#text[at]) {
      case "{":
        return this.#nested(() => this.#object(at));
      case "[":
        return this.#nested(() => this.#array(at));
      case '"':
        return { kind: "string", at, value: this.#string() };
      case "t":
        return this.#word("true", { kind: "boolean", at, value: true });
      case "f":
        return this.#word("false", { kind: "boolean", at, value: false });
      case "n":
        return this.#word("null", { kind: "null", at });
      default: {
        NUMBER.lastIndex = at;
        const found = NUMBER.exec(this.#text);
        if (!found) throw new JsonSyntaxError(this.#missing("a value"), at);
        this.#at += found[0].length;
        const next = this.#text[this.#at];
        if (next !== undefined && /[0-9.eE+-]/.test(next))
          throw new JsonSyntaxError("a number is not written as JSON has it", this.#at);
        return { kind: "number", at, text: found[0] };
      }
    }
  }

  #nested(read: () => JsonNode): JsonNode {
    if (++this.#depth > MAX_DEPTH) throw new JsonSyntaxError(`nested deeper than ${MAX_DEPTH} levels`, this.#at);
    const node = read();
    this.#depth--;
    return node;
  }

  #object(at: number): JsonNode {
    const members: JsonMember[] = [];
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === "}") this.#at++;
    else {
      for (;;) {
        const nameAt = this.#at;
        if (this.#text[nameAt] !== '"') throw new JsonSyntaxError(this.#missing("a name in double quotes"), nameAt);
        const name = this.#string();
        this.#space();
        if (this.#text[this.#at] !== ":") throw new JsonSyntaxError(this.#missing("a colon"), this.#at);
        this.#at++;
        this.#space();
        members.push({ name, at: nameAt, value: this.#value() });
        this.#space();
        const c = this.#text[this.#at];
        if (c !== "," && c !== "}") throw new JsonSyntaxError(this.#missing("a comma or }"), this.#at);
        this.#at++;
        if (c === "}") break;
        this.#space();
      }
    }
    return { kind: "object", at, members };
  }

  #array(at: number): JsonNode {
    const items: JsonNode[] = [];
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === "]") this.#at++;
    else {
      for (;;) {
        items.push(this.#value());
        this.#space();
        const c = this.#text[this.#at];
        if (c !== "," && c !== "]") throw new JsonSyntaxError(this.#missing("a comma or ]"), this.#at);
        this.#at++;
        if (c === "]") break;
        this.#space();
      }
    }
    return { kind: "array", at, items };
  }

  #string(): string {
    this.#at++;
    let value = "";
    for (;;) {
      PLAIN.lastIndex = this.#at;
      const plain = PLAIN.exec(this.#text)![0];
      value += plain;
      this.#at += plain.length;
      const c = this.#text[this.#at];
      if (c === '"') {
        this.#at++;
        return value;
      }
      if (c === undefined) throw new JsonSyntaxError("a string is not closed", this.#at);
      if (c !== "\\")
        throw new JsonSyntaxError("a control character (a line end or tab) in a string: write \\n or \\t", this.#at);
      const escaped = this.#text[this.#at + 1] ?? "";
      if (escaped === "u") {
        const digits = this.#text.slice(this.#at + 2, this.#at + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new JsonSyntaxError("\\u needs four hex digits", this.#at);
        value += String.fromCharCode(Number.parseInt(digits, 16));
        this.#at += 6;
      } else {
        const character = Object.hasOwn(ESCAPES, escaped) ? ESCAPES[escaped] : undefined;
        if (character === undefined) throw new JsonSyntaxError("an unknown escaped", this.#at);
        value += character;
        this.#at += 2;
      }
    }
  }

  #word(word: string, node: JsonNode): JsonNode {
    if (!this.#text.startsWith(word, this.#at)) throw new JsonSyntaxError(this.#missing("a value"), this.#at);
    this.#at += word.length;
    return node;
  }

  #missing(what: string): string {
    return this.#at >= this.#text.length ? `the text ends where ${what} is expected` : `${what} is expected here`;
  }
}
