import { defineApi } from "./defineApi.ts";

/**
 * DescribeQuorum (API key 55): with KRaft, the node that is the active controller: leader of partition 0 of the metadata log.
 * Source: DescribeQuorumRequest.json / DescribeQuorumResponse.json; what follows the leader in the answer is not read.
 */
export const describeQuorum = defineApi<null, { error: number; leader: number }>({
  name: "DescribeQuorum",
  key: 55,
  versions: [0, 2],
  flexibleFrom: 0,
  encode: (w) => {
    w.array(["__cluster_metadata"], (topic) => {
      w.string(topic);
      w.array([0], (partition) => w.int32(partition).tags());
      w.tags();
    });
    w.tags();
  },
  decode: (r, version) => {
    let error = r.int16();
    if (version >= 2) r.nullableString();
    if (error !== 0 || r.arrayLength() < 1) return { error, leader: -1 };
    r.string();
    if (r.arrayLength() < 1) return { error, leader: -1 };
    r.int32();
    error = r.int16();
    if (version >= 2) r.nullableString();
    return { error, leader: r.int32() };
  },
});
