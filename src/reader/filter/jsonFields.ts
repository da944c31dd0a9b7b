import type { Step } from "./celPaths.ts";
import { SAFE_DIGITS } from "./celValue.ts";
import { type Kind, Place } from "./jsonPlaces.ts";
import { numberOf, wholeValue } from "./jsonValues.ts";

/** JSON that is nested deeper, or whose arrays are longer where elements are wanted, is left to others */
const MOST_DEPTH = 100;
const MOST_ELEMENTS = 100_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;
const MINUS = 0x2d;

const CONSTRUCTOR = Buffer.from('"constructor"');
const PROTO = Buffer.from('"__proto__"');
const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

/** 1: ASCII that stands for itself in a string */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x80);
PLAIN[QUOTE] = PLAIN[BACKSLASH] = 0;
/** 1: digits and the point, of which runs of digits are made; 1 in SPACE: white space */
const RUN = new Uint8Array(256).fill(1, ZERO, NINE + 1);
RUN[DOT] = 1;
const SPACE = new Uint8Array(256);
SPACE[0x20] = SPACE[0x0a] = SPACE[0x0d] = SPACE[0x09] = 1;
/** 1: what may follow a backslash, u apart */
const ESCAPED = new Uint8Array(256);
for (const c of '"\\/bfnrt') ESCAPED[c.charCodeAt(0)] = 1;
const HEX = new Uint8Array(256);
for (const c of "0123456789abcdefABCDEF") HEX[c.charCodeAt(0)] = 1;

/**
 * Reads just some paths of JSON texts, from their bytes: the same values as `celValue` gives there, inside objects and arrays that have nothing else. The whole
 * text is checked (RFC 8259), since what is no JSON is something else to an expression.
 */
export class JsonFields {
  readonly #root = new Place(null, "");
  readonly #exact: boolean;
  #bytes: Buffer = NULL;
  #end = 0;
  #care = false;
  /** of the string that was read last */
  #isPlain = true;

  constructor(paths: readonly (readonly Step[])[], exact: boolean) {
    this.#exact = exact;
    for (const path of paths) this.place(path).whole = true;
  }

  place(path: readonly Step[]): Place {
    return path.reduce((place, step) => place.at(step), this.#root);
  }

  /** Undefined when bytes [start, end) are no JSON, or JSON that only `celValue` reads. */
  read(bytes: Buffer, start: number, end: number): unknown {
    const value = this.scan(bytes, start, end) ? this.made(this.#root) : undefined;
    this.release();
    return value;
  }

  /** False where `read` gives undefined. The places tell what was found, until `release`. */
  scan(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#end = end;
    this.#care = this.#exact;
    const at = this.#value(this.#space(start), this.#root, 0);
    return at >= 0 && this.#space(at) === end;
  }

  /** Lets go of the bytes. */
  release(): void {
    this.#bytes = NULL;
  }

  /** Whether a string that is there is this one, which is ASCII without quotes, backslashes and control characters. */
  isText({ kind, start, end }: Place, text: Buffer): boolean {
    if (kind !== "plain string" || end - start !== text.length + 2) return false;
    const bytes = this.#bytes;
    for (let k = 0, i = start + 1; k < text.length; k++, i++) if (bytes[i] !== text[k]) return false;
    return true;
  }

  // ------------------------------------------------------------------ the scan: each gives the position behind what it read, -1 for failures

  #value(i: number, place: Place | null, depth: number): number {
    if (i >= this.#end) return -1;
    const c = this.#bytes[i]!;
    let end: number;
    let kind: Kind;
    if (c === QUOTE) {
      end = this.#string(i + 1);
      kind = this.#isPlain ? "plain string" : "string";
    } else if (c === MINUS || (c >= ZERO && c <= NINE)) {
      end = this.#number(i);
      kind = "number";
    } else if (c === 0x7b) {
      end = this.#object(i + 1, place, depth + 1);
      kind = "object";
    } else if (c === 0x5b) {
      end = this.#array(i + 1, place, depth + 1);
      kind = "array";
    } else if (c === 0x74) {
      end = this.#word(i, TRUE);
      kind = "true";
    } else if (c === 0x66) {
      end = this.#word(i, FALSE);
      kind = "false";
    } else {
      end = this.#word(i, NULL);
      kind = "null";
    }
    if (place !== null) {
      place.kind = kind;
      place.start = i;
      place.end = end;
    }
    return end;
  }

  #object(i: number, place: Place | null, depth: number): number {
    if (depth > MOST_DEPTH) return -1;
    const bytes = this.#bytes;
    const end = this.#end;
    const below = place === null ? NOTHING : place.below;
    // of a name that occurs twice the last one counts, with nothing of the first
    for (const one of below) one.kind = "absent";
    i = this.#space(i);
    if (i < end && bytes[i] === 0x7d) return i + 1;
    for (;;) {
      if (i >= end || bytes[i] !== QUOTE) return -1;
      const name = i + 1;
      i = this.#string(name);
      if (i < 0) return -1;
      let wanted: Place | null = null;
      if (below.length > 0) {
        // perhaps one that is looked for, written with escapes
        if (!this.#isPlain && bytes.subarray(name, i - 1).includes(BACKSLASH)) return -1;
        wanted = this.#named(below, name, i - 1);
      }
      if (i < end && bytes[i]! <= 0x20) i = this.#space(i);
      if (i >= end || bytes[i] !== 0x3a) return -1;
      i++;
      if (i < end && bytes[i]! <= 0x20) i = this.#space(i);
      i = this.#value(i, wanted, depth);
      if (i < 0) return -1;
      if (i < end && bytes[i]! <= 0x20) i = this.#space(i);
      if (i >= end) return -1;
      const c = bytes[i++]!;
      if (c === 0x7d) return i;
      if (c !== 0x2c) return -1;
      if (i < end && bytes[i]! <= 0x20) i = this.#space(i);
    }
  }

  #named(below: readonly Place[], start: number, end: number): Place | null {
    const bytes = this.#bytes;
    next: for (const one of below) {
      const { name } = one;
      if (name.length !== end - start || typeof one.step === "number") continue;
      for (let k = 0; k < name.length; k++) if (bytes[start + k] !== name[k]) continue next;
      return one;
    }
    return null;
  }

  #array(i: number, place: Place | null, depth: number): number {
    if (depth > MOST_DEPTH) return -1;
    const bytes = this.#bytes;
    const end = this.#end;
    const below = place === null ? NOTHING : place.below;
    for (const one of below) one.kind = "absent";
    let index = 0;
    i = this.#space(i);
    if (i < end && bytes[i] === 0x5d) {
      if (place !== null) place.length = 0;
      return i + 1;
    }
    for (;;) {
      let wanted: Place | null = null;
      for (const one of below) if (one.step === index) wanted = one;
      i = this.#value(i, wanted, depth);
      if (i < 0) return -1;
      index++;
      i = this.#space(i);
      if (i >= end) return -1;
      const c = bytes[i]!;
      if (c === 0x5d) break;
      if (c !== 0x2c) return -1;
      i = this.#space(i + 1);
    }
    if (place !== null) {
      place.length = index;
      if (!place.whole && index > MOST_ELEMENTS) return -1;
    }
    return i + 1;
  }

  #space(i: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    while (i < end && SPACE[bytes[i]!] === 1) i++;
    return i;
  }

  /** from behind its first quote */
  #string(start: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = start;
    let plain = true;
    for (;;) {
      while (i < end && PLAIN[bytes[i]!] === 1) i++;
      if (i >= end) return -1;
      const c = bytes[i]!;
      if (c === QUOTE) break;
      if (c < 0x20) return -1;
      plain = false;
      if (c !== BACKSLASH) {
        i++;
        continue;
      }
      const escaped = i + 1 < end ? bytes[i + 1]! : 0;
      if (escaped === 0x75) {
        for (let k = i + 2; k < i + 6; k++) if (k >= end || HEX[bytes[k]!] === 0) return -1;
        this.#care = true;
        i += 6;
      } else if (ESCAPED[escaped] === 1) {
        i += 2;
        // as `celValue`, which looks for the two characters
        if (escaped === BACKSLASH && i < end && bytes[i] === 0x75) this.#care = true;
      } else return -1;
    }
    this.#isPlain = plain;
    if (!this.#care && i - start >= 9) this.#care = this.#stringNeedsCare(start, i);
    return i + 1;
  }

  /** Whether it has a long run of digits, or ends as a member that JavaScript's objects have themselves; `end`: of its last quote. */
  #stringNeedsCare(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const last = bytes[end - 1]!;
    if (last === 0x72 && endsWith(bytes, end + 1, CONSTRUCTOR)) return true;
    if (last === 0x5f && endsWith(bytes, end + 1, PROTO)) return true;
    // a run that is long enough covers one of these
    for (let i = start + SAFE_DIGITS; i < end; i += SAFE_DIGITS + 1) {
      if (RUN[bytes[i]!] === 1) return hasLongRun(bytes, start, end);
    }
    return false;
  }

  #number(start: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = bytes[start] === MINUS ? start + 1 : start;
    if (i < end && bytes[i] === ZERO) i++;
    else if ((i = this.#digits(i)) < 0) return -1;
    if (i < end && bytes[i] === DOT && (i = this.#digits(i + 1)) < 0) return -1;
    if (i < end && (bytes[i] === 0x65 || bytes[i] === 0x45)) {
      i++;
      if (i < end && (bytes[i] === 0x2b || bytes[i] === MINUS)) i++;
      if ((i = this.#digits(i)) < 0) return -1;
    }
    if (i - start > SAFE_DIGITS && !this.#care) this.#care = hasLongRun(bytes, start, i);
    return i;
  }

  #digits(i: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const first = i;
    while (i < end && bytes[i]! >= ZERO && bytes[i]! <= NINE) i++;
    return i > first ? i : -1;
  }

  #word(i: number, word: Buffer): number {
    if (i + word.length > this.#end) return -1;
    for (let k = 0; k < word.length; k++) if (this.#bytes[i + k] !== word[k]) return -1;
    return i + word.length;
  }

  // ------------------------------------------------------------------ the values

  /** What the last scan found at a place that is there. */
  made(place: Place): unknown {
    const { kind, start, end } = place;
    switch (kind) {
      case "number":
        return numberOf(this.#bytes, start, end, this.#care);
      case "plain string":
        return this.#bytes.toString("latin1", start + 1, end - 1);
      case "true":
        return true;
      case "false":
        return false;
      case "null":
        return null;
      case "object":
        if (!place.whole) return this.#madeObject(place.below);
        break;
      case "array":
        if (!place.whole) return this.#madeArray(place);
        break;
    }
    return wholeValue(this.#bytes, start, end, this.#care);
  }

  /** as `celValue` makes them: maps where the text needs care */
  #madeObject(below: readonly Place[]): unknown {
    if (this.#care) {
      const map = new Map<string, unknown>();
      for (const one of below) if (isMember(one)) map.set(one.step, this.made(one));
      return map;
    }
    const object: Record<string, unknown> = {};
    for (const one of below) if (isMember(one)) object[one.step] = this.made(one);
    return object;
  }

  #madeArray({ below, length }: Place): unknown {
    const array = new Array<unknown>(length);
    for (const one of below) {
      if (one.kind !== "absent" && typeof one.step === "number") array[one.step] = this.made(one);
    }
    return array;
  }
}

const NOTHING: readonly Place[] = [];

const isMember = (place: Place): place is Place & { step: string } =>
  place.kind !== "absent" && typeof place.step === "string";

function endsWith(bytes: Buffer, end: number, text: Buffer): boolean {
  const start = end - text.length;
  if (start < 0) return false;
  for (let k = 0; k < text.length; k++) if (bytes[start + k] !== text[k]) return false;
  return true;
}

/** Digits that follow each other, points among them not counted. */
function hasLongRun(bytes: Buffer, start: number, end: number): boolean {
  let digits = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    if (c >= ZERO && c <= NINE) {
      if (++digits > SAFE_DIGITS) return true;
    } else if (c !== DOT) digits = 0;
  }
  return false;
}
