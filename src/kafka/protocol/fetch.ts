import type { AbortedTransaction } from "../log/aborted.ts";
import { defineApi } from "./defineApi.ts";
import type { Reader } from "./wire.ts";

export interface FetchRequest {
  /** how long the broker may wait for data, ms */
  maxWait: number;
  /** answer once this much is there */
  minBytes: number;
  /** for the whole answer; the first batch of the first partition with data comes whole even when it is larger */
  maxBytes: number;
  isolation: "read_committed" | "read_uncommitted";
  topics: FetchTopic[];
}

interface FetchTopic {
  name: string;
  /** for versions from 13 on, which know topics by it alone */
  id: string | null;
  partitions: {
    partition: number;
    offset: bigint;
    maxBytes: number;
  }[];
}

export interface FetchedPartition {
  topic: string;
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
  /** `topic` is the topic's id where it was asked for by id */
  partitions: FetchedPartition[];
}

/**
 * Fetch (API key 1): record batches of topics' partitions from their leader, outside of any fetch session.
 * Source: Apache Kafka's FetchRequest.json / FetchResponse.json, versions 4 (Kafka 0.11, the first with record batches v2) to 13 (Kafka 3.1: topics
 * go by id, KIP-516, so that a topic that was created anew under the same name is never taken for the old one).
 */
export const fetch = defineApi<FetchRequest, FetchResponse>({
  name: "Fetch",
  key: 1,
  versions: [4, 13],
  flexibleFrom: 12,
  encode: (w, request, version) => {
    w.int32(-1).int32(request.maxWait).int32(request.minBytes).int32(request.maxBytes);
    w.int8(request.isolation === "read_committed" ? 1 : 0);
    // session id 0 with epoch -1: a full request that opens no session
    if (version >= 7) w.int32(0).int32(-1);
    w.array(request.topics, (topic) => {
      if (version >= 13) w.uuid(topic.id ?? "");
      else w.string(topic.name);
      w.array(topic.partitions, (p) => {
        w.int32(p.partition);
        if (version >= 9) w.int32(-1); // current leader epoch: not checked
        w.int64(p.offset);
        if (version >= 12) w.int32(-1); // last fetched epoch: for followers only
        if (version >= 5) w.int64(-1n); // log start offset: for followers only
        w.int32(p.maxBytes).tags();
      });
      w.tags();
    });
    if (version >= 7) w.array([], () => {}); // forgotten topics: of sessions
    if (version >= 11) w.string(""); // rack
    w.tags();
  },
  decode: (r, version) => {
    const throttle = r.int32();
    const error = version >= 7 ? r.int16() : 0;
    if (version >= 7) r.int32();
    const partitions: FetchedPartition[] = [];
    r.array(() => {
      const topic = version >= 13 ? r.uuid() : r.string();
      r.array(() => {
        partitions.push(readPartition(r, topic, version));
        r.tags();
      });
      r.tags();
    });
    return { throttle, error, buffer: r.buffer, partitions };
  },
});

/** For topics without ids: ZooKeeper clusters that were never upgraded, and brokers before Kafka 3.1. */
export const fetchByName: typeof fetch = { ...fetch, versions: [4, 12] };

function readPartition(r: Reader, topic: string, version: number): FetchedPartition {
  const partition = r.int32();
  const error = r.int16();
  const highWatermark = r.int64();
  const lastStable = r.int64();
  const logStartOffset = version >= 5 ? r.int64() : -1n;
  const aborted = r.nullableArray(() => {
    const transaction = { producerId: r.int64(), firstOffset: r.int64() };
    r.tags();
    return transaction;
  });
  if (version >= 11) r.int32(); // preferred read replica: only with a rack
  const size = Math.max(0, r.byteLength());
  const start = r.skip(size);
  return {
    topic,
    partition,
    error,
    highWatermark,
    lastStableOffset: lastStable < 0n ? highWatermark : lastStable,
    logStartOffset,
    aborted,
    start,
    end: start + size,
  };
}
