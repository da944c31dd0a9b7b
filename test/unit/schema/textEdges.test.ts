import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecodeContext } from "../../../src/schema/api.ts";
import { createDecoder } from "../../../src/schema/decoder.ts";
import type { FixedFormat } from "../../../src/shared/decoding.ts";
import type { PayloadView } from "../../../src/shared/messages.ts";
import { preview, view } from "./support.ts";

const context: DecodeContext = { topic: "t", part: "value", schemas: null };
const chosen = (format: FixedFormat, bytes: Buffer | string) =>
  createDecoder({ choices: { of: () => ({ kind: "format", format }) } }).view(
    Buffer.from(bytes as string),
    context,
    Number.POSITIVE_INFINITY,
  ) as PayloadView;

test("JSON with what text has none of is JSON: a quote that was taken for Latin-1 once, DEL", async () => {
  const json = '{"text":"It\u0092s \u007f"}';
  assert.deepEqual([view(json).format, preview(json).format], ["json", "json"]);
  assert.equal(view(json).text, '{\n  "text": "It\u0092s \u007f"\n}');
  // without its end it is as good as any bytes
  assert.equal(view(json.slice(0, -1)).format, "binary");
  assert.equal(view(`${json}}`).format, "binary");
  assert.equal(preview(`${json}}`).format, "binary");
  const large = Buffer.from(`{"a":"\u0092${"x".repeat(1_100_000)}"}`);
  const decoder = createDecoder();
  for (const most of [1000, Number.POSITIVE_INFINITY])
    assert.equal((await decoder.viewInTurns(large, context, most)).format, "json");
  assert.equal((await decoder.viewInTurns(large.subarray(0, -1), context, 1000)).format, "binary");
});

test("what is chosen to be text is text whatever its control characters", () => {
  for (const text of ["a\u0000b", "It\u0092s", "bell\u0007"]) {
    const shown = chosen("text", text);
    assert.deepEqual([shown.format, shown.text, shown.problems], ["text", text, []]);
  }
  const cut = chosen("text", Buffer.from([0x61, 0xc3]));
  assert.deepEqual([cut.format, cut.problems], ["binary", ["not Text (UTF-8): it is not text in UTF-8"]]);
});

test("what is chosen to be JSON and is not says so, and where", () => {
  const shown = chosen("json", '{"a":1,}');
  assert.deepEqual([shown.format, shown.text], ["text", '{"a":1,}']);
  assert.deepEqual(shown.problems, ["not JSON: a name in double quotes is missing at byte 7"]);
  for (const json of ["12345678901234567890", '"a"', "null", ' {"a":1} '])
    assert.deepEqual(chosen("json", json).problems, []);
});
