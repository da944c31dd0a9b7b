import assert from "node:assert/strict";
import { test } from "node:test";
import { float32Number, float64Number, plainName } from "../../../../src/schema/plain/notation.ts";
import { decodeSmile, isSmile } from "../../../../src/schema/plain/smile.ts";
import { encodeSmile } from "../../../../src/schema/plain/smileEncode.ts";
import { seeded } from "../support.ts";
import {
  bytesOf,
  fromHex,
  hexOf,
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

const PEOPLE = '[{"name":"Ann","id":1000000,"żółć":true,"":null},{"name":"Ann","id":1000001,"żółć":false,"":null}]';
const letters = (character: string, count: number): string => JSON.stringify(character.repeat(count));

/** What Jackson 2.17 has written (jackson-dataformat-smile), and what was given to it. */
const WRITTEN = {
  shared: "3a290a03f8fa836e616d6542416e6e8169642401741280c6c5bcc3b3c582c487232021fbfa400141240174128242222021fbf9",
  unshared:
    "3a290a00f8fa836e616d6542416e6e8169642401741280c6c5bcc3b3c582c487232021fbfa836e616d6542416e6e8169642401741282c6c5bcc3b3c582c487222021fbf9ff",
  numbers:
    "3a290a00f8c0c1dedf24a024a1241f90241f7f7f7fbe241f7f7f7fbf25037f7f7f7f7f7f7f7fbe25037f7f7f7f7f7f7f7fbf268d00635d107f5b0673703b4963782b1226897f400000000000000000002a84820233022a93817d0128040f3e37262901401e7c6e4b63297d7a29007f7c00000000000000287f7c000000f9",
  strings:
    "3a290a00f85f6161616161616161616161616161616161616161616161616161616161616161606161616161616161616161616161616161616161616161616161616161616161617f61616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161e06161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161fc80c3a99fc3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a961a0c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9bec3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9e4c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9fc20f9",
  binary:
    "3a290a00f8e880e8817f01e8827f7f02e8837f7f5f05e8847f7f5f5f0ce8857f7f5f5f671be8867f7f5f5f676f3ae8877f7f5f5f676f7579e8887f7f5f5f676f75797c00f9",
  rawBinary:
    "3a290a04f8fd80fd81fffd82fffefd83fffefdfd84fffefdfcfd85fffefdfcfbfd86fffefdfcfbfafd87fffefdfcfbfaf9fd88fffefdfcfbfaf9f8f9",
  longNames:
    "3a290a03f8fa34c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9c3a9fcc2806ec4fbfa40c241c4fbf9",
};

test("objects are read with and without references to earlier names and strings, and with an end mark", () => {
  assert.equal(textOf(decodeSmile, fromHex(WRITTEN.shared)), PEOPLE);
  assert.equal(textOf(decodeSmile, fromHex(WRITTEN.unshared)), PEOPLE);
  const name = "é".repeat(40);
  assert.equal(textOf(decodeSmile, fromHex(WRITTEN.longNames)), `[{"${name}":1,"n":2},{"${name}":1,"n":2}]`);
});

test("numbers keep all their digits", () => {
  const text = textOf(decodeSmile, fromHex(WRITTEN.numbers));
  const integers = "0,-1,15,-16,16,-17,1000,2147483647,-2147483648,9223372036854775807,-9223372036854775808";
  const large = "123456789012345678901234567890,-18446744073709551616";
  const decimals = '{"$decimal":"12.30"},{"$decimal":"-5e10"}';
  const floats = '29.951E0,-29.951,{"$float":"NaN"},{"$float32":"-Infinity"}';
  assert.equal(text, `[${integers},${large},${decimals},${floats}]`);
  // but for a float's unused bits: the specification has them 0, Jackson repeats the sign in them
  const unused = "287f7c000000f9";
  assert.equal(bytesOf(encodeSmile, text).toString("hex"), WRITTEN.numbers.replace(unused, "280f7c000000f9"));
});

test("strings of each length class are read, and written as Jackson does", () => {
  const items = [
    letters("a", 32),
    letters("a", 33),
    letters("a", 64),
    letters("a", 65),
    letters("é", 1),
    `"${"é".repeat(16)}a"`,
    letters("é", 17),
    letters("é", 32),
    letters("é", 33),
    '""',
  ];
  assert.equal(textOf(decodeSmile, fromHex(WRITTEN.strings)), `[${items.join(",")}]`);
  assert.equal(bytesOf(encodeSmile, `[${items.join(",")}]`).toString("hex"), WRITTEN.strings);
});

test("binary data is read in seven bits a byte and raw", () => {
  const items = Array.from({ length: 9 }, (_, n) => `{"$bytes":"0x${"fffefdfcfbfaf9f8".slice(0, 2 * n)}"}`);
  assert.equal(textOf(decodeSmile, fromHex(WRITTEN.binary)), `[${items.join(",")}]`);
  assert.equal(textOf(decodeSmile, fromHex(WRITTEN.rawBinary)), `[${items.join(",")}]`);
  assert.equal(bytesOf(encodeSmile, `[${items.join(",")}]`).toString("hex"), WRITTEN.binary);
});

test("the 1025th shared string begins the table anew", () => {
  const strings = Array.from({ length: 1026 }, (_, i) => Buffer.from([0x42, ...Buffer.from(String(100 + (i % 900)))]));
  // the reference to number 0 is to the 1025th by then, to number 1 the one after
  const bytes = Buffer.concat([fromHex("3a290a02f8"), ...strings, fromHex("0102f9")]);
  const items = JSON.parse(textOf(decodeSmile, bytes)) as string[];
  assert.deepEqual(items.slice(-2), items.slice(1024, 1026));
  assert.match(
    refusal(decodeSmile, Buffer.concat([fromHex("3a290a02f8"), ...strings, fromHex("03f9")])),
    /string number 2/,
  );
});

/** a random value in the notation */
function randomText(random: Random, depth = 0): string {
  const list = (of: () => string) => Array.from({ length: upTo(random, 5) }, of).join(",");
  const digits = String(randomBytes(random, 1 + upTo(random, 20)).readUIntBE(0, 1)) + "7".repeat(upTo(random, 30));
  switch (upTo(random, depth > 4 ? 8 : 10)) {
    case 0:
      return pick(random, ["null", "true", "false", "0", "-0.0", '{"$float":"Infinity"}']);
    case 1:
    case 2: {
      const bits = randomBytes(random, 8).readBigInt64BE() >> BigInt(upTo(random, 64));
      return String(bits);
    }
    case 3:
      return `${pick(random, ["", "-"])}9${digits}`;
    case 4: {
      const value = randomBytes(random, 8).readDoubleBE();
      return Number.isFinite(value) ? float64Number(value) : '{"$float":"-Infinity"}';
    }
    case 5: {
      const value = randomBytes(random, 4).readFloatBE();
      return Number.isFinite(value) ? float32Number(value) : '{"$float32":"NaN"}';
    }
    case 6:
      return random() < 0.5
        ? `{"$bytes":"${hexOf(random, upTo(random, 20))}"}`
        : `{"$decimal":"${pick(random, ["", "-"])}9${digits}${pick(random, ["", ".5", ".00", "e7", "e-80"])}"}`;
    case 7:
      return JSON.stringify(randomString(random));
    case 8:
      return `[${list(() => randomText(random, depth + 1))}]`;
    default:
      return `{${list(() => `${JSON.stringify(plainName(randomKey(random)))}:${randomText(random, depth + 1)}`)}}`;
  }
}

test("random values come back exactly as they were shown", () => {
  const random = seeded(51);
  let size = 0;
  for (let i = 0; i < 2000; i++) {
    const text = randomText(random);
    const bytes = bytesOf(encodeSmile, text);
    assert.equal(textOf(decodeSmile, bytes), text);
    size += bytes.length;
  }
  assert.ok(size > 30_000, `${size} bytes are too few to say much`);
});

test("random and damaged bytes are a value or a sentence", () => {
  const random = seeded(52);
  const written = Object.values(WRITTEN).map(fromHex);
  let values = 0;
  for (let i = 0; i < 2500; i++) {
    let bytes = Buffer.concat([fromHex("3a290a07"), randomBytes(random, 1 + upTo(random, 30))]);
    if (random() < 0.7) {
      bytes = Buffer.from(random() < 0.5 ? pick(random, written) : bytesOf(encodeSmile, randomText(random)));
      bytes[upTo(random, bytes.length)] = upTo(random, 256);
    }
    if (survives(decodeSmile, bytes) !== null) values++;
  }
  assert.ok(values > 400, `only ${values} values`);
});

test("what is not Smile, or not only, is one sentence with the position", () => {
  assert.ok(
    isSmile(fromHex("3a290a0021"), 0) && !isSmile(fromHex("3a290a00"), 0) && !isSmile(fromHex("3a290b0021"), 0),
  );
  for (const [hex, message] of [
    ["", "there are no bytes of a Smile value"],
    ["3a290b0021", 'bytes 0 to 3 are not the header of Smile, ":)\\n"'],
    ["3a290a1021", "version 1 of Smile is unknown (at byte 3)"],
    ["3a290a0000", "the byte 0x00 at byte 4 begins no value in Smile"],
    ["3a290a002121", "1 byte follows the Smile value, which ends before byte 5"],
    ["3a290a0201", "the string number 0 that is referred to before byte 5 is not known yet"],
    ["3a290a01fa40", "the name number 0 that is referred to before byte 6 is not known yet"],
    ["3a290a00f8", "the bytes end where an item or the end of an array is expected (at byte 5)"],
    ["3a290a00fa", "the bytes end where a name or the end of an object is expected (at byte 5)"],
    ["3a290a00e061", "the string at byte 5 has no end"],
    ["3a290a00fd8100", "raw binary data at byte 4, which the header says there is none of"],
    ["3a290a00e881ff", "binary data of 2 bytes is announced at byte 6, where only 1 byte is left"],
    ["3a290a0024000000000000000000000000", "the number before byte 16 is longer than 64 bits"],
    ["3a290a00247f7f7f7f7fbf", "the integer before byte 11 has more than 32 bits"],
    ["3a290a00fa80ff", "the name at byte 6 is not UTF-8"],
  ] as const) {
    assert.equal(refusal(decodeSmile, fromHex(hex)), message, hex);
  }
});

test("what Smile has no form for is a problem at its place", () => {
  for (const [text, problem] of [
    ['{"$1":0}', /^\$\["\$1"\]: a name in Smile is a string/],
    ['[{"$tag":1,"$value":0}]', /^\$\[0\]: Smile has no \$tag/],
    ['{"$decimal":"x"}', /\$decimal takes/],
    ['{"$decimal":"1e3000000000"}', /more than 32 bits/],
    ['{"$float":"0x7ff8000000000001"}', /\$float takes/],
  ] as const) {
    assert.match(problemOf(encodeSmile, text), problem, text);
  }
});

test("hostile lengths and nesting are refused quickly, and references do not blow a value up", () => {
  for (const token of ["e8", "26"]) {
    assert.match(
      refusal(decodeSmile, fromHex(`3a290a00${token}0f7f7f7fbf00`)),
      /binary data of [0-9]+ bytes is announced/,
    );
  }
  assert.match(refusal(decodeSmile, fromHex("3a290a04fd0f7f7f7fbf00")), /binary data of [0-9]+ bytes is announced/);
  assert.match(
    refusal(decodeSmile, Buffer.concat([fromHex("3a290a00"), Buffer.alloc(100_000, 0xf8)])),
    /nested deeper than 400 levels/,
  );
  const large = Buffer.concat([fromHex("3a290a00261f7faf"), Buffer.alloc(300_000, 0x55)]);
  assert.match(refusal(decodeSmile, large), /too large to be written out|follow/);
  const many = Buffer.concat([fromHex("3a290a02f87f"), Buffer.alloc(64, 0x61), Buffer.alloc(1_000_000, 0x01)]);
  const cut = decodeSmile(many, 0, 10_000);
  assert.ok(cut.cut && cut.text.length < 11_000);
});
