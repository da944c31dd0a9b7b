import assert from "node:assert/strict";
import { type JsonNode, parseJson } from "../../../../src/schema/jsonTree.ts";
import type { Encoded } from "../../../../src/schema/plain/encoding.ts";
import { TextProblem } from "../../../../src/schema/plain/textProblem.ts";
import type { Decoded } from "../../../../src/schema/schemaFormats.ts";
import { processorTime } from "../support.ts";

export type Random = () => number;

export const upTo = (random: Random, n: number): number => Math.floor(random() * n);
export const pick = <T>(random: Random, from: readonly T[]): T => from[upTo(random, from.length)]!;

export const fromHex = (hex: string): Buffer => Buffer.from(hex.replaceAll(" ", ""), "hex");

export const randomBytes = (random: Random, size: number): Buffer =>
  Buffer.from(Array.from({ length: size }, () => upTo(random, 256)));

type Decode = (bytes: Buffer, start: number, maxChars: number) => Decoded;

/** All of the value's text; the test fails when it is cut or has problems. */
export function textOf(decode: Decode, bytes: Buffer): string {
  const decoded = decode(bytes, 0, Number.POSITIVE_INFINITY);
  assert.deepEqual([decoded.cut, decoded.problems], [false, []]);
  return decoded.text;
}

/** The bytes of JSON text; the test fails when there are problems. */
export function bytesOf(encode: (node: JsonNode) => Encoded, text: string): Buffer {
  const encoded = encode(parseJson(text));
  assert.ok("bytes" in encoded, `${text}\n${JSON.stringify(encoded)}`);
  return encoded.bytes;
}

/** The first problem with its path. */
export function problemOf(encode: (node: JsonNode) => Encoded, text: string): string {
  const encoded = encode(parseJson(text));
  assert.ok("problems" in encoded, `${text} was encoded`);
  return `${encoded.problems[0]!.path}: ${encoded.problems[0]!.message}`;
}

/** The sentence that decoding fails with, within a time that only a bound can explain. */
export function refusal(decode: Decode, bytes: Buffer, ms = 500): string {
  let message = "";
  const took = processorTime(() => {
    try {
      const { text } = decode(bytes, 0, Number.POSITIVE_INFINITY);
      assert.fail(`it was decoded: ${text.slice(0, 200)}`);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      // a sentence, not a slip of ours
      assert.ok([Error, TextProblem].includes((error as Error).constructor as never), String(error));
      message = (error as Error).message;
    }
  });
  assert.ok(took < ms, `it took ${Math.round(took)} ms`);
  assert.ok(message.length < 400 && !message.includes("\n"), message);
  return message;
}

/** What random text may hold. */
const CHARACTERS = ["a", "Z", "9", '"', "\\", "\n", "$", "é", "😀", "\u0000", "\u2028", "{"];

export const randomString = (random: Random): string =>
  Array.from({ length: upTo(random, random() < 0.1 ? 80 : 7) }, () => pick(random, CHARACTERS)).join("");

const KEYS = ["id", "$1", "$$1", "$bytes", "$tag", "$ref", "", "__proto__", "constructor", "a b", "$null", "$[", "$-"];

/** As a string key may look, special ones among them. */
export const randomKey = (random: Random): string => (random() < 0.6 ? pick(random, KEYS) : randomString(random));

export const hexOf = (random: Random, size: number): string => `0x${randomBytes(random, size).toString("hex")}`;

/** The name of a member whose key is not a string, but what this JSON text says. */
export const keyOf = (json: string): string => JSON.stringify(`$${json}`);

/** What a decoder makes of damaged bytes: text or an error with a sentence, never anything else. */
export function survives(decode: Decode, bytes: Buffer): string | null {
  try {
    const { text, cut } = decode(bytes, 0, 100_000);
    if (!cut) parseJson(text);
    return text;
  } catch (error) {
    assert.equal((error as Error).constructor, Error, `${bytes.toString("hex")}: ${(error as Error).stack}`);
    return null;
  }
}
