import assert from "node:assert/strict";
import type { Payloads } from "../../unit/reader/export/records.ts";
import { openReader } from "./reading.ts";

/** All that is in a topic, to the byte; it is expected in one partition. */
export async function keptPayloads(bootstrap: string, topic: string, partition: number): Promise<Payloads[]> {
  const reader = openReader(bootstrap);
  await reader.start({ topic });
  await reader.until("all is read", ({ state }) => state === "done");
  const found: Payloads[] = [];
  for (const row of await reader.all()) {
    assert.equal(row.partition, partition);
    const bytes = async (part: "key" | "value" | { header: number }) => {
      const view = await reader.call("bytes", [row.seq, part, 0, 16_000_000]);
      return view && Buffer.from(view.bytes);
    };
    const detail = await reader.call("detail", [row.seq, 10]);
    const headers: { key: string; value: Buffer | null }[] = [];
    for (const [i, header] of detail!.headers.entries()) {
      headers.push({ key: header.key, value: await bytes({ header: i }) });
    }
    found.push({ key: await bytes("key"), value: await bytes("value"), headers });
  }
  await reader.dispose();
  return found;
}
