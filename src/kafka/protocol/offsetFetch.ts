import { defineApi } from "./defineApi.ts";

export interface OffsetFetchAnswer {
  error: number;
  topics: {
    topic: string;
    partitions: { partition: number /** -1: nothing committed */; offset: bigint; metadata: string; error: number }[];
  }[];
}

/**
 * OffsetFetch (API key 9), to the coordinator: everything a group has committed. Reading it does not join the group.
 * Source: OffsetFetchRequest.json / OffsetFetchResponse.json.
 */
export const offsetFetch = defineApi<{ group: string }, OffsetFetchAnswer>({
  name: "OffsetFetch",
  key: 9,
  versions: [2, 7],
  flexibleFrom: 6,
  encode: (w, { group }, version) => {
    w.string(group).nullableArray(null, () => {});
    if (version >= 7) w.boolean(false);
    w.tags();
  },
  decode: (r, version) => {
    if (version >= 3) r.int32();
    const topics = r.array(() => {
      const topic = r.string();
      const partitions = r.array(() => {
        const partition = r.int32();
        const offset = r.int64();
        if (version >= 5) r.int32();
        const metadata = r.string();
        const error = r.int16();
        r.tags();
        return { partition, offset, metadata, error };
      });
      r.tags();
      return { topic, partitions };
    });
    return { error: r.int16(), topics };
  },
  errors: (answer) => [answer.error],
});
