import { defineApi } from "./defineApi.ts";

export interface MetadataAnswer {
  brokers: { id: number; host: string; port: number; rack: string | null }[];
  clusterId: string | null;
  /** with KRaft: any broker, which forwards to the real controller; -1 for none */
  controllerId: number;
  topics: {
    error: number;
    name: string;
    /** another one after the topic was deleted and created anew; null where the broker does not say */
    id: string | null;
    internal: boolean;
    partitions: {
      error: number;
      partition: number;
      leader: number;
      leaderEpoch: number;
      replicas: number[];
      isr: number[];
      offlineReplicas: number[];
    }[];
  }[];
}

const NO_ID = "00000000-0000-0000-0000-000000000000";

/** A cluster on ZooKeeper that was never upgraded gives its topics no ids. */
const idOrNull = (id: string): string | null => (id === NO_ID ? null : id);

/**
 * Metadata (API key 3): brokers and, for the topics asked (null: all, empty: none), their partitions. Version 4 is the first that can forbid
 * the broker to create the topics it is asked about, which this always does.
 * Source: MetadataRequest.json / MetadataResponse.json.
 */
export const metadata = defineApi<{ topics: string[] | null }, MetadataAnswer>({
  name: "Metadata",
  key: 3,
  versions: [4, 12],
  flexibleFrom: 9,
  encode: (w, { topics }, version) => {
    w.nullableArray(topics, (name) => {
      // asked by name: the id is left open
      if (version >= 10) w.uuid(NO_ID).nullableString(name);
      else w.string(name);
      w.tags();
    });
    w.boolean(false);
    // the operations that are allowed: on the cluster, on the topics
    if (version >= 8 && version <= 10) w.boolean(false);
    if (version >= 8) w.boolean(false);
    w.tags();
  },
  decode: (r, version) => {
    r.int32();
    const brokers = r.array(() => {
      const broker = { id: r.int32(), host: r.string(), port: r.int32(), rack: r.nullableString() };
      r.tags();
      return broker;
    });
    const clusterId = r.nullableString();
    const controllerId = r.int32();
    const topics = r.array(() => {
      const topic = {
        error: r.int16(),
        name: version >= 12 ? (r.nullableString() ?? "") : r.string(),
        id: version >= 10 ? idOrNull(r.uuid()) : null,
        internal: r.boolean(),
        partitions: r.array(() => {
          const partition = {
            error: r.int16(),
            partition: r.int32(),
            leader: r.int32(),
            leaderEpoch: version >= 7 ? r.int32() : -1,
            replicas: r.array(() => r.int32()),
            isr: r.array(() => r.int32()),
            offlineReplicas: version >= 5 ? r.array(() => r.int32()) : [],
          };
          r.tags();
          return partition;
        }),
      };
      if (version >= 8) r.int32();
      r.tags();
      return topic;
    });
    return { brokers, clusterId, controllerId, topics };
  },
});
