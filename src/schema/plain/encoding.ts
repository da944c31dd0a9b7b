import type { EncodeProblem } from "../avro/encode.ts";
import { parseHexBytes } from "../avro/parse.ts";
import { type JsonNode, JsonSyntaxError, parseJson } from "../jsonTree.ts";
import { type Form, readName } from "./notation.ts";

export type Encoded = { bytes: Buffer } | { problems: EncodeProblem[] };

/** Enough to act on. */
const MAX_PROBLEMS = 20;

const MAX_DEPTH = 500;

/** What a node of JSON is in the notation (notation.ts). */
export type Shape =
  | { kind: "form"; form: Form; value: JsonNode; second: JsonNode | null }
  | { kind: "map"; entries: { name: string; key: { string: string } | { node: JsonNode }; value: JsonNode }[] };

/** Bytes being written, big-endian, with the problems found on the way and where they are. */
export class Encoding {
  readonly problems: EncodeProblem[] = [];
  readonly #path: string[] = ["$"];
  #bytes = Buffer.allocUnsafe(256);
  #pos = 0;

  finish(): Encoded {
    if (this.problems.length > 0) return { problems: this.problems };
    return { bytes: Buffer.from(this.#bytes.subarray(0, this.#pos)) };
  }

  #room(size: number): Buffer {
    const needed = this.#pos + size;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.#pos);
      this.#bytes = grown;
    }
    return this.#bytes;
  }

  byte(value: number): void {
    this.#room(1)[this.#pos++] = value;
  }

  /** an unsigned integer in `size` bytes */
  uint(value: number, size: 1 | 2 | 4): void {
    this.#room(size).writeUIntBE(value, this.#pos, size);
    this.#pos += size;
  }

  /** the lowest 64 bits */
  uint64(value: bigint): void {
    this.#pos = this.#room(8).writeBigUInt64BE(BigInt.asUintN(64, value), this.#pos);
  }

  float(value: number, bits: 32 | 64): void {
    const room = this.#room(8);
    this.#pos = bits === 32 ? room.writeFloatBE(value, this.#pos) : room.writeDoubleBE(value, this.#pos);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.#pos);
    this.#pos += bytes.length;
  }

  within(step: string, run: () => void): void {
    // JSON within the name of a member is not counted by the parser's own limit
    if (this.#path.length > MAX_DEPTH) {
      this.problem(`nested deeper than ${MAX_DEPTH} levels`);
      return;
    }
    this.#path.push(step);
    run();
    this.#path.pop();
  }

  problem(message: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ path: this.#path.join(""), message });
  }

  /** UTF-8 of a string; null, with a problem, when it has none */
  utf8(text: string): Buffer | null {
    if (text.isWellFormed()) return Buffer.from(text, "utf8");
    this.problem("half a surrogate pair (\\ud800 to \\udfff) cannot be encoded");
    return null;
  }

  /** the bytes of a "0x…" string; null, with a problem, when it is not one */
  hex(form: string, node: JsonNode): Buffer | null {
    const bytes = node.kind === "string" ? parseHexBytes(node.value) : null;
    if (!bytes) this.problem(`${form} takes "0x" and pairs of hex digits`);
    return bytes;
  }

  /** an object as the notation reads it; null, with a problem, when it is neither a form nor a map */
  shape(node: JsonNode & { kind: "object" }): Shape | null {
    const entries: (Shape & { kind: "map" })["entries"] = [];
    for (const [i, { name, value }] of node.members.entries()) {
      const read = readName(name);
      if ("string" in read) entries.push({ name, key: read, value });
      else if ("json" in read) {
        try {
          entries.push({ name, key: { node: parseJson(read.json) }, value });
        } catch (error) {
          if (!(error instanceof JsonSyntaxError)) throw error;
          this.#misread(name, "what follows the $ is not JSON");
          return null;
        }
      } else {
        const most = read.form === "$ext" || read.form === "$tag" ? 2 : 1;
        const second = node.members[1];
        const wanted = read.form === "$ext" ? "$data" : "$value";
        if (i === 0 && node.members.length === most && (most === 1 || second?.name === wanted)) {
          return { kind: "form", form: read.form, value, second: second?.value ?? null };
        }
        this.#misread(name, most === 1 ? "it stands alone in its object" : `only "${wanted}" stands beside it`);
        return null;
      }
    }
    return { kind: "map", entries };
  }

  #misread(name: string, message: string): void {
    const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
    this.problem(`${JSON.stringify(shown)}: ${message}; a string key that begins so is written with one more $`);
  }
}

/** One step of a path, as in JSONPath. */
export const stepOf = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? `.${name}`
    : `[${JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name)}]`;
