import type { GroupListing } from "../api.ts";
import { defineApi } from "./defineApi.ts";

/**
 * ListGroups (API key 16): the groups that one broker coordinates; states from version 4 (KIP-518), types from 5 (KIP-848).
 * Source: ListGroupsRequest.json / ListGroupsResponse.json.
 */
export const listGroups = defineApi<null, { error: number; groups: GroupListing[] }>({
  name: "ListGroups",
  key: 16,
  versions: [0, 5],
  flexibleFrom: 3,
  encode: (w, _, version) => {
    if (version >= 4) w.array([], () => {});
    if (version >= 5) w.array([], () => {});
    w.tags();
  },
  decode: (r, version) => {
    if (version >= 1) r.int32();
    const error = r.int16();
    const groups = r.array(() => {
      const group = {
        groupId: r.string(),
        protocolType: r.string(),
        state: version >= 4 ? r.string() : null,
        type: version >= 5 ? r.string() : null,
      };
      r.tags();
      return group;
    });
    return { error, groups };
  },
});
