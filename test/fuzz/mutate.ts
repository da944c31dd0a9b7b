import { pick, type Random, upTo } from "../unit/schema/plain/support.ts";

/** Bytes of one input at most: what is found should be found with a small one. */
const MAX_SIZE = 64 * 1024;

/** lengths, counts and numbers as hostile as they come, in the encodings of the formats */
const HOSTILE = [
  "00",
  "7f",
  "80",
  "ff",
  "7fff",
  "8000",
  "ffff",
  "7fffffff",
  "80000000",
  "ffffffff",
  "fffffffe",
  "ffffff7f",
  "feffffff0f",
  "ffffffff0f",
  "ffffffffffffffff01",
  "ffffffffffffffffff01",
  "7fffffffffffffff",
  "8000000000000000",
  "ffffffffffffffff",
  "bfffffffffffffffff",
  "9bffffffffffffffff",
  "5b7fffffffffffffff",
  "dd7fffffff",
  "df7fffffff",
  "dbffffffff",
  "7ff0000000000000",
  "7ff8000000000001",
  "8000000000000000",
].map((hex) => Buffer.from(hex, "hex"));

/** Words and brackets that mean something in the text formats. */
const TEXT = [
  ..."{}[]<>&;\"'\\/:,=#0",
  '{"a":',
  "[[",
  '"__proto__":',
  "<a>",
  "</a>",
  "<!DOCTYPE a [",
  "<!ENTITY x '&x;'>",
  "<![CDATA[",
  "&#x10ffff;",
  "1e400",
  "-0",
  "\\ud800",
  "\u{1f600}",
  '"type":',
  "message M {",
  "oneof o {",
  "map<string, M> m = 1;",
  "null",
].map((text) => Buffer.from(text));

export const randomBytes = (random: Random, size: number): Buffer => {
  const bytes = Buffer.allocUnsafe(size);
  for (let i = 0; i < size; i++) bytes[i] = upTo(random, 256);
  return bytes;
};

/** A slice of the bytes, mostly a short one. */
function slice(random: Random, bytes: Buffer): Buffer {
  const from = upTo(random, bytes.length + 1);
  const size = random() < 0.8 ? upTo(random, 12) : upTo(random, bytes.length + 1);
  return bytes.subarray(from, from + size);
}

function insert(random: Random, bytes: Buffer, added: Buffer): Buffer {
  const at = upTo(random, bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at)]);
}

/** The same one or many times over: what nests, nests deeply. */
function repeated(random: Random, part: Buffer): Buffer {
  if (part.length === 0) return part;
  const most = Math.floor(MAX_SIZE / part.length);
  const times = random() < 0.7 ? 2 + upTo(random, 20) : 1 + upTo(random, most);
  return Buffer.concat(Array(Math.min(times, most)).fill(part));
}

/** Some random damage to bytes that were good; `others` are good ones of the same kind, pieces of which may get in. */
export function mutate(random: Random, seed: Buffer, others: readonly Buffer[]): Buffer {
  let bytes = seed;
  for (let n = 1 + upTo(random, 4); n > 0; n--) bytes = damaged(random, bytes, others);
  return bytes.length > MAX_SIZE ? Buffer.from(bytes.subarray(0, MAX_SIZE)) : Buffer.from(bytes);
}

function damaged(random: Random, bytes: Buffer, others: readonly Buffer[]): Buffer {
  switch (upTo(random, 11)) {
    case 0:
    case 1: {
      if (bytes.length === 0) return randomBytes(random, 4);
      const changed = Buffer.from(bytes);
      const at = upTo(random, bytes.length);
      changed[at] = changed[at]! ^ (1 << upTo(random, 8));
      return changed;
    }
    case 2: {
      if (bytes.length === 0) return randomBytes(random, 4);
      const changed = Buffer.from(bytes);
      changed[upTo(random, bytes.length)] = upTo(random, 256);
      return changed;
    }
    case 3:
      return insert(random, bytes, pick(random, HOSTILE));
    case 4: {
      const changed = Buffer.from(bytes);
      pick(random, HOSTILE).copy(changed, upTo(random, bytes.length + 1));
      return changed;
    }
    case 5:
      return bytes.subarray(0, upTo(random, bytes.length + 1));
    case 6: {
      const from = upTo(random, bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + upTo(random, 8))]);
    }
    case 7:
      return insert(random, bytes, repeated(random, slice(random, bytes)));
    case 8:
      return insert(random, bytes, slice(random, pick(random, others)));
    case 9:
      return insert(random, bytes, repeated(random, pick(random, TEXT)));
    default:
      return insert(random, bytes, randomBytes(random, upTo(random, 16)));
  }
}

/** Damaged bytes of a kind; now and then good ones, and bytes that are nothing. */
export function anInput(random: Random, seeds: readonly Buffer[]): Buffer {
  const chance = random();
  if (chance < 0.03) return Buffer.from(pick(random, seeds));
  if (chance < 0.1) return randomBytes(random, upTo(random, random() < 0.9 ? 64 : 4096));
  return mutate(random, pick(random, seeds), seeds);
}
