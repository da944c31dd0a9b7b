import assert from "node:assert/strict";
import { test } from "node:test";
import { createDecoder } from "../../../src/schema/decoder.ts";
import type { PayloadView } from "../../../src/shared/messages.ts";
import { avro, knowing, view, WITHOUT_REGISTRY, wire } from "./support.ts";

const decoder = createDecoder();
const MB = 1024 * 1024;

const inTurns = async (
  bytes: Buffer,
  maxChars = Number.POSITIVE_INFINITY,
  signal?: AbortSignal,
): Promise<PayloadView> => await decoder.viewInTurns(bytes, WITHOUT_REGISTRY, maxChars, signal);

const orderLine = '{"id":9007199254740993,"name":"Zoë 😀","note":"a \\"b\\" \\u00e9","items":[{"q":1.0},{}],"x":[]}';
const orders = (bytes: number): Buffer =>
  Buffer.from(
    `[${Array(Math.ceil(bytes / 110))
      .fill(orderLine)
      .join(", ")}]`,
  );

/** so often others have their turn while something is worked on */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let done = false;
  const count = (): void => {
    if (done) return;
    turns++;
    setImmediate(count);
  };
  setImmediate(count);
  await work.finally(() => {
    done = true;
  });
  return turns;
}

test("a large payload that is wanted whole is shown as when it is worked on at once", async () => {
  const large = orders(1.3 * MB);
  const payloads = {
    json: large,
    "with a byte order mark": Buffer.concat([Buffer.from("\ufeff"), large]),
    "nested deep": Buffer.from("[".repeat(600_000) + "]".repeat(600_000)),
    "one long string": Buffer.from(JSON.stringify({ a: 'é\\"x'.repeat(200_000), b: 1 })),
    "not JSON at its end": Buffer.concat([large, Buffer.from("x")]),
    "not JSON in its middle": Buffer.from(`[${"1,".repeat(300_000)}tru,${"1,".repeat(300_000)}1]`),
    "not closed": large.subarray(0, large.length - 1),
    text: Buffer.from("plain täxt\n".repeat(120_000)),
    "text with colours": Buffer.from("\u001b[31mred\u001b[0m ".repeat(100_000)),
    "a control character far behind": Buffer.concat([Buffer.from("x".repeat(1.2 * MB)), Buffer.from([7])]),
    "no UTF-8 far behind": Buffer.concat([Buffer.from("é".repeat(600_000)), Buffer.from([0xc3])]),
    binary: Buffer.alloc(1.2 * MB, 0xfe),
  };
  for (const [name, bytes] of Object.entries(payloads)) {
    const once = view(bytes);
    assert.deepEqual(await inTurns(bytes), once, name);
    // cut as always where there are enough characters for its bytes
    assert.deepEqual(await inTurns(bytes, bytes.length), view(bytes, undefined, bytes.length), name);
  }
});

test("of a large document only the beginning is looked at, and how much that is is said", async () => {
  const bytes = orders(50 * MB);
  const whole = JSON.stringify(JSON.parse(orders(MB).toString()), null, 2);
  for (const maxChars of [1000, 1001, 1002, 1003, 1004, 100_000]) {
    const shown = await inTurns(bytes, maxChars);
    assert.equal(shown.format, "json");
    assert.equal(shown.size, bytes.length);
    assert.ok(shown.textCut > 0);
    // the same layout, from the text's own characters: no integer goes through a double, no escape is resolved
    const own = shown.text.replaceAll("9007199254740993", "9007199254740992").replaceAll("\\u00e9", "é");
    assert.ok(whole.startsWith(own.replaceAll("1.0", "1").slice(0, -6)), shown.text.slice(-200));
    assert.ok(shown.text.length <= maxChars && shown.text.length > maxChars / 2);
    assert.ok(shown.text.isWellFormed());
    // what is shown is what these bytes say, but for the layout
    const said = bytes.toString("utf8", 0, shown.shownBytes);
    const bare = (text: string): string => text.replaceAll(/[\s\ufffd]/g, "");
    assert.ok(bare(said).startsWith(bare(shown.text)) && bare(said).length <= bare(shown.text).length + 2);
  }
});

test("the beginning says what a large payload is", async () => {
  const json = orders(2 * MB);
  assert.equal((await inTurns(json.subarray(0, json.length - 3), 1000)).format, "text");
  assert.equal((await inTurns(Buffer.concat([Buffer.from("[1,oops,"), json.subarray(1)]), 1000)).format, "text");
  assert.equal((await inTurns(Buffer.alloc(2 * MB, 0xfe), 1000)).format, "binary");
  const text = await inTurns(Buffer.from("täxt ".repeat(MB)), 1002);
  assert.deepEqual([text.format, text.text.length, text.shownBytes], ["text", 835, 1002]);
  const open = await inTurns(Buffer.from(`${"[".repeat(MB)}${"]".repeat(MB)}`), 1000);
  assert.ok(open.format === "json" && open.text.length <= 1000);
});

test("others have their turn while a large document is laid out, and may end it", async () => {
  const bytes = orders(12 * MB);
  assert.ok((await turnsDuring(inTurns(bytes, bytes.length))) > 3);
  const abort = new AbortController();
  const work = inTurns(bytes, bytes.length, abort.signal);
  setImmediate(() => abort.abort());
  await assert.rejects(work, { name: "AbortError" });
});

test("of a large payload with a schema only the beginning is decoded and laid out", async () => {
  const context = knowing(avro({ type: "array", items: "long" }));
  // an array of 1.1 million items, each a byte
  const large = wire(7, Buffer.from([0xc0, 0xa3, 0x86, 0x01]), Buffer.alloc(1_100_000, 2), Buffer.from([0]));
  const shown = await decoder.viewInTurns(large, context, 1000);
  assert.equal(shown.format, "avro");
  assert.deepEqual(shown.problems, []);
  assert.ok(shown.text.startsWith("[\n  1,\n  1,\n  1") && shown.text.length <= 1000 && shown.text.length > 900);
  assert.deepEqual([shown.shownBytes, shown.size, shown.textCut > 0], [0, large.length, true]);
  assert.deepEqual(await decoder.viewInTurns(large, context, Number.POSITIVE_INFINITY), view(large, context));
});
