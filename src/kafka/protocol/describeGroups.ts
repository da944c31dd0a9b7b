import { defineApi } from "./defineApi.ts";

export interface DescribedGroup {
  error: number;
  message: string | null;
  groupId: string;
  /** "Dead" also for a group that does not exist */
  state: string;
  protocolType: string;
  /** the assignor in use, for consumers */
  protocol: string;
  members: {
    memberId: string;
    instanceId: string | null;
    clientId: string;
    host: string;
    /** as the members wrote it: for "consumer", see consumerProtocol.ts */
    assignment: Buffer;
  }[];
}

/**
 * DescribeGroups (API key 15), to the coordinator: classic groups. A group of another type answers as if it did not exist.
 * Source: DescribeGroupsRequest.json / DescribeGroupsResponse.json.
 */
export const describeGroups = defineApi<string[], DescribedGroup[]>({
  name: "DescribeGroups",
  key: 15,
  versions: [0, 6],
  flexibleFrom: 5,
  encode: (w, groups, version) => {
    w.array(groups, (group) => w.string(group));
    if (version >= 3) w.boolean(false);
    w.tags();
  },
  decode: (r, version) => {
    if (version >= 1) r.int32();
    return r.array(() => {
      const group = {
        error: r.int16(),
        message: version >= 6 ? r.nullableString() : null,
        groupId: r.string(),
        state: r.string(),
        protocolType: r.string(),
        protocol: r.string(),
        members: r.array(() => {
          const memberId = r.string();
          const instanceId = version >= 4 ? r.nullableString() : null;
          const clientId = r.string();
          const host = r.string();
          r.bytes();
          const assignment = r.bytes();
          r.tags();
          return { memberId, instanceId, clientId, host, assignment };
        }),
      };
      if (version >= 3) r.int32();
      r.tags();
      return group;
    });
  },
  errors: (groups) => groups.map((group) => group.error),
});
