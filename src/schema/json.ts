/**
 * JSON shown from its own characters (RFC 8259): checked strictly, laid out anew, nothing else touched. Integers of any size, duplicate
 * keys, order, the spelling of numbers and escapes stay exactly as they are, since no value is ever built from them.
 *
 * Works on bytes that are already known to be UTF-8. Iterative throughout: nesting costs one byte per level and no stack.
 */

/** What a scan learned; the lengths let the layout be written into a buffer of the exact size. */
export interface JsonScan {
  ok: boolean;
  /** byte position of the first error, when not ok */
  at: number;
  /** what was expected there */
  message: string;
  /** bytes of white space outside strings */
  spaces: number;
  /** bytes that are not the first of their character, and characters that take two UTF-16 units: bytes → characters */
  continuations: number;
  astral: number;
  /** bytes that a layout with unlimited, and with `SHALLOW` levels of indentation, takes */
  deepSize: number;
  shallowSize: number;
}

/** Levels that are laid out on lines of their own when laying out all of them would blow a document up. */
export const SHALLOW = 6;

const OBJECT = 1;
const ARRAY = 0;

class Scanner implements JsonScan {
  ok = false;
  at = 0;
  message = "";
  spaces = 0;
  continuations = 0;
  astral = 0;
  deepSize = 0;
  shallowSize = 0;

  /** open containers, innermost last; grows with the nesting that is really there */
  #stack = new Uint8Array(256);
  #bytes: Uint8Array = this.#stack;
  #start = 0;
  #end = 0;
  #partial = false;
  /** where a value comes next; what was counted up to there */
  #next = 0;
  #depth = 0;
  #colons = 0;
  #lines = 0;
  #indent = 0;
  #shallowLines = 0;
  #shallowIndent = 0;

  /** @param partial the bytes may end anywhere: only what is there is checked */
  begin(bytes: Uint8Array, start: number, end: number, partial: boolean): void {
    this.spaces = this.continuations = this.astral = 0;
    this.#depth = this.#colons = this.#lines = this.#indent = this.#shallowLines = this.#shallowIndent = 0;
    this.message = "";
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#partial = partial;
    this.#next = this.#space(start);
  }

  /** Goes on, at least to the first value that starts behind `pause`. True when it is done. */
  advance(pause: number): boolean {
    const ended = this.#scan(pause);
    if (ended === null) return false;
    this.ok = ended || (this.#partial && this.at >= this.#end);
    this.#bytes = this.#stack;
    if (this.#stack.length > 65_536) this.#stack = new Uint8Array(256);
    return true;
  }

  #fail(at: number, message: string): false {
    this.at = at;
    this.message = message;
    return false;
  }

  /** null: not done, but behind `pause` */
  #scan(pause: number): boolean | null {
    const bytes = this.#bytes;
    const end = this.#end;
    let stack = this.#stack;
    let depth = this.#depth;
    let colons = this.#colons;
    let lines = this.#lines;
    let indent = this.#indent;
    let shallowLines = this.#shallowLines;
    let shallowIndent = this.#shallowIndent;
    let i = this.#next;

    value: for (;;) {
      if (i >= end) return this.#fail(i, "a value is missing");
      if (i > pause) {
        this.#next = i;
        this.#depth = depth;
        this.#colons = colons;
        this.#lines = lines;
        this.#indent = indent;
        this.#shallowLines = shallowLines;
        this.#shallowIndent = shallowIndent;
        return null;
      }
      const c = bytes[i]!;
      if (c === 0x7b || c === 0x5b) {
        if (depth === stack.length) {
          const grown = new Uint8Array(depth * 2);
          grown.set(stack);
          stack = this.#stack = grown;
        }
        stack[depth++] = c === 0x7b ? OBJECT : ARRAY;
        i = this.#space(i + 1);
        if (i >= end) return this.#fail(i, "the end of the text comes too early");
        if (bytes[i] !== (c === 0x7b ? 0x7d : 0x5d)) {
          lines++;
          indent += depth;
          if (depth <= SHALLOW) {
            shallowLines++;
            shallowIndent += depth;
          }
          if (c === 0x7b) {
            if ((i = this.#key(i)) < 0) return false;
            colons++;
          }
          continue;
        }
        depth--;
        i++;
      } else if (c === 0x22) {
        if ((i = this.#string(i + 1)) < 0) return false;
      } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
        if ((i = this.#number(i)) < 0) return false;
      } else if (c === 0x74) {
        if ((i = this.#word(i, "true")) < 0) return false;
      } else if (c === 0x66) {
        if ((i = this.#word(i, "false")) < 0) return false;
      } else if (c === 0x6e) {
        if ((i = this.#word(i, "null")) < 0) return false;
      } else return this.#fail(i, "a value is missing");

      for (;;) {
        i = this.#space(i);
        if (depth === 0) {
          if (i < end) return this.#fail(i, "something follows the value");
          const compact = end - this.#start - this.spaces + colons;
          this.deepSize = compact + lines + 2 * indent;
          this.shallowSize = compact + shallowLines + 2 * shallowIndent;
          this.at = end;
          return true;
        }
        if (i >= end) return this.#fail(i, "the end of the text comes too early");
        const kind = stack[depth - 1]!;
        const d = bytes[i]!;
        if (d === 0x2c) {
          lines++;
          indent += depth;
          if (depth <= SHALLOW) {
            shallowLines++;
            shallowIndent += depth;
          }
          i = this.#space(i + 1);
          if (kind === OBJECT) {
            if ((i = this.#key(i)) < 0) return false;
            colons++;
          }
          continue value;
        }
        if (d !== (kind === OBJECT ? 0x7d : 0x5d)) {
          return this.#fail(i, kind === OBJECT ? "a comma or } is missing" : "a comma or ] is missing");
        }
        depth--;
        lines++;
        indent += depth;
        if (depth < SHALLOW) {
          shallowLines++;
          shallowIndent += depth;
        }
        i++;
      }
    }
  }

  #space(i: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    while (i < end) {
      const c = bytes[i]!;
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return i;
      this.spaces++;
      i++;
    }
    return i;
  }

  /** a member's name and its colon; returns the position of its value */
  #key(i: number): number {
    if (i >= this.#end || this.#bytes[i] !== 0x22) {
      this.#fail(i, "a name in double quotes is missing");
      return -1;
    }
    if ((i = this.#string(i + 1)) < 0) return -1;
    i = this.#space(i);
    if (i >= this.#end || this.#bytes[i] !== 0x3a) {
      this.#fail(i, "a colon is missing");
      return -1;
    }
    return this.#space(i + 1);
  }

  #string(i: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    while (i < end) {
      const c = bytes[i]!;
      if (c === 0x22) return i + 1;
      if (c >= 0x80) {
        if (c < 0xc0) this.continuations++;
        else if (c >= 0xf0) this.astral++;
        i++;
      } else if (c === 0x5c) {
        const escaped = i + 1 < end ? bytes[i + 1]! : 0;
        if (escaped === 0x75) {
          for (let k = i + 2; k < i + 6; k++) {
            if (k >= end || !isHexDigit(bytes[k]!)) {
              this.#fail(k, "\\u needs four hex digits");
              return -1;
            }
          }
          i += 6;
        } else if (
          escaped === 0x22 ||
          escaped === 0x5c ||
          escaped === 0x2f ||
          escaped === 0x6e ||
          escaped === 0x74 ||
          escaped === 0x72 ||
          escaped === 0x62 ||
          escaped === 0x66
        ) {
          i += 2;
        } else {
          this.#fail(i + 1, "an unknown escaped");
          return -1;
        }
      } else if (c < 0x20) {
        this.#fail(i, "a control character in a string");
        return -1;
      } else i++;
    }
    this.#fail(end, "a string is not closed");
    return -1;
  }

  #number(i: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    if (bytes[i] === 0x2d) i++;
    if (i < end && bytes[i] === 0x30) i++;
    else if ((i = this.#digits(i)) < 0) return -1;
    if (i < end && bytes[i] === 0x2e && (i = this.#digits(i + 1)) < 0) return -1;
    if (i < end && (bytes[i] === 0x65 || bytes[i] === 0x45)) {
      i++;
      if (i < end && (bytes[i] === 0x2b || bytes[i] === 0x2d)) i++;
      if ((i = this.#digits(i)) < 0) return -1;
    }
    return i;
  }

  #digits(i: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const first = i;
    while (i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i++;
    if (i > first) return i;
    this.#fail(i, "a digit is missing");
    return -1;
  }

  #word(i: number, word: string): number {
    for (let k = 0; k < word.length; k++, i++) {
      if (i >= this.#end || this.#bytes[i] !== word.charCodeAt(k)) {
        this.#fail(i, "a value is missing");
        return -1;
      }
    }
    return i;
  }
}

const isHexDigit = (c: number): boolean =>
  (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66) || (c >= 0x41 && c <= 0x46);

// one is enough for scanning at once: its results are read before the next scan
const scanner = new Scanner();

/**
 * Checks bytes [start, end) to be one JSON value. The result is valid until the next call.
 *
 * @param partial the bytes were cut: they are fine as long as nothing in them is wrong
 */
export function scanJson(bytes: Uint8Array, start = 0, end = bytes.length, partial = false): JsonScan {
  scanner.begin(bytes, start, end, partial);
  scanner.advance(Number.POSITIVE_INFINITY);
  return scanner;
}

/**
 * As `scanJson`, but a part at a time: `advance` works up to about the position that it is given, and says whether it is done. The bytes must stay as
 * they are meanwhile.
 */
export function scanJsonInParts(
  bytes: Uint8Array,
  start: number,
  end: number,
  partial: boolean,
): JsonScan & { advance(pause: number): boolean } {
  const own = new Scanner();
  own.begin(bytes, start, end, partial);
  return own;
}

/** True when the first character that is not white space opens an object or an array. */
export function opensContainer(bytes: Uint8Array, start = 0): boolean {
  for (let i = start; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) continue;
    return c === 0x7b || c === 0x5b;
  }
  return false;
}
