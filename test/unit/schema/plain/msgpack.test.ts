import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMsgpack, encodeMsgpack } from "../../../../src/schema/plain/msgpack.ts";
import { float32Number, float64Number, plainName } from "../../../../src/schema/plain/notation.ts";
import { seeded } from "../support.ts";
import {
  bytesOf,
  fromHex,
  hexOf,
  keyOf,
  pick,
  problemOf,
  type Random,
  randomBytes,
  randomKey,
  randomString,
  refusal,
  survives,
  textOf,
  upTo,
} from "./support.ts";

/** One of each format of the specification, in its shortest form: both ways give exactly the other. */
const SAME: [hex: string, text: string][] = [
  ["00", "0"],
  ["7f", "127"],
  ["cc80", "128"],
  ["ccff", "255"],
  ["cd0100", "256"],
  ["cdffff", "65535"],
  ["ce00010000", "65536"],
  ["ceffffffff", "4294967295"],
  ["cf0000000100000000", "4294967296"],
  ["cfffffffffffffffff", "18446744073709551615"],
  ["cf0020000000000001", "9007199254740993"],
  ["ff", "-1"],
  ["e0", "-32"],
  ["d0df", "-33"],
  ["d080", "-128"],
  ["d1ff7f", "-129"],
  ["d18000", "-32768"],
  ["d2ffff7fff", "-32769"],
  ["d280000000", "-2147483648"],
  ["d3ffffffff7fffffff", "-2147483649"],
  ["d38000000000000000", "-9223372036854775808"],
  ["c0", "null"],
  ["c2", "false"],
  ["c3", "true"],
  ["ca41aa6666", "21.3E0"],
  ["ca3f800000", "1E0"],
  ["ca80000000", "-0E0"],
  ["ca7f7fffff", "3.4028235E+38"],
  ["ca00000001", "1E-45"],
  ["cb3ff0000000000000", "1.0"],
  ["cb8000000000000000", "-0.0"],
  ["cb3fb999999999999a", "0.1"],
  ["cb4415af1d78b58c40", "100000000000000000000.0"],
  ["cb7fefffffffffffff", "1.7976931348623157e+308"],
  ["cb0000000000000001", "5e-324"],
  ["cb7ff0000000000000", '{"$float":"Infinity"}'],
  ["cb7ff8000000000000", '{"$float":"NaN"}'],
  ["cb7ff8000000000001", '{"$float":"0x7ff8000000000001"}'],
  ["cbfff8000000000000", '{"$float":"0xfff8000000000000"}'],
  ["caff800000", '{"$float32":"-Infinity"}'],
  ["ca7fc00000", '{"$float32":"NaN"}'],
  ["ca7fa00001", '{"$float32":"0x7fa00001"}'],
  ["a0", '""'],
  ["a3 c3a9 61", '"éa"'],
  [`d920${"61".repeat(32)}`, `"${"a".repeat(32)}"`],
  [`da0100${"61".repeat(256)}`, `"${"a".repeat(256)}"`],
  [`db00010000${"61".repeat(65536)}`, `"${"a".repeat(65536)}"`],
  ["c400", '{"$bytes":"0x"}'],
  ["c403 0001ff", '{"$bytes":"0x0001ff"}'],
  [`c50100${"00".repeat(256)}`, `{"$bytes":"0x${"00".repeat(256)}"}`],
  ["90", "[]"],
  ["93 01 c0 90", "[1,null,[]]"],
  [`dc0010${"c0".repeat(16)}`, `[${"null,".repeat(15)}null]`],
  ["80", "{}"],
  ["82 a16101 a16102", '{"a":1,"a":2}'],
  ["84 01a178 e0c0 c3c2 92010290", '{"$1":"x","$-32":null,"$true":false,"$[1,2]":[]}'],
  ["84 a2243101 a6246279746573c0 a4247265 66c0 a0c0", '{"$$1":1,"$$bytes":null,"$ref":null,"":null}'],
  ["81 c40100 c0", `{${keyOf('{"$bytes":"0x00"}')}:null}`],
  ["81 81a16101 c0", `{${keyOf('{"a":1}')}:null}`],
  ["d4 05 ff", '{"$ext":5,"$data":"0xff"}'],
  ["d8 80 000102030405060708090a0b0c0d0e0f", '{"$ext":-128,"$data":"0x000102030405060708090a0b0c0d0e0f"}'],
  ["c7 03 7f 000102", '{"$ext":127,"$data":"0x000102"}'],
  ["c7 00 01", '{"$ext":1,"$data":"0x"}'],
  ["d6 ff 65bc0e80", '{"$timestamp":"2024-02-01T21:34:56Z"}'],
  ["d7 ff 7735940000000001", '{"$timestamp":"1970-01-01T00:00:01.5Z"}'],
  ["c7 0c ff 3b9ac9ff ffffffffffffffff", '{"$timestamp":"1969-12-31T23:59:59.999999999Z"}'],
];

test("each format of MessagePack is shown, and encoded to the same bytes again", () => {
  for (const [hex, text] of SAME) {
    assert.equal(textOf(decodeMsgpack, fromHex(hex)), text, hex.slice(0, 80));
    assert.equal(bytesOf(encodeMsgpack, text).toString("hex"), hex.replaceAll(" ", ""), text.slice(0, 80));
  }
});

test("formats that are longer than they need be show the same value", () => {
  for (const [hex, text] of [
    ["d30000000000000001", "1"],
    ["cf0000000000000001", "1"],
    ["d90161", '"a"'],
    ["db0000000161", '"a"'],
    ["dd00000001c0", "[null]"],
    ["df00000001a161c0", '{"a":null}'],
    ["c70101ff", '{"$ext":1,"$data":"0xff"}'],
    ["d7ff0000000000000001", '{"$timestamp":"1970-01-01T00:00:01Z"}'],
  ] as const) {
    assert.equal(textOf(decodeMsgpack, fromHex(hex)), text);
  }
});

test("what is odd but whole is shown with a problem, and encoded again", () => {
  for (const [hex, text, problem] of [
    ["a2c328", '{"$string":"0xc328"}', /not well-formed UTF-8/],
    ["81a1ffc0", `{${keyOf('{"$string":"0xff"}')}:null}`, /not well-formed UTF-8/],
    ["d4ff00", '{"$ext":-1,"$data":"0x00"}', /4, 8 or 12 bytes/],
    ["d7fffffffffc00000001", '{"$ext":-1,"$data":"0xfffffffc00000001"}', /999999999 nanoseconds/],
  ] as const) {
    const decoded = decodeMsgpack(fromHex(hex), 0, 1000);
    assert.equal(decoded.text, text);
    assert.match(decoded.problems.join(), problem);
    assert.equal(bytesOf(encodeMsgpack, text).toString("hex"), hex);
  }
  const far = fromHex("c70cff000000007fffffffffffffff");
  assert.equal(textOf(decodeMsgpack, far), '{"$ext":-1,"$data":"0x000000007fffffffffffffff"}');
});

test("what is not MessagePack, or not only, is one sentence with the position", () => {
  for (const [hex, message] of [
    ["", "there are no bytes of a MessagePack value"],
    ["c1", "the byte 0xc1 at byte 0 begins no MessagePack value"],
    ["92c0", "an array of 2 items is announced at byte 1, where only 1 byte is left"],
    ["92c0a3", "a string of 3 bytes is announced at byte 3, where only 0 bytes are left"],
    ["9281a161", "the bytes end where a value is expected (at byte 4)"],
    ["c0c0", "1 byte follows the MessagePack value, which ends before byte 1"],
    ["cf00", "an integer of 8 bytes is announced at byte 1, where only 1 byte is left"],
  ] as const) {
    assert.equal(refusal(decodeMsgpack, fromHex(hex)), message);
  }
});

test("what MessagePack has no form for is a problem at its place", () => {
  for (const [text, problem] of [
    ['{"a":[1,18446744073709551616]}', /^\$\.a\[1\]: an integer is between/],
    ["-9223372036854775809", /^\$: an integer is between/],
    ["1e400", /too large for a 64-bit float/],
    ["4E38", /too large for a 32-bit float/],
    ['"\\ud800"', /half a surrogate pair/],
    ['{"$bytes":"0x0"}', /\$bytes takes "0x"/],
    ['{"$bytes":"0x00","a":1}', /"\$bytes": it stands alone in its object/],
    ['{"a":1,"$bytes":"0x00"}', /stands alone/],
    ['{"$ext":1}', /only "\$data" stands beside it/],
    ['{"$ext":128,"$data":"0x"}', /from -128 to 127/],
    ['{"$timestamp":"yesterday"}', /takes a timestamp/],
    ['{"$float":"0x00"}', /16 hex digits/],
    ['{"$-":1}', /what follows the \$ is not JSON/],
    ['{"$uuid":"x"}', /MessagePack has no \$uuid/],
    ['{"x y":"\\udc00"}', /^\$\["x y"\]: half/],
  ] as const) {
    assert.match(problemOf(encodeMsgpack, text), problem, text);
  }
});

/** a random value in the notation */
function randomText(random: Random, depth = 0): string {
  const list = (of: () => string) => Array.from({ length: upTo(random, 5) }, of).join(",");
  switch (upTo(random, depth > 4 ? 9 : 12)) {
    case 0:
      return pick(random, ["null", "true", "false"]);
    case 1:
    case 2: {
      const bits = randomBytes(random, 8).readBigUInt64BE() >> BigInt(upTo(random, 64));
      return String(random() < 0.5 ? BigInt.asIntN(64, -bits) : bits);
    }
    case 3: {
      const value = randomBytes(random, 8).readDoubleBE();
      return Number.isFinite(value) ? float64Number(value) : '{"$float":"Infinity"}';
    }
    case 4: {
      const value = randomBytes(random, 4).readFloatBE();
      return Number.isFinite(value) ? float32Number(value) : '{"$float32":"-Infinity"}';
    }
    case 5:
      return `{"$bytes":"${hexOf(random, upTo(random, 9))}"}`;
    case 6:
      return `{"$ext":${upTo(random, 128)},"$data":"${hexOf(random, upTo(random, 20))}"}`;
    case 7: {
      const instant = new Date(upTo(random, 4e14) - 2e14).toISOString().slice(0, -5);
      return `{"$timestamp":"${instant}${pick(random, ["", ".5", ".000000001", ".123456789"])}Z"}`;
    }
    case 8:
      return JSON.stringify(randomString(random));
    case 9:
      return `[${list(() => randomText(random, depth + 1))}]`;
    default:
      return `{${list(() => {
        const name =
          random() < 0.8
            ? plainName(randomKey(random))
            : `$${pick(random, ["1", "-7", "null", "1.5", "2.5E0", "[1,{}]", '{"$bytes":"0x01"}', '{"$1":"$1"}'])}`;
        return `${JSON.stringify(name)}:${randomText(random, depth + 1)}`;
      })}}`;
  }
}

test("random values come back exactly as they were shown", () => {
  const random = seeded(31);
  let size = 0;
  for (let i = 0; i < 2500; i++) {
    const text = randomText(random);
    const bytes = bytesOf(encodeMsgpack, text);
    assert.equal(textOf(decodeMsgpack, bytes), text);
    size += bytes.length;
  }
  assert.ok(size > 30_000, `${size} bytes are too few to say much`);
});

test("random and damaged bytes are a value or a sentence, and a value can be encoded again", () => {
  const random = seeded(32);
  let values = 0;
  for (let i = 0; i < 2500; i++) {
    let bytes = randomBytes(random, 1 + upTo(random, 30));
    if (random() < 0.7) {
      bytes = bytesOf(encodeMsgpack, randomText(random));
      bytes[upTo(random, bytes.length)] = upTo(random, 256);
    }
    const text = survives(decodeMsgpack, bytes);
    if (text === null || text.length > 50_000) continue;
    values++;
    const again = bytesOf(encodeMsgpack, text);
    assert.equal(decodeMsgpack(again, 0, 1e6).text, text);
  }
  assert.ok(values > 400, `only ${values} values`);
});

test("another implementation reads what we write, and writes what we read", async (t) => {
  const theirs = await import("@msgpack/msgpack").catch(() => null);
  if (!theirs) return t.skip("@msgpack/msgpack is not installed");
  const random = seeded(33);
  const value = (depth: number): unknown => {
    switch (upTo(random, depth > 4 ? 6 : 8)) {
      case 0:
        return null;
      case 1:
        return random() < 0.5;
      case 2:
        return randomBytes(random, 8).readBigInt64BE() >> BigInt(upTo(random, 63));
      case 3:
        return random() + 0.5e-9;
      case 4:
        return randomString(random);
      case 5:
        return randomBytes(random, upTo(random, 40));
      case 6:
        return Array.from({ length: upTo(random, 20) }, () => value(depth + 1));
      default: {
        const entries = Array.from({ length: upTo(random, 20) }, () => [`k${randomKey(random)}`, value(depth + 1)]);
        return Object.fromEntries(entries);
      }
    }
  };
  for (let i = 0; i < 100; i++) {
    const original = value(0);
    const bytes = Buffer.from(theirs.encode(original, { useBigInt64: true }));
    const ours = bytesOf(encodeMsgpack, textOf(decodeMsgpack, bytes));
    const back: unknown = theirs.decode(ours, { useBigInt64: true });
    // integers of 32 bits come back as numbers, whatever they were
    const alike = (each: unknown): unknown =>
      typeof each === "number" && Number.isInteger(each)
        ? BigInt(each)
        : Array.isArray(each)
          ? each.map(alike)
          : each instanceof Uint8Array
            ? Buffer.from(each)
            : each !== null && typeof each === "object"
              ? Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, alike(inner)]))
              : each;
    assert.deepEqual(alike(back), alike(original));
  }
});

test("hostile lengths and nesting are refused quickly", () => {
  for (const head of ["c6", "c9", "db", "dd", "df"]) {
    assert.match(refusal(decodeMsgpack, fromHex(`${head}ffffffff00`)), /4294967295 (bytes|items|pairs) is announced/);
  }
  assert.match(refusal(decodeMsgpack, Buffer.alloc(100_000, 0x91)), /nested deeper than 400 levels/);
  assert.match(refusal(decodeMsgpack, Buffer.alloc(100_000, 0x81)), /as keys of maps deeper than 4 levels/);
  assert.match(refusal(decodeMsgpack, Buffer.from("dd000f4240".repeat(200_000), "hex")), /items is announced/);
});

test("names that hold JSON that holds names that hold JSON are refused before they are too deep", () => {
  const deep = (inner: string) => `${"[".repeat(300)}${inner}${"]".repeat(300)}`;
  const text = `{${keyOf(deep(`{${keyOf(deep("1"))}:2}`))}:3}`;
  assert.match(problemOf(encodeMsgpack, text), /nested deeper than 500 levels/);
});

test("a large value is cut at the length asked for, without being read to its end", () => {
  const many = Buffer.concat([fromHex("dd000f4240"), Buffer.alloc(1_000_000, 1)]);
  const cut = decodeMsgpack(many, 0, 100);
  assert.deepEqual([cut.cut, cut.text.slice(0, 10)], [true, "[1,1,1,1,1"]);
  assert.ok(cut.text.length < 200);
  for (const head of ["db", "c6"]) {
    const long = decodeMsgpack(Buffer.concat([fromHex(`${head}000f4240`), Buffer.alloc(1_000_000, 97)]), 0, 100);
    assert.ok(long.cut && long.text.length < 1000);
  }
});

test("it begins where it is told to", () => {
  assert.equal(decodeMsgpack(fromHex("ffff 91c0"), 2, 100).text, "[null]");
  assert.match(
    refusal((bytes) => decodeMsgpack(bytes, 2, 100), fromHex("ffff c1")),
    /at byte 2/,
  );
});
