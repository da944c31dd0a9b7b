import { coordinatorFormat } from "./coordinatorRecords.ts";
import { array, int16, int32, int64, message, millis, state, string, struct, tagged, uuid } from "./layout.ts";

const first = { highest: 0, flexible: 0 };
const sharePartition = { groupId: string, topicId: uuid, partition: int32 };

/** KIP-932: records that were given out and what became of them; 1 is known to the leader alone. */
const stateBatches = array(
  struct({
    firstOffset: int64,
    lastOffset: int64,
    deliveryState: state({ 0: "Available", 1: "Acquired", 2: "Acknowledged", 4: "Archived" }),
    deliveryCount: int16,
  }),
);

/** __share_group_state: share-coordinator's ShareSnapshot*.json and ShareUpdate*.json, as they are since Kafka 4.1. */
export const shareGroupState = coordinatorFormat("a record of the share coordinator", {
  0: {
    name: "ShareSnapshot",
    key: sharePartition,
    value: message("ShareSnapshotValue", first, {
      snapshotEpoch: int32,
      stateEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: tagged(0, int32),
      createTimestamp: millis,
      writeTimestamp: millis,
      stateBatches,
    }),
  },
  1: {
    name: "ShareUpdate",
    key: sharePartition,
    value: message("ShareUpdateValue", first, {
      snapshotEpoch: int32,
      leaderEpoch: int32,
      startOffset: int64,
      deliveryCompleteCount: tagged(0, int32),
      stateBatches,
    }),
  },
});
