import { type JsonScan, SHALLOW, scanJson } from "./json.ts";

/**
 * The JSON in [start, end) without the white space between its tokens, at most about `maxBytes` of it. The bytes must have passed
 * `scanJson` (`spaces` is its result), whole or partial.
 */
export function compactJson(bytes: Buffer, start: number, end: number, spaces: number, maxBytes: number): string {
  if (spaces === 0) return bytes.toString("utf8", start, Math.min(end, start + maxBytes));
  const out = Buffer.allocUnsafe(Math.min(end - start, maxBytes));
  let o = 0;
  let inString = false;
  for (let i = start; i < end && o < out.length; i++) {
    const c = bytes[i]!;
    if (inString) {
      if (c === 0x5c) {
        out[o++] = c;
        if (o < out.length && ++i < end) out[o++] = bytes[i]!;
        continue;
      }
      if (c === 0x22) inString = false;
    } else if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) continue;
    else if (c === 0x22) inString = true;
    out[o++] = c;
  }
  return out.toString("utf8", 0, o);
}

/**
 * The JSON in [start, end) with two spaces of indentation per level, in at most `maxBytes` bytes of UTF-8 (which may end inside a
 * character). The bytes must have passed `scanJson`; `scan` is its result.
 *
 * A document whose indentation would be several times its content (hostile nesting) gets only its outer levels laid out.
 */
export function prettyJson(bytes: Uint8Array, start: number, end: number, scan: JsonScan, maxBytes: number): Buffer {
  const layout = prettyLayout(bytes, start, end, scan, maxBytes);
  layout.advance(Number.POSITIVE_INFINITY);
  return layout.written;
}

/** As `prettyJson`, but a part at a time. */
export function prettyLayout(
  bytes: Uint8Array,
  start: number,
  end: number,
  scan: JsonScan,
  maxBytes: number,
): JsonLayout {
  const levels = isBlownUp(scan, end - start) ? SHALLOW : Number.POSITIVE_INFINITY;
  const size = levels === SHALLOW ? scan.shallowSize : scan.deepSize;
  return new JsonLayout(bytes, start, end, levels, Math.min(size, maxBytes));
}

/** JSON, or the beginning of it, on its way to a layout. The bytes must have passed `scanJson`, whole or partial, and stay as they are. */
export class JsonLayout {
  /** position of the first byte that has not been laid out */
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #levels: number;
  readonly #out: Buffer;
  #length = 0;
  #depth = 0;

  /**
   * @param levels so many are laid out on lines of their own
   * @param limit bytes of the layout, after which it ends, perhaps inside a character
   */
  constructor(bytes: Uint8Array, start: number, end: number, levels: number, limit: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
    this.#levels = levels;
    this.#out = Buffer.allocUnsafe(limit);
  }

  get written(): Buffer {
    return this.#out.subarray(0, this.#length);
  }

  /** Goes on, to the first token behind `pause`. True when all is laid out, or as much as is wanted. */
  advance(pause: number): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    const levels = this.#levels;
    const out = this.#out;
    const limit = out.length;
    let o = this.#length;
    let depth = this.#depth;
    let i = this.at;
    const line = (): void => {
      if (o < limit) out[o++] = 0x0a;
      const to = Math.min(limit, o + 2 * depth);
      if (to > o) out.fill(0x20, o, to);
      o = to;
    };
    for (; i < end && o < limit && i <= pause; i++) {
      const c = bytes[i]!;
      switch (c) {
        case 0x20:
        case 0x0a:
        case 0x0d:
        case 0x09:
          break;
        case 0x22: {
          let k = i + 1;
          while (k < end && bytes[k] !== 0x22) k += bytes[k] === 0x5c ? 2 : 1;
          const to = Math.min(k + 1, end, i + limit - o);
          if (to - i > LONG) {
            out.set(bytes.subarray(i, to), o);
            o += to - i;
          } else for (let j = i; j < to; j++) out[o++] = bytes[j]!;
          // cut inside the string: what follows was not laid out
          i = to === k + 1 ? k : to - 1;
          break;
        }
        case 0x7b:
        case 0x5b: {
          out[o++] = c;
          let k = i + 1;
          while (k < end && isSpace(bytes[k]!)) k++;
          const close = k < end ? bytes[k]! : 0;
          if (close === 0x7d || close === 0x5d) {
            if (o < limit) out[o++] = close;
            i = k;
          } else if (++depth <= levels) line();
          break;
        }
        case 0x7d:
        case 0x5d:
          if (--depth < levels) line();
          if (o < limit) out[o++] = c;
          break;
        case 0x2c:
          out[o++] = c;
          if (depth <= levels) line();
          break;
        case 0x3a:
          out[o++] = c;
          if (o < limit) out[o++] = 0x20;
          break;
        default:
          out[o++] = c;
      }
    }
    this.#length = o;
    this.#depth = depth;
    this.at = i;
    return i >= end || o >= limit;
  }
}

/** bytes of a string from which on copying them natively is faster */
const LONG = 64;

/** Characters (UTF-16 units) of the layout that `prettyJson` makes of a document of `length` bytes. */
export function prettyLength(scan: JsonScan, length: number): number {
  return (isBlownUp(scan, length) ? scan.shallowSize : scan.deepSize) - scan.continuations + scan.astral;
}

const isBlownUp = (scan: JsonScan, length: number): boolean => scan.deepSize > 8 * length + 1_048_576;

const isSpace = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;

/** JSON text laid out with two spaces of indentation. The text must be JSON. */
export function layOutJson(text: string): string {
  const bytes = Buffer.from(text);
  return prettyJson(bytes, 0, bytes.length, scanJson(bytes), Number.POSITIVE_INFINITY).toString("utf8");
}
