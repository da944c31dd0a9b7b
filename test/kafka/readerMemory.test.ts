import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Filter } from "../../src/shared/messages.ts";
import { useStack } from "../harness/stack.ts";
import { open } from "./support/clusters.ts";
import { ended, feed, makeTopic, openReader } from "./support/reading.ts";

const { bootstrap } = (await useStack()).kraft;
const cluster = open(bootstrap);
const PARTITIONS = 3;
const EACH = 40_000;

/** tells of its own offset from its first character to its last */
function textAt(offset: number): string {
  const times = offset % 4000 === 1 ? 12_000 : 10 + (offset % 30);
  return `${offset};`.repeat(times);
}

async function filled(codec: string): Promise<string> {
  const topic = await makeTopic(cluster, `memory-${codec}`, PARTITIONS);
  const lines = Array.from({ length: EACH }, (_, i) => textAt(i)).join("\n");
  for (let p = 0; p < PARTITIONS; p++) {
    const { code, stderr } = await feed(
      "kcat",
      ["-P", "-b", bootstrap, "-t", topic, "-p", String(p), "-z", codec],
      `${lines}\n`,
    );
    assert.equal(code, 0, stderr);
  }
  return topic;
}

const contains = (text: string): Filter => ({ kind: "contains", text, caseSensitive: true, parts: ["value"] });

describe("memory that is used again for other answers", () => {
  for (const codec of ["none", "lz4"]) {
    test(`never shows through in rows that are looked at while others come and go (${codec})`, async () => {
      const topic = await filled(codec);
      // holds a small part of it: almost all of it is dropped while it is read
      const reader = openReader(bootstrap, { ring: { megabytes: 8, rows: 20_000 } });
      let looked = 0;
      let done = false;
      const check = (offset: string, text: string | undefined, what: string): void => {
        if (text === undefined) return;
        const whole = textAt(Number(offset));
        const told = text.replace(/…$/u, "");
        assert.ok(told.length > 0 && whole.startsWith(told), `${what} at ${offset} shows ${told.slice(0, 100)}`);
        looked++;
      };
      const look = async (next: () => number): Promise<void> => {
        while (!done) {
          const last = reader.seen.at(-1);
          if (!last || last.nextSeq === last.firstSeq) {
            await new Promise((resolve) => setTimeout(resolve, 5));
            continue;
          }
          const { firstSeq, nextSeq } = last;
          const from = firstSeq + Math.floor(next() * (nextSeq - firstSeq));
          const { rows } = await reader.call("rows", [from, from + 60]);
          for (const row of rows) check(row.offset, row.value?.text, "the row");
          const detail = await reader.call("detail", [rows.at(-1)?.seq ?? from, 1000]);
          if (detail) check(detail.offset, detail.value?.text, "the detail");
        }
      };
      for (const filter of [null, contains(";")]) {
        done = false;
        await reader.start({ topic, filter });
        const looking = [look(() => 0.999), look(Math.random), look(() => 0)];
        await reader.call("pause", []);
        await reader.call("resume", []);
        const status = await reader.until("all is read", ended, 60_000);
        done = true;
        await Promise.all(looking);
        const { state, scanned, unreadable, problem } = status;
        const all = { state: "done", scanned: PARTITIONS * EACH, unreadable: 0, problem: null };
        assert.deepEqual({ state, scanned, unreadable, problem }, all);
        assert.ok(status.dropped > 0);
        const rows = await reader.all();
        for (const row of rows) check(row.offset, row.value?.text, "the row");
        assert.equal(rows.length, status.nextSeq - status.firstSeq);
      }
      assert.ok(looked > 1000, `${looked} looked at`);
    });
  }
});
