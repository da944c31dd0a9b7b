import type { Cluster } from "../../../src/kafka/cluster.ts";
import { readUnpacked, type Span } from "../../../src/kafka/log/records.ts";
import { PartitionScan } from "../../../src/kafka/log/scan.ts";
import { fetch, fetchByName } from "../../../src/kafka/protocol/fetch.ts";

/** A record's key and value as their bytes. */
export interface RawRecord {
  partition: number;
  offset: bigint;
  key: Buffer | null;
  value: Buffer | null;
}

/** All records that a topic holds now, in the order of each partition's log; without markers, with what is not committed. */
export async function rawRecords(cluster: Cluster, topic: string): Promise<RawRecord[]> {
  const [info] = await cluster.topics([topic]);
  const records: RawRecord[] = [];
  const partitions = new Map(info!.partitions.map(({ partition }) => [partition, "earliest" as const]));
  const starts = (await cluster.offsets(new Map([[topic, partitions]]), "read_uncommitted")).get(topic)!;
  for (const { partition, leader } of info!.partitions) {
    let position = Number(starts.get(partition)!.offset);
    for (let end = position + 1; position < end; ) {
      const request = {
        maxWait: 100,
        minBytes: 0,
        maxBytes: 8 << 20,
        isolation: "read_uncommitted" as const,
        topics: [
          { name: topic, id: info!.id, partitions: [{ partition, offset: BigInt(position), maxBytes: 4 << 20 }] },
        ],
      };
      const { buffer, partitions } = await cluster.request(leader, info!.id === null ? fetchByName : fetch, request);
      const fetched = partitions[0]!;
      if (fetched.error !== 0) throw new Error(`${topic}-${partition} cannot be fetched: error ${fetched.error}`);
      end = Number(fetched.highWatermark);
      const scan = new PartitionScan(
        { buffer, start: fetched.start, end: fetched.end, source: { topic, partition }, aborted: null },
        { from: position, visible: 0, to: end, end, batchBytes: 8 << 20 },
        {
          records({ batch, positions, count, data, dataEnd }) {
            for (let i = 0; i < count; i++) {
              const { offset, key, value } = readUnpacked(batch, data, dataEnd, positions[i]!);
              // copies: the scan uses its memory again
              const copy = (span: Span) => span && Buffer.from(data.subarray(span.start, span.end));
              records.push({ partition, offset, key: copy(key), value: copy(value) });
            }
          },
          unreadable(_, first, last, why) {
            throw new Error(`${topic}-${partition} ${first} to ${last}: ${why}`);
          },
        },
      );
      const { next } = scan.run(Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY);
      if (next <= position) break;
      position = next;
    }
  }
  return records;
}
