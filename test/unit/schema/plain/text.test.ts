import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBase64, encodeBase64, mayBeBase64 } from "../../../../src/schema/plain/base64.ts";
import { decodeText, encodeText, TEXT_ENCODINGS, type TextEncodingName } from "../../../../src/schema/plain/text.ts";
import { seeded } from "../support.ts";
import { fromHex, pick, randomBytes, refusal, textOf, upTo } from "./support.ts";

const decoderOf = (encoding: TextEncodingName) => (bytes: Buffer, start: number, maxChars: number) =>
  decodeText(bytes, start, maxChars, encoding);

test("text is read and written in each encoding", () => {
  for (const [encoding, hex, text] of [
    ["UTF-8", "61c3a9f09f9880", "aé😀"],
    ["UTF-16", "feff006100e9d83dde00", "aé😀"],
    ["UTF-16BE", "006100e9d83dde00", "aé😀"],
    ["UTF-16LE", "6100e9003dd800de", "aé😀"],
    ["ISO-8859-1", "61e980ff", "aé\u0080ÿ"],
    ["US-ASCII", "617f00", "a\u007f\u0000"],
  ] as const) {
    assert.equal(textOf(decoderOf(encoding), fromHex(hex)), text);
    assert.equal(encodeText(text, encoding).toString("hex"), hex);
  }
  assert.equal(textOf(decoderOf("UTF-16"), fromHex("fffe6100")), "a");
  assert.equal(textOf(decoderOf("UTF-16"), fromHex("0061")), "a");
});

test("what is not in an encoding is one sentence with the position", () => {
  for (const [encoding, hex, message] of [
    ["UTF-8", "6161c328", "not UTF-8: malformed at byte 2"],
    ["UTF-8", `${"61".repeat(5000)}c3a9ff`, "not UTF-8: malformed at byte 5002"],
    ["UTF-8", "61e282", "not UTF-8: malformed at byte 1"],
    ["UTF-16BE", "006100", "not UTF-16: half a character at byte 2, the last"],
    ["UTF-16LE", "610000d8", "not UTF-16: half a surrogate pair at byte 2"],
    ["US-ASCII", "6180", "not US-ASCII: the byte at byte 1 is above 127"],
  ] as const) {
    assert.equal(refusal(decoderOf(encoding), fromHex(hex)), message);
  }
  assert.throws(() => encodeText("a€", "ISO-8859-1"), { message: '"€" at position 1 is not in ISO-8859-1' });
  assert.throws(() => encodeText("é", "US-ASCII"), /position 0 is not in US-ASCII/);
  assert.throws(() => encodeText("a\ud800", "UTF-16"), /half a surrogate pair at position 1/);
});

test("text is cut between characters at the length asked for", () => {
  const text = "😀é".repeat(10_000);
  for (const encoding of TEXT_ENCODINGS) {
    if (encoding === "ISO-8859-1" || encoding === "US-ASCII") continue;
    for (const most of [0, 1, 2, 3, 100, 101]) {
      const { text: shown, cut } = decodeText(encodeText(text, encoding), 0, most, encoding);
      assert.ok(
        cut && text.startsWith(shown) && shown.length <= most && shown.length >= most - 1 && shown.isWellFormed(),
      );
    }
  }
  assert.deepEqual(decodeText(Buffer.alloc(50, 0xe9), 0, 3, "ISO-8859-1"), { text: "ééé", cut: true, problems: [] });
});

test("random bytes in any encoding are text that gives them again, or a sentence", () => {
  const random = seeded(81);
  let texts = 0;
  for (let i = 0; i < 3000; i++) {
    const encoding = pick(random, TEXT_ENCODINGS);
    const bytes = randomBytes(random, 1 + upTo(random, 6));
    let decoded: { text: string };
    try {
      decoded = decodeText(bytes, 0, 1000, encoding);
    } catch (error) {
      assert.match((error as Error).message, /^not (UTF-8|UTF-16|US-ASCII): .* byte [0-9]/);
      continue;
    }
    texts++;
    const back = encodeText(decoded.text, encoding);
    // Java's UTF-16 is written with a mark
    const marked = encoding === "UTF-16" ? back.subarray(2) : back;
    if (encoding === "UTF-16" && bytes.readUInt8() >= 0xfe) continue;
    assert.deepEqual(marked, bytes);
  }
  assert.ok(texts > 500);
});

test("base64 is read strictly, and gives the same text again", () => {
  const random = seeded(82);
  for (let i = 0; i < 500; i++) {
    const bytes = randomBytes(random, upTo(random, 20));
    for (const text of [
      bytes.toString("base64"),
      bytes.toString("base64url"),
      bytes.toString("base64").replace(/=/g, ""),
    ]) {
      const read = decodeBase64(Buffer.from(text), 0);
      assert.deepEqual(read.bytes, bytes);
      assert.equal(encodeBase64(read.bytes, read.alphabet, read.padded), text);
    }
  }
  for (const [text, message] of [
    ["aGVsbG8", null],
    ["aGVsbG9=", /bits that belong to no byte|no whole number/],
    ["aGVsbG8==", /no whole number of bytes/],
    ["aGVsb", /no whole number of bytes/],
    ["aGVs bG8=", /byte at byte 4 is in neither/],
    ["+-aa", /mixes two alphabets/],
    ["aGV=bG8=", /= stands before the end/],
  ] as const) {
    if (message) assert.throws(() => decodeBase64(Buffer.from(text), 0), { message });
    else assert.equal(decodeBase64(Buffer.from(text), 0).bytes.toString(), "hello");
  }
  assert.ok(mayBeBase64(Buffer.from("eyJhIjoxLCJiIjoyfQ=="), 0) && !mayBeBase64(Buffer.from("order"), 0));
  assert.ok(!mayBeBase64(Buffer.from("a sentence that is no base64"), 0));
});
