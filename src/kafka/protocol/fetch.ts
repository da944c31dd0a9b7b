import type { AbortedTransaction } from "../log/aborted.ts";
import { defineApi } from "./defineApi.ts";

export interface FetchRequest {
  /** how long the broker may wait for data, ms */
  maxWait: number;
  /** answer once this much is there */
  minBytes: number;
  /** for the whole answer; the first batch of the first partition with data comes whole even when it is larger */
  maxBytes: number;
  isolation: "read_committed" | "read_uncommitted";
  topic: string;
  partitions: {
    partition: number;
    offset: bigint;
    maxBytes: number;
  }[];
}

export interface FetchedPartition {
  partition: number;
  /** Kafka's error code, 0 for none */
  error: number;
  highWatermark: bigint;
  /** equal to the high watermark where the broker does not say */
  lastStableOffset: bigint;
  /** -1 where the broker does not say */
  logStartOffset: bigint;
  aborted: AbortedTransaction[] | null;
  /** the record batches are bytes [start, end) of FetchResponse.buffer; the last one may be cut */
  start: number;
  end: number;
}

export interface FetchResponse {
  /** how long the broker wants us to wait because of a quota, ms */
  throttle: number;
  error: number;
  buffer: Buffer;
  partitions: FetchedPartition[];
}

/**
 * Fetch (API key 1): record batches of one topic's partitions from their leader, outside of any fetch session.
 * Source: Apache Kafka's FetchRequest.json / FetchResponse.json, versions 4 (Kafka 0.11, the first with record batches v2) to 11 (still
 * answered by Kafka 4; from 13 on topics go by id).
 */
export const fetch = defineApi<FetchRequest, FetchResponse>({
  name: "Fetch",
  key: 1,
  versions: [4, 11],
  encode: (w, request, version) => {
    w.int32(-1).int32(request.maxWait).int32(request.minBytes).int32(request.maxBytes);
    w.int8(request.isolation === "read_committed" ? 1 : 0);
    // session id 0 with epoch -1: a full request that opens no session
    if (version >= 7) w.int32(0).int32(-1);
    w.array([request.topic], (topic) => {
      w.string(topic);
      w.array(request.partitions, (p) => {
        w.int32(p.partition);
        if (version >= 9) w.int32(-1); // current leader epoch: not checked
        w.int64(p.offset);
        if (version >= 5) w.int64(-1n); // log start offset: for followers only
        w.int32(p.maxBytes);
      });
    });
    if (version >= 7) w.array([], () => {}); // forgotten topics: of sessions
    if (version >= 11) w.string(""); // rack
  },
  decode: (r, version) => {
    const throttle = r.int32();
    const error = version >= 7 ? r.int16() : 0;
    if (version >= 7) r.int32();
    const partitions: FetchedPartition[] = [];
    r.array(() => {
      r.string();
      r.array(() => {
        const partition = r.int32();
        const code = r.int16();
        const highWatermark = r.int64();
        const lastStable = r.int64();
        const logStartOffset = version >= 5 ? r.int64() : -1n;
        const aborted = r.nullableArray(() => ({ producerId: r.int64(), firstOffset: r.int64() }));
        if (version >= 11) r.int32(); // preferred read replica: only with a rack
        const size = Math.max(0, r.byteLength());
        const start = r.skip(size);
        partitions.push({
          partition,
          error: code,
          highWatermark,
          lastStableOffset: lastStable < 0n ? highWatermark : lastStable,
          logStartOffset,
          aborted,
          start,
          end: start + size,
        });
      });
    });
    return { throttle, error, buffer: r.buffer, partitions };
  },
});
