import type { RecordType } from "./coordinatorRecords.ts";
import { memberAssignment, memberMetadata, protocolType } from "./groupProtocols.ts";
import { array, int32, int64, message, millis, nullable, only, since, string, struct, tagged, uuid } from "./layout.ts";

/** Committed offsets and classic groups: group-coordinator's OffsetCommit*.json and GroupMetadata*.json. */

const committed = { group: string, topic: string, partition: int32 };

/**
 * LegacyOffsetCommit has only version 0 in Kafka's definitions since 4.1; before, keys of both numbers had values of all versions.
 */
const offsetCommitValue = message(
  "OffsetCommitValue",
  { highest: 4, flexible: 4 },
  {
    offset: int64,
    leaderEpoch: since(3, int32),
    metadata: string,
    commitTimestamp: millis,
    expireTimestamp: only(1, millis),
    topicId: tagged(0, since(4, uuid)),
  },
);

export const legacyOffsetCommit: RecordType = { name: "LegacyOffsetCommit", key: committed, value: offsetCommitValue };

export const offsetCommit: RecordType = { name: "OffsetCommit", key: committed, value: offsetCommitValue };

export const groupMetadata: RecordType = {
  name: "GroupMetadata",
  key: { group: string },
  value: message(
    "GroupMetadataValue",
    { highest: 4, flexible: 4 },
    {
      protocolType,
      generation: int32,
      protocol: nullable(string),
      leader: nullable(string),
      currentStateTimestamp: since(2, millis),
      members: array(
        struct({
          memberId: string,
          groupInstanceId: since(3, nullable(string)),
          clientId: string,
          clientHost: string,
          rebalanceTimeout: since(1, int32),
          sessionTimeout: int32,
          subscription: memberMetadata,
          assignment: memberAssignment,
        }),
      ),
    },
  ),
};
