import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import { useStack } from "../harness/stack.ts";
import { open } from "./support/clusters.ts";
import { ended, makeTopic, openReader } from "./support/reading.ts";

const stack = await useStack();
const { bootstrap } = stack.kraft;
const cluster = open(bootstrap);
const producer = new MessageProducer(cluster);

const line = '{"id":9007199254740993,"customer":"Zoë","items":[{"sku":"a","qty":1.0},{"sku":"b","qty":2}]}';
const MB = 1024 * 1024;

test("a message of 50 MB is shown in part, and its whole while rows are still answered", async () => {
  const topic = await makeTopic(cluster, "large", 1, { "max.message.bytes": String(64 * MB) });
  const value = Buffer.from(
    `[${Array(Math.ceil((50 * MB) / line.length))
      .fill(line)
      .join(",")}]`,
  );
  assert.ok(value.length > 50 * MB);
  const send = (bytes: Buffer) => producer.send({ topic, partition: 0, key: null, value: bytes, headers: [] });
  for (let i = 0; i < 5; i++) await send(Buffer.from(line));
  await send(value);
  const reader = openReader(bootstrap, { ring: { megabytes: 256, rows: 1000 } });
  await reader.start({ topic });
  const { state, scanned, unreadable } = await reader.until("all is read", ended);
  assert.deepEqual([state, scanned, unreadable], ["done", 6, 0]);

  // asked for last, answered first
  const answered: string[] = [];
  const told = <T>(what: string, answer: Promise<T>): Promise<T> => answer.finally(() => answered.push(what));
  const whole = told("whole", reader.call("detail", [5, 200 * MB]));
  const beginning = told("beginning", reader.call("detail", [5, 100_000]));
  let rows = 0;
  while (!answered.includes("whole")) {
    const window = await told("rows", reader.call("rows", [0, 10]));
    assert.equal(window.rows.length, 6);
    if (!answered.includes("whole")) rows++;
  }
  assert.ok(answered.indexOf("beginning") < answered.indexOf("whole"), answered.slice(0, 5).join());
  assert.ok(rows >= 10, `${rows} answers in between`);

  const shown = (await beginning)!.value!;
  assert.deepEqual([shown.format, shown.size], ["json", value.length]);
  assert.ok(shown.shownBytes! > 10_000 && shown.shownBytes! < 100_000 && shown.textCut > 0);
  const all = (await whole)!.value!;
  assert.deepEqual([all.format, all.textCut, all.shownBytes], ["json", 0, undefined]);
  assert.ok(all.text.startsWith(shown.text));
  assert.ok(
    all.text.startsWith('[\n  {\n    "id": 9007199254740993,\n    "customer": "Zoë",') && all.text.endsWith("\n]"),
  );

  const bytes = (await reader.call("bytes", [5, "value", value.length - 100, value.length]))!.bytes;
  assert.deepEqual(Buffer.from(bytes), value.subarray(-100));
});
