import { defineApi } from "./defineApi.ts";

export interface ProduceRequest {
  topic: string;
  partition: number;
  /** one record batch */
  batch: Uint8Array;
  /** ms that the broker waits for the in-sync replicas */
  timeoutMs: number;
}

export interface ProduceAnswer {
  error: number;
  /** the broker's own words about what it did not accept */
  message: string | null;
  baseOffset: bigint;
  /** ms since the epoch when the topic uses the time of appending, otherwise -1 */
  appendTime: bigint;
}

/**
 * Produce (API key 0), one batch for one partition with acks=all, to its leader.
 * Source: ProduceRequest.json / ProduceResponse.json.
 */
export const produce = defineApi<ProduceRequest, ProduceAnswer>({
  name: "Produce",
  key: 0,
  versions: [3, 9],
  flexibleFrom: 9,
  changes: true,
  encode: (w, request) => {
    w.nullableString(null).int16(-1).int32(request.timeoutMs);
    w.array([request], ({ topic, partition, batch }) => {
      w.string(topic);
      w.array([partition], (index) => w.int32(index).bytes(batch).tags());
      w.tags();
    });
    w.tags();
  },
  decode: (r, version) => {
    r.arrayLength();
    r.string();
    r.arrayLength();
    r.int32();
    const error = r.int16();
    const baseOffset = r.int64();
    const appendTime = r.int64();
    if (version >= 5) r.int64();
    let message: string | null = null;
    if (version >= 8) {
      const records = r.array(() => {
        r.int32();
        const said = r.nullableString();
        r.tags();
        return said;
      });
      message = r.nullableString() ?? records.find((said) => said !== null) ?? null;
    }
    return { error, message, baseOffset, appendTime };
  },
});
