import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../../../../src/schema/jsonTree.ts";
import { decodeCbor, isSelfDescribedCbor } from "../../../../src/schema/plain/cborDecode.ts";
import { encodeCbor } from "../../../../src/schema/plain/cborEncode.ts";
import { float64Number, plainName } from "../../../../src/schema/plain/notation.ts";
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

/** RFC 8949, appendix A, what is in its preferred serialization: both ways give exactly the other. */
const SAME: [hex: string, text: string][] = [
  ["00", "0"],
  ["01", "1"],
  ["0a", "10"],
  ["17", "23"],
  ["1818", "24"],
  ["1819", "25"],
  ["1864", "100"],
  ["1903e8", "1000"],
  ["1a000f4240", "1000000"],
  ["1b000000e8d4a51000", "1000000000000"],
  ["1bffffffffffffffff", "18446744073709551615"],
  ["c249010000000000000000", "18446744073709551616"],
  ["3bffffffffffffffff", "-18446744073709551616"],
  ["c349010000000000000000", "-18446744073709551617"],
  ["20", "-1"],
  ["29", "-10"],
  ["3863", "-100"],
  ["3903e7", "-1000"],
  ["f90000", "0.0"],
  ["f98000", "-0.0"],
  ["f93c00", "1.0"],
  ["fb3ff199999999999a", "1.1"],
  ["f93e00", "1.5"],
  ["f97bff", "65504.0"],
  ["fa47c35000", "100000.0"],
  ["fa7f7fffff", "3.4028235E+38"],
  ["fb7e37e43c8800759c", "1e+300"],
  ["f90001", "5.960464477539063e-8"],
  ["f90400", "0.00006103515625"],
  ["f9c400", "-4.0"],
  ["fbc010666666666666", "-4.1"],
  ["f97c00", '{"$float":"Infinity"}'],
  ["f97e00", '{"$float":"NaN"}'],
  ["f9fc00", '{"$float":"-Infinity"}'],
  ["f4", "false"],
  ["f5", "true"],
  ["f6", "null"],
  ["f7", '{"$simple":"undefined"}'],
  ["f0", '{"$simple":16}'],
  ["f8ff", '{"$simple":255}'],
  ["c074323031332d30332d32315432303a30343a30305a", '{"$tag":0,"$value":"2013-03-21T20:04:00Z"}'],
  ["c11a514b67b0", '{"$epoch":"2013-03-21T20:04:00Z"}'],
  ["c1fb41d452d9ec200000", '{"$epoch":"2013-03-21T20:04:00.5Z"}'],
  ["d74401020304", '{"$tag":23,"$value":{"$bytes":"0x01020304"}}'],
  ["d818456449455446", '{"$tag":24,"$value":{"$bytes":"0x6449455446"}}'],
  ["d82076687474703a2f2f7777772e6578616d706c652e636f6d", '{"$tag":32,"$value":"http://www.example.com"}'],
  ["40", '{"$bytes":"0x"}'],
  ["4401020304", '{"$bytes":"0x01020304"}'],
  ["60", '""'],
  ["6161", '"a"'],
  ["6449455446", '"IETF"'],
  ["62225c", '"\\"\\\\"'],
  ["62c3bc", '"ü"'],
  ["63e6b0b4", '"水"'],
  ["64f0908591", '"𐅑"'],
  ["80", "[]"],
  ["83010203", "[1,2,3]"],
  ["8301820203820405", "[1,[2,3],[4,5]]"],
  [
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    `[${Array.from({ length: 25 }, (_, i) => i + 1).join(",")}]`,
  ],
  ["a0", "{}"],
  ["a201020304", '{"$1":2,"$3":4}'],
  ["a26161016162820203", '{"a":1,"b":[2,3]}'],
  ["826161a161626163", '["a",{"b":"c"}]'],
  ["a56161614161626142616361436164614461656145", '{"a":"A","b":"B","c":"C","d":"D","e":"E"}'],
  // beyond the appendix: decimal fractions and bigfloats as in 3.4.4, a UUID, keys of other types, floats by their bits
  ["c48221196ab3", '{"$decimal":"273.15"}'],
  ["c4820205", '{"$decimal":"5e2"}'],
  ["c4822100", '{"$decimal":"0.00"}'],
  ["c482202a", '{"$decimal":"-1.1"}'],
  ["c4823a3b9ac9ff01", '{"$decimal":"1e-1000000000"}'],
  ["c48220c249010000000000000000", '{"$decimal":"1844674407370955161.6"}'],
  ["c5822003", '{"$bigfloat":"3p-1"}'],
  ["d82550 000102030405060708090a0b0c0d0e0f", '{"$uuid":"00010203-0405-0607-0809-0a0b0c0d0e0f"}'],
  ["dbffffffffffffffff00", '{"$tag":18446744073709551615,"$value":0}'],
  ["a3 f600 f501 20f4", '{"$null":0,"$true":1,"$-1":false}'],
  ["a1 410000", `{${keyOf('{"$bytes":"0x00"}')}:0}`],
  ["a1 a1616101 f6", `{${keyOf('{"a":1}')}:null}`],
  ["a2 623130 00 622431 01", '{"10":0,"$$1":1}'],
  ["f97e01", '{"$float":"0x7e01"}'],
  ["fa7fc00001", '{"$float":"0x7fc00001"}'],
  ["fb7ff8000000000001", '{"$float":"0x7ff8000000000001"}'],
  ["fa41aa6666", "21.3E0"],
  ["c120", '{"$epoch":"1969-12-31T23:59:59Z"}'],
  ["c1f9ba00", '{"$epoch":"1969-12-31T23:59:59.25Z"}'],
  ["c1f90000", '{"$epoch":"1970-01-01T00:00:00.0Z"}'],
];

test("each example of RFC 8949 is shown, and encoded to the same bytes again", () => {
  for (const [hex, text] of SAME) {
    assert.equal(textOf(decodeCbor, fromHex(hex)), text, hex);
    assert.equal(bytesOf(encodeCbor, text).toString("hex"), hex.replaceAll(" ", ""), text);
  }
});

/** Appendix A's examples in another form than the preferred: the value shows, and the form does not. */
const SHOWN: [hex: string, text: string][] = [
  ["fa7f800000", '{"$float":"Infinity"}'],
  ["fa7fc00000", '{"$float":"NaN"}'],
  ["faff800000", '{"$float":"-Infinity"}'],
  ["fb7ff0000000000000", '{"$float":"Infinity"}'],
  ["fb7ff8000000000000", '{"$float":"NaN"}'],
  ["fbfff0000000000000", '{"$float":"-Infinity"}'],
  ["5f42010243030405ff", '{"$bytes":"0x0102030405"}'],
  ["7f657374726561646d696e67ff", '"streaming"'],
  ["9fff", "[]"],
  ["9f018202039f0405ffff", "[1,[2,3],[4,5]]"],
  ["9f01820203820405ff", "[1,[2,3],[4,5]]"],
  ["83018202039f0405ff", "[1,[2,3],[4,5]]"],
  ["83019f0203ff820405", "[1,[2,3],[4,5]]"],
  ["bf61610161629f0203ffff", '{"a":1,"b":[2,3]}'],
  ["826161bf61626163ff", '["a",{"b":"c"}]'],
  ["bf6346756ef563416d7421ff", '{"Fun":true,"Amt":-2}'],
  ["1800", "0"],
  ["1b0000000000000001", "1"],
  ["c24101", "1"],
  ["c240", "0"],
  ["c25f41014100ff", "256"],
  ["c3420001", "-2"],
  ["fb3ff8000000000000", "1.5"],
  ["5fff", '{"$bytes":"0x"}'],
  ["bf7f6161ff01ff", '{"a":1}'],
  // content that does not fit its tag is shown as any tag's
  ["c2 6161", '{"$tag":2,"$value":"a"}'],
  ["c4 8101", '{"$tag":4,"$value":[1]}'],
  ["c4 82 f9000001", '{"$tag":4,"$value":[0.0,1]}'],
  ["c1 6161", '{"$tag":1,"$value":"a"}'],
  ["c1 f97e00", '{"$tag":1,"$value":{"$float":"NaN"}}'],
  ["c1 1bffffffffffffffff", '{"$tag":1,"$value":18446744073709551615}'],
  ["d825 41ff", '{"$tag":37,"$value":{"$bytes":"0xff"}}'],
  ["d9d9f7 a0", "{}"],
  ["82d9d9f70001", '[{"$tag":55799,"$value":0},1]'],
];

test("forms that are not the preferred ones show the same values", () => {
  for (const [hex, text] of SHOWN) {
    assert.equal(textOf(decodeCbor, fromHex(hex)), text, hex);
    assert.equal(textOf(decodeCbor, bytesOf(encodeCbor, text)), text);
  }
});

test("the tag that says it is CBOR can be kept", () => {
  const bytes = fromHex("d9d9f7 8101");
  assert.ok(isSelfDescribedCbor(bytes, 0) && !isSelfDescribedCbor(fromHex("8101"), 0));
  const encoded = encodeCbor(parseJson("[1]"), true);
  assert.deepEqual("bytes" in encoded && encoded.bytes, bytes);
});

test("half floats of every kind keep their value", () => {
  for (let bits = 0; bits < 65_536; bits += 11) {
    const bytes = Buffer.from([0xf9, bits >> 8, bits & 255]);
    assert.deepEqual(bytesOf(encodeCbor, textOf(decodeCbor, bytes)), bytes);
  }
});

test("what is not CBOR, or not only, is one sentence with the position", () => {
  for (const [hex, message] of [
    ["", "there are no bytes of a CBOR value"],
    ["1c", "the byte 0x1c at byte 0 begins no CBOR value"],
    ["1f", "the byte 0x1f at byte 0 begins no CBOR value"],
    ["ff", "the byte 0xff at byte 0 begins no CBOR value"],
    ["fc", "the byte 0xfc at byte 0 begins no CBOR value"],
    ["df00", "the byte 0xdf at byte 0 begins no CBOR value"],
    ["81ff", "the byte 0xff at byte 1 begins no CBOR value"],
    ["f81f", "the simple value 31 at byte 0 is in two bytes, which it may not be"],
    ["5f6161ff", "byte 1 begins no chunk of a byte string"],
    ["5f5f4100ffff", "byte 1 begins no chunk of a byte string"],
    ["7f", "the bytes end where a chunk of a string is expected (at byte 1)"],
    ["bf6161ff", "the byte 0xff at byte 3 begins no CBOR value"],
    ["9f01", "the bytes end where a value is expected (at byte 2)"],
    ["8201", "an array of 2 items is announced at byte 1, where only 1 byte is left"],
    ["6361", "a string of 3 bytes is announced at byte 1, where only 1 byte is left"],
    ["0000", "1 byte follows the CBOR value, which ends before byte 1"],
  ] as const) {
    assert.equal(refusal(decodeCbor, fromHex(hex)), message, hex);
  }
});

test("text that is not UTF-8 is shown by its bytes, with a problem", () => {
  const decoded = decodeCbor(fromHex("8262c3286161"), 0, 1000);
  assert.equal(decoded.text, '[{"$string":"0xc328"},"a"]');
  assert.match(decoded.problems.join(), /not well-formed UTF-8/);
  assert.equal(bytesOf(encodeCbor, decoded.text).toString("hex"), "8262c3286161");
  assert.match(decodeCbor(fromHex("7f61c361a9ff"), 0, 100).problems.join(), /a chunk of a string is not well-formed/);
});

test("what CBOR has no form for is a problem at its place", () => {
  for (const [text, problem] of [
    ['{"a":{"$simple":24}}', /^\$\.a: \$simple takes/],
    ['{"$tag":-1,"$value":0}', /a tag's number/],
    ['{"$tag":1}', /only "\$value" stands beside it/],
    ['{"$decimal":"1,5"}', /\$decimal takes/],
    ['{"$decimal":"1e99999999999999999999"}', /exponent does not fit/],
    ['{"$bigfloat":"1.5"}', /\$bigfloat takes/],
    ['{"$epoch":"2013-02-30T00:00:00Z"}', /\$epoch takes/],
    ['{"$uuid":"1"}', /\$uuid takes/],
    ['{"$float":"0x00"}', /4, 8 or 16 hex digits/],
    [`[${"9".repeat(3000)}]`, /an integer of 3000 digits is too large/],
    ['[{"$ext":1,"$data":"0x"}]', /^\$\[0\]: CBOR has no \$ext/],
  ] as const) {
    assert.match(problemOf(encodeCbor, text), problem, text);
  }
});

const digits = (random: Random, most: number): string =>
  `${1 + upTo(random, 9)}${Array.from({ length: upTo(random, most) }, () => upTo(random, 10)).join("")}`;

/** a random value in the notation */
function randomText(random: Random, depth = 0): string {
  const list = (of: () => string) => Array.from({ length: upTo(random, 5) }, of).join(",");
  switch (upTo(random, depth > 4 ? 10 : 14)) {
    case 0:
      return pick(random, ["null", "true", "false", "0", '{"$simple":"undefined"}', '{"$simple":99}']);
    case 1:
    case 2:
      return `${pick(random, ["", "-"])}${digits(random, 40)}`;
    case 3: {
      const value = randomBytes(random, 8).readDoubleBE();
      return Number.isFinite(value) ? float64Number(value) : '{"$float":"Infinity"}';
    }
    case 4:
      return textOf(decodeCbor, Buffer.from([0xfa, ...randomBytes(random, 4)]));
    case 5:
      return `{"$bytes":"${hexOf(random, upTo(random, 9))}"}`;
    case 6:
      return `{"$decimal":"${pick(random, ["", "-"])}${digits(random, 20)}${pick(random, ["", ".5", ".00", "e7", "e-80"])}"}`;
    case 7:
      return `{"$bigfloat":"${pick(random, ["", "-"])}${digits(random, 20)}p${upTo(random, 200) - 100}"}`;
    case 8: {
      const instant = new Date(upTo(random, 4e12) - 2e12).toISOString().slice(0, -5);
      return `{"$epoch":"${instant}${pick(random, ["", ".0", ".5", ".125", ".75"])}Z"}`;
    }
    case 9:
      return JSON.stringify(randomString(random));
    case 10:
      return `{"$tag":${40 + upTo(random, 1e6)},"$value":${randomText(random, depth + 1)}}`;
    case 11:
      return `[${list(() => randomText(random, depth + 1))}]`;
    default:
      return `{${list(() => {
        const name =
          random() < 0.8
            ? plainName(randomKey(random))
            : `$${pick(random, ["1", "-7", "null", "1.5", "[1,{}]", '{"$bytes":"0x01"}', '{"$1":"$1"}'])}`;
        return `${JSON.stringify(name)}:${randomText(random, depth + 1)}`;
      })}}`;
  }
}

test("random values come back exactly as they were shown", () => {
  const random = seeded(41);
  let size = 0;
  for (let i = 0; i < 2500; i++) {
    const text = randomText(random);
    const bytes = bytesOf(encodeCbor, text);
    assert.equal(textOf(decodeCbor, bytes), text);
    size += bytes.length;
  }
  assert.ok(size > 30_000, `${size} bytes are too few to say much`);
});

test("random and damaged bytes are a value or a sentence, and a value can be encoded again", () => {
  const random = seeded(42);
  let values = 0;
  for (let i = 0; i < 2500; i++) {
    let bytes = randomBytes(random, 1 + upTo(random, 30));
    if (random() < 0.7) {
      bytes = bytesOf(encodeCbor, randomText(random));
      bytes[upTo(random, bytes.length)] = upTo(random, 256);
    }
    const text = survives(decodeCbor, bytes);
    if (text === null || text.length > 50_000) continue;
    values++;
    assert.equal(decodeCbor(bytesOf(encodeCbor, text), 0, 1e6).text, text);
  }
  assert.ok(values > 400, `only ${values} values`);
});

test("another implementation reads what we write, and writes what we read", async (t) => {
  const theirs = await import("cbor2").catch(() => null);
  if (!theirs) return t.skip("cbor2 is not installed");
  const random = seeded(43);
  const value = (depth: number): unknown => {
    switch (upTo(random, depth > 3 ? 6 : 8)) {
      case 0:
        return pick(random, [null, true, false, undefined]);
      case 1:
        return upTo(random, 2 ** 50) - 2 ** 49;
      case 2:
        return BigInt(`${pick(random, ["", "-"])}${digits(random, 30)}`) * 2n ** 64n;
      case 3:
        return random() + 0.5e-9;
      case 4:
        return randomString(random);
      case 5:
        return Uint8Array.from(randomBytes(random, upTo(random, 40)));
      case 6:
        return Array.from({ length: upTo(random, 20) }, () => value(depth + 1));
      default: {
        const entries = Array.from({ length: upTo(random, 20) }, () => [`k${randomKey(random)}`, value(depth + 1)]);
        return Object.fromEntries(entries);
      }
    }
  };
  for (let i = 0; i < 200; i++) {
    const original = value(0);
    const bytes: Buffer = Buffer.from(theirs.encode(original));
    const ours = bytesOf(encodeCbor, textOf(decodeCbor, bytes));
    assert.deepEqual(theirs.decode(ours), theirs.decode(bytes));
    assert.equal(ours.toString("hex"), bytes.toString("hex"));
  }
});

test("hostile lengths, nesting and tags are refused quickly", () => {
  for (const major of ["5", "7", "9", "b"]) {
    assert.match(refusal(decodeCbor, fromHex(`${major}b7fffffffffffffff00`)), /9223372036854775807 \w+ is announced/);
    assert.match(refusal(decodeCbor, fromHex(`${major}affffffff00`)), /4294967295 \w+ is announced/);
  }
  for (const byte of [0x81, 0x9f, 0xc0, 0xd7]) {
    assert.match(refusal(decodeCbor, Buffer.alloc(100_000, byte)), /nested deeper than 400 levels/);
  }
  assert.match(refusal(decodeCbor, Buffer.alloc(100_000, 0xa1)), /as keys of maps deeper than 4 levels/);
  const huge = Buffer.concat([fromHex("c25a000f4240"), Buffer.alloc(1_000_000, 0xab)]);
  assert.match(decodeCbor(huge, 0, 100).text, /^\{"\$tag":2,"\$value":\{"\$bytes":"0xabab/);
});

test("a large value is cut at the length asked for, without being read to its end", () => {
  const many = Buffer.concat([fromHex("9f"), Buffer.alloc(1_000_000, 1), fromHex("ff")]);
  const cut = decodeCbor(many, 0, 100);
  assert.deepEqual([cut.cut, cut.text.slice(0, 10)], [true, "[1,1,1,1,1"]);
  assert.ok(cut.text.length < 200);
});
