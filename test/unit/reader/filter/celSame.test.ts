import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordFields } from "../../../../src/kafka/log/records.ts";
import { celMatcher } from "../../../../src/reader/filter/cel.ts";
import { NotApplicable } from "../../../../src/reader/filter/filterErrors.ts";
import type { Matcher } from "../../../../src/reader/filter/textFilter.ts";
import { context } from "./support.ts";

/** more of them: KW_DOCUMENTS=20000 node --test celSame.test.ts */
const DOCUMENTS = Number(process.env["KW_DOCUMENTS"] ?? 100);

const expressions = [
  "value.a == 1",
  "value.a != 1.0",
  "1 == value.a",
  "value.a == 1.5",
  "value.a == -1",
  "value.a == 9007199254740993",
  "value.a == 1e300",
  'value.a == "x"',
  'value.a != "é"',
  'value.a == ""',
  "value.a == true",
  "value.a != null",
  "value.a < 10",
  "value.a >= 1.5",
  "2 > value.a",
  'value.a <= "m"',
  "value.a < 9007199254740992",
  'value.a in ["x", "é", "1"]',
  "value.a in [1, 2]",
  "has(value.a)",
  "has(value.a.b)",
  "has(value.a.b.c) || value.b == 1",
  "!has(value.b)",
  "value.a",
  "!value.a",
  "value.a && value.b == 1",
  "value.a == 1 || value.b == 1",
  "value.a == 1 && value.b == 1",
  "!(value.a == 1 || value.b > 2) && has(value.c)",
  'value.a.contains("x")',
  'value.a.startsWith("é") || value.b.endsWith("x")',
  'value.a.matches("^[x-z]+$")',
  "value.a.b == 1",
  'value.a.b.c == "x"',
  'value["a"]["b"] == 1',
  "value.a[0] == 1",
  "value.a[1].b == 1",
  'value[0].a == "x"',
  "value.a == value.b",
  "value.a < value.b",
  "value.a == value.a.b || true",
  "value.a + 1 == 2",
  "size(value.a) == 1",
  "type(value.a) == int",
  "value.a.exists(i, i == 1)",
  "value.a.all(i, i.b > 0)",
  "value.a == [1, 2]",
  'value.a == {"b": 1}',
  "value.exists(k, k == value.b)",
  "value[value.b] == 1",
  'value.?a.orValue("x") == "x"',
  "decimal(value.a) > 1",
  "value.a > 1 ? value.b == 1 : has(value.c)",
  'value["constructor"] == 1',
  'value["__proto__"] == 1',
  "value.toString == 1",
  'value["\\u00e9"] == 1',
  'key.a == 1 && value.a == "x"',
  'key == "k" || value.b == 1',
  'value.map(k, k)[0] == "0"',
  'value.a.map(k, k)[0] == "b"',
  "value == null",
];

class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(n: number): number {
    this.#state = (Math.imul(this.#state, 1103515245) + 12345) & 0x7fffffff;
    return (this.#state >>> 8) % n;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!;
  }
}

const names = ["a", "b", "c", "a", "b", "0", "é", "\\u0061", "toString", "constructor", "__proto__", "x".repeat(20)];
const texts = [
  ...["x", "é", "", "1", "z", "\\u0061", "\\n", '\\"constructor', "\\\\u", "\\/", "😀", "\\ud800", "constructor"],
  ...["1234567890123456", "1.2345.67890.123.456", "id 123456789012345", "__proto__", "\u007f", '\\"'],
];
const numbers = [
  ...["1", "2", "0", "-0", "-1", "1.0", "1.5", "0.1", "10", "1e0", "1E+2", "-1.50e-3", "1e400", "-1e400", "1e-400"],
  ...["123456789012345", "1234567890123456", "9007199254740992", "9007199254740993", "12345678901234567890123"],
  ...["0.1234567890123456789", "123456.789012345", "1.00000000000000000", "12345678.1234567", "100000000000000.5"],
];
/** numbers, words and strings that are none */
const wrong = [
  ...["01", "1.", ".5", "+1", "-", "1e", "1e+", "0x1", "NaN", "tru", "truex", "nul", "'x'", '"', '"\\x"', '"\\u12"'],
  ...['"\t"', '"\\', "\u00a0", "\ufeff", "1 2", ",", "{,}", "[1,]", "{a:1}", '{"a"}', '{"a":}', '{"a":1,}', "]", "}"],
];

function json(random: Random, depth: number): string {
  const space = (): string => random.of(["", "", "", "", " ", "\n", "\t\r "]);
  const kind = random.below(depth > 3 ? 6 : 10);
  if (kind < 2) return random.of(numbers);
  if (kind < 4) return `"${random.of(texts)}"`;
  if (kind < 5) return random.of(["true", "false", "null"]);
  if (kind < 6) return random.below(30) === 0 ? random.of(wrong) : "1";
  const length = random.below(4);
  if (kind < 8) {
    const items = Array.from({ length }, () => space() + json(random, depth + 1) + space());
    return `[${items.join(",") || space()}]`;
  }
  return members(random, depth, length, space);
}

function members(random: Random, depth: number, length: number, space: () => string): string {
  const all = Array.from(
    { length },
    () => `${space()}"${random.of(names)}"${space()}:${space()}${json(random, depth + 1)}${space()}`,
  );
  return `{${all.join(",") || space()}}`;
}

/** mostly an object; sometimes damaged, cut, deep, with invalid UTF-8, or none at all */
function documentOf(random: Random): Buffer {
  const text = random.below(6) ? members(random, 0, 1 + random.below(5), () => "") : json(random, 0);
  const bytes = Buffer.from(text);
  switch (random.below(24)) {
    case 0:
      return bytes.subarray(0, random.below(bytes.length + 1));
    case 1:
      if (bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256);
      return bytes;
    case 2:
      return Buffer.concat([Buffer.from(random.of([" ", "\ufeff", "\n", "x", "\0\0\0\0\x01"])), bytes]);
    case 3:
      return Buffer.concat([bytes, Buffer.from(random.of([" ", "\n\t", ",", "x", "}", "\0", "1"]))]);
    case 4: {
      const levels = random.of([3, 98, 99, 100, 101, 5000]);
      return Buffer.from(`{"a":${'{"b":'.repeat(levels)}${random.of(numbers)}${"}".repeat(levels)},"b":1}`);
    }
    case 5:
      return Buffer.from(`{"a":[${"1,".repeat(random.of([3, 30, 300]))}1],"b":${bytes.toString() || 1}}`);
    case 6:
      return Buffer.from(`{"a":"${"é".repeat(random.below(20))}${random.of(texts)}${random.of(texts)}","b":1}`);
    default:
      return bytes;
  }
}

/** records between bytes that would go on with their JSON, if they belonged to it */
function recordOf(key: Buffer | null, value: Buffer, around: string): RecordFields {
  const other = Buffer.from(around);
  const data = Buffer.concat([other, key ?? other, other, value, other]);
  const keyEnd = other.length + (key ?? other).length;
  const start = keyEnd + other.length;
  return {
    data,
    dataEnd: data.length,
    offset: 0n,
    timestamp: 0n,
    timestampType: "create",
    key: key && { start: other.length, end: keyEnd },
    value: { start, end: start + value.length },
    headerCount: 0,
    headersAt: 0,
  };
}

function answerOf(matcher: Matcher, record: RecordFields): boolean | string {
  try {
    const answer = matcher.test("t", 0, record);
    assert.ok(!(answer instanceof Promise));
    return answer ?? matcher.why!("t", 0, record);
  } catch (error) {
    if (error instanceof NotApplicable) return error.message;
    throw error;
  }
}

test("an expression means the same whether only its fields are read or all of the JSON, also of what is hostile", async () => {
  const matchers: { expression: string; whole: Matcher; fields: Matcher }[] = [];
  for (const expression of expressions) {
    const whole = await celMatcher(expression, context, true);
    matchers.push({ expression, whole, fields: await celMatcher(expression, context) });
  }
  const seen = { yes: 0, no: 0, problem: 0 };
  for (let seed = 1; seed <= DOCUMENTS; seed++) {
    const random = new Random(seed * 7919);
    const key = random.of([null, Buffer.from("k"), Buffer.from('{"a":1}'), documentOf(random)]);
    const value = documentOf(random);
    const record = recordOf(key, value, random.of(["", '"', "1", "}", " ", '\\"', "u0061", "e5", ',"a":1}', "]"]));
    for (const { expression, whole, fields } of matchers) {
      const expected = answerOf(whole, record);
      assert.equal(answerOf(fields, record), expected, `${expression} of ${value.toString("latin1")} (seed ${seed})`);
      seen[expected === true ? "yes" : expected === false ? "no" : "problem"]++;
    }
  }
  // or else the documents say little
  for (const count of Object.values(seen)) assert.ok(count > DOCUMENTS * 3, JSON.stringify(seen));
});
