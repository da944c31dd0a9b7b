import { groupMetadata, legacyOffsetCommit, offsetCommit } from "./classicGroups.ts";
import { coordinatorFormat } from "./coordinatorRecords.ts";
import { consumerGroups, shareGroups } from "./modernGroups.ts";
import { streamsGroups } from "./streamsGroups.ts";

/** __consumer_offsets: what the group coordinator keeps of groups of every kind. */
export const consumerOffsets = coordinatorFormat("a record of the group coordinator", {
  0: legacyOffsetCommit,
  1: offsetCommit,
  2: groupMetadata,
  ...consumerGroups,
  ...shareGroups,
  ...streamsGroups,
});
