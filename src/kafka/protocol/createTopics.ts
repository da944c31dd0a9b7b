import { defineApi } from "./defineApi.ts";

export interface CreateTopicRequest {
  name: string;
  /** -1: the broker's default (from Kafka 2.4) */
  partitions: number;
  /** -1: the broker's default (from Kafka 2.4) */
  replicationFactor: number;
  configs: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** only check whether it could be created */
  validateOnly: boolean;
}

/**
 * CreateTopics (API key 19), one topic, to the controller.
 * Source: CreateTopicsRequest.json / CreateTopicsResponse.json; what follows the error in the answer is not read.
 */
export const createTopics = defineApi<CreateTopicRequest, { error: number; message: string | null }>({
  name: "CreateTopics",
  key: 19,
  versions: [2, 7],
  flexibleFrom: 5,
  changes: true,
  encode: (w, topic) => {
    w.array([topic], ({ name, partitions, replicationFactor, configs }) => {
      w.string(name).int32(partitions).int16(replicationFactor);
      w.array([], () => {});
      w.array(Object.entries(configs), ([key, value]) => w.string(key).nullableString(value).tags());
      w.tags();
    });
    w.int32(topic.timeoutMs).boolean(topic.validateOnly).tags();
  },
  decode: (r, version) => {
    r.int32();
    if (r.arrayLength() < 1) return { error: 0, message: null };
    r.string();
    if (version >= 7) r.uuid();
    return { error: r.int16(), message: r.nullableString() };
  },
  errors: (answer) => [answer.error],
});
