import { defineApi } from "./defineApi.ts";
import type { Reader } from "./wire.ts";

export interface ModernGroup {
  error: number;
  message: string | null;
  groupId: string;
  state: string;
  assignor: string;
  members: {
    memberId: string;
    instanceId: string | null;
    clientId: string;
    host: string;
    subscribed: string[];
    assignments: { topic: string; partitions: number[] }[];
  }[];
}

/**
 * ConsumerGroupDescribe (API key 69, KIP-848), to the coordinator: consumer groups of the new protocol. Classic groups answer
 * GROUP_ID_NOT_FOUND. Source: ConsumerGroupDescribeRequest.json / ConsumerGroupDescribeResponse.json.
 */
export const consumerGroupDescribe = defineApi<string[], ModernGroup[]>({
  name: "ConsumerGroupDescribe",
  key: 69,
  versions: [0, 1],
  flexibleFrom: 0,
  encode: (w, groups) => {
    w.array(groups, (group) => w.string(group));
    w.boolean(false).tags();
  },
  decode: (r, version) => {
    r.int32();
    return r.array(() =>
      readGroup(r, () => {
        const memberId = r.string();
        const instanceId = r.nullableString();
        r.nullableString();
        r.int32();
        const clientId = r.string();
        const host = r.string();
        const subscribed = r.array(() => r.string());
        r.nullableString();
        const assignments = readAssignment(r);
        readAssignment(r);
        if (version >= 1) r.int8();
        r.tags();
        return { memberId, instanceId, clientId, host, subscribed, assignments };
      }),
    );
  },
  errors: (groups) => groups.map((group) => group.error),
});

/**
 * ShareGroupDescribe (API key 77, KIP-932), version 1, to the coordinator: share groups.
 * Source: ShareGroupDescribeRequest.json / ShareGroupDescribeResponse.json.
 */
export const shareGroupDescribe = defineApi<string[], ModernGroup[]>({
  name: "ShareGroupDescribe",
  key: 77,
  versions: [1, 1],
  flexibleFrom: 0,
  encode: (w, groups) => {
    w.array(groups, (group) => w.string(group));
    w.boolean(false).tags();
  },
  decode: (r) => {
    r.int32();
    return r.array(() =>
      readGroup(r, () => {
        const memberId = r.string();
        r.nullableString();
        r.int32();
        const clientId = r.string();
        const host = r.string();
        const subscribed = r.array(() => r.string());
        const assignments = readAssignment(r);
        r.tags();
        return { memberId, instanceId: null, clientId, host, subscribed, assignments };
      }),
    );
  },
  errors: (groups) => groups.map((group) => group.error),
});

function readGroup(r: Reader, member: () => ModernGroup["members"][number]): ModernGroup {
  const error = r.int16();
  const message = r.nullableString();
  const groupId = r.string();
  const state = r.string();
  r.int32();
  r.int32();
  const assignor = r.string();
  const members = r.array(member);
  r.int32();
  r.tags();
  return { error, message, groupId, state, assignor, members };
}

function readAssignment(r: Reader): { topic: string; partitions: number[] }[] {
  const topics = r.array(() => {
    r.uuid();
    const topic = r.string();
    const partitions = r.array(() => r.int32());
    r.tags();
    return { topic, partitions };
  });
  r.tags();
  return topics;
}
