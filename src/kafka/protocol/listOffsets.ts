import { defineApi } from "./defineApi.ts";

export interface ListOffsetsRequest {
  /** 0 read_uncommitted, 1 read_committed (then "latest" is the last stable offset) */
  isolation: number;
  /** timestamp: milliseconds since the epoch, -1 latest, -2 earliest */
  topics: { topic: string; partitions: { partition: number; timestamp: bigint }[] }[];
}

export interface ListOffsetsAnswer {
  /** offset -1: no message at or after the timestamp */
  topics: { topic: string; partitions: { partition: number; error: number; timestamp: bigint; offset: bigint }[] }[];
}

/**
 * ListOffsets (API key 2), to the leaders of the partitions: the first offset whose message is not older than a time, or the ends of the log.
 * Source: ListOffsetsRequest.json / ListOffsetsResponse.json.
 */
export const listOffsets = defineApi<ListOffsetsRequest, ListOffsetsAnswer>({
  name: "ListOffsets",
  key: 2,
  versions: [1, 6],
  flexibleFrom: 6,
  encode: (w, { isolation, topics }, version) => {
    w.int32(-1);
    if (version >= 2) w.int8(isolation);
    w.array(topics, ({ topic, partitions }) => {
      w.string(topic);
      w.array(partitions, ({ partition, timestamp }) => {
        w.int32(partition);
        if (version >= 4) w.int32(-1);
        w.int64(timestamp).tags();
      });
      w.tags();
    });
    w.tags();
  },
  decode: (r, version) => {
    if (version >= 2) r.int32();
    const topics = r.array(() => {
      const topic = r.string();
      const partitions = r.array(() => {
        const answer = { partition: r.int32(), error: r.int16(), timestamp: r.int64(), offset: r.int64() };
        if (version >= 4) r.int32();
        r.tags();
        return answer;
      });
      r.tags();
      return { topic, partitions };
    });
    return { topics };
  },
});
