// npm run bench:filter: how fast filters are over a million messages of 165 bytes in memory, in one thread; beside walking over them. All take turns, and
// time is the process's own (user), so that what else the machine does counts little.

import { PartitionScan } from "../../src/kafka/log/scan.ts";
import { compileFilter } from "../../src/reader/filter/filter.ts";
import type { RecordFilter } from "../../src/reader/filter/recordFilter.ts";
import { createDecoder } from "../../src/schema/decoder.ts";
import type { Filter } from "../../src/shared/messages.ts";
import { encodeBatch, sourceOf } from "../unit/log/batches.ts";

const MESSAGES = 1_000_000;
const BATCH = 100;
const RUNS = 3;
const context = { decoder: createDecoder(), schemas: null };

const look = { caseSensitive: true, parts: ["key", "value"] as ("key" | "value")[] };
const filters: [name: string, filter: Filter | null][] = [
  ["walk, no filter", null],
  ["contains, one hit", { kind: "contains", text: '"id":777777,', ...look }],
  ["contains, no case, one hit", { kind: "contains", text: '"ID":777777,', ...look, caseSensitive: false }],
  ["regex with a literal, one hit", { kind: "regex", pattern: '"id":77777\\d,"ts":\\d+7,"c', ...look }],
  ["regex without a literal", { kind: "regex", pattern: "\\d{6}7\\d{6}", ...look }],
  ["CEL without a literal", { kind: "cel", expression: "value.amount > 499.0 && value.id > 10" }],
  ["CEL, a text without a literal", { kind: "cel", expression: '!(value.status in ["paid", "open"])' }],
  [
    "CEL, not of the simplest",
    { kind: "cel", expression: "value.items.exists(i, i.qty > 1) || value.amount + 1.0 < 2.0" },
  ],
  ["CEL, a field that none has", { kind: "cel", expression: "value.total > 499.0" }],
  ["CEL with a literal, one in 500", { kind: "cel", expression: 'value.customer == "c10611" && value.amount > 1.0' }],
];

/** a message as bench:scan writes them */
function message(i: number): { key: string; value: string } {
  const customer = `c${10_000 + ((i * 7919) % 500) + 500}`;
  const status = i % 5 === 0 ? "open" : "paid";
  const value = `{"id":${i},"ts":${1_700_000_000_000 + i * 137},"customer":"${customer}","status":"${status}","amount":${(i % 50_000) / 100},"items":[{"sku":"s0395","qty":1},{"sku":"s4389","qty":1}]}`;
  return { key: customer, value: value.padEnd(165, " ") };
}

function makeLog(): Buffer {
  const batches: Buffer[] = [];
  for (let base = 0; base < MESSAGES; base += BATCH) {
    const records = Array.from({ length: BATCH }, (_, i) => message(base + i));
    batches.push(encodeBatch({ baseOffset: BigInt(base), records }));
  }
  return Buffer.concat(batches);
}

const all = Number.MAX_SAFE_INTEGER;

function run(log: Buffer, filter: RecordFilter | null): { ms: number; found: number } {
  const out = new Uint32Array(BATCH);
  let found = 0;
  const started = process.cpuUsage();
  const scan = new PartitionScan(
    { buffer: log, start: 0, end: log.length, source: sourceOf(0), aborted: null },
    { from: 0, visible: 0, to: all, end: all, batchBytes: 1 << 20 },
    {
      records({ batch, positions, count, data, dataEnd }) {
        if (!filter) found += count;
        else found += filter.selectNow(batch.source, data, dataEnd, batch, positions, count, out) ?? 0;
      },
      unreadable: (_source, first, _last, why) => {
        throw new Error(`${first}: ${why}`);
      },
    },
  );
  scan.run(all, Number.POSITIVE_INFINITY);
  return { ms: process.cpuUsage(started).user / 1000, found };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const log = makeLog();
console.log(
  `${MESSAGES.toLocaleString("en")} messages, ${Math.round(log.length / 1e6)} MB, checksums included; median of ${RUNS}\n`,
);
console.log("| filter | matches | messages/s | × the walk |\n| --- | --- | --- | --- |");
const contenders = [];
for (const [name, filter] of filters) {
  const compiled = filter && (await compileFilter(filter, context));
  contenders.push({ name, filter: compiled, times: [] as number[], ratios: [] as number[], matches: 0 });
}
for (let i = 0; i < RUNS; i++) {
  let walk = 0;
  for (const one of contenders) {
    const { ms, found } = run(log, one.filter);
    walk ||= ms;
    one.times.push(ms);
    one.ratios.push(ms / walk);
    one.matches = found;
  }
}
for (const { name, times, ratios, matches } of contenders) {
  const rate = Math.round(MESSAGES / (median(times) / 1000)).toLocaleString("en");
  console.log(`| ${name} | ${matches.toLocaleString("en")} | ${rate} | ${median(ratios).toFixed(2)} |`);
}
