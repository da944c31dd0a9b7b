import type { RecordType } from "./coordinatorRecords.ts";
import { consumerMetadata } from "./groupProtocols.ts";
import {
  array,
  int32,
  int64,
  message,
  millis,
  nullable,
  nullableTagged,
  state,
  string,
  struct,
  tagged,
  uuid,
} from "./layout.ts";

/**
 * Consumer groups of KIP-848 and share groups of KIP-932: group-coordinator's ConsumerGroup*.json and ShareGroup*.json, which have
 * been at version 0 up to Kafka 4.4 and grow by tagged fields. What the early access of 3.7 and 4.0 wrote differently is not read.
 */

const first = { highest: 0, flexible: 0 };
const group = { groupId: string };
const member = { groupId: string, memberId: string };

/** MemberState.java */
const memberState = state({ 0: "STABLE", 1: "UNREVOKED_PARTITIONS", 2: "UNRELEASED_PARTITIONS", 127: "UNKNOWN" });

const topicPartitions = { topicId: uuid, partitions: array(int32) };
const epochedPartitions = array(struct({ ...topicPartitions, assignmentEpochs: tagged(0, nullable(array(int32))) }));

/** The topics that a group reads, as its assignor knew them. */
const partitionMetadata = {
  topics: array(
    struct({
      topicId: uuid,
      topicName: string,
      numPartitions: int32,
      partitionMetadata: array(struct({ partition: int32, racks: array(string) })),
    }),
  ),
};

const assignmentEpoch = { assignmentEpoch: int32, assignmentTimestamp: tagged(0, millis) };

export const consumerGroups: Readonly<Record<number, RecordType>> = {
  3: {
    name: "ConsumerGroupMetadata",
    key: group,
    value: message("ConsumerGroupMetadataValue", first, { epoch: int32, metadataHash: tagged(0, int64) }),
  },
  4: {
    name: "ConsumerGroupPartitionMetadata",
    key: group,
    value: message("ConsumerGroupPartitionMetadataValue", first, partitionMetadata),
  },
  5: {
    name: "ConsumerGroupMemberMetadata",
    key: member,
    value: message("ConsumerGroupMemberMetadataValue", first, {
      instanceId: nullable(string),
      rackId: nullable(string),
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      subscribedTopicRegex: nullable(string),
      rebalanceTimeoutMs: int32,
      serverAssignor: nullable(string),
      classicMemberMetadata: tagged(
        0,
        nullableTagged(
          struct({
            sessionTimeoutMs: int32,
            supportedProtocols: array(struct({ name: string, metadata: consumerMetadata })),
          }),
        ),
      ),
    }),
  },
  6: {
    name: "ConsumerGroupTargetAssignmentMetadata",
    key: group,
    value: message("ConsumerGroupTargetAssignmentMetadataValue", first, assignmentEpoch),
  },
  7: {
    name: "ConsumerGroupTargetAssignmentMember",
    key: member,
    value: message("ConsumerGroupTargetAssignmentMemberValue", first, {
      topicPartitions: array(struct(topicPartitions)),
    }),
  },
  8: {
    name: "ConsumerGroupCurrentMemberAssignment",
    key: member,
    value: message("ConsumerGroupCurrentMemberAssignmentValue", first, {
      memberEpoch: int32,
      previousMemberEpoch: int32,
      state: memberState,
      assignedPartitions: epochedPartitions,
      partitionsPendingRevocation: epochedPartitions,
    }),
  },
  16: {
    name: "ConsumerGroupRegularExpression",
    key: { groupId: string, regularExpression: string },
    value: message("ConsumerGroupRegularExpressionValue", first, {
      topics: array(string),
      version: int64,
      timestamp: millis,
    }),
  },
};

const namedPartitions = array(struct({ topicId: uuid, topicName: string, partitions: array(int32) }));

export const shareGroups: Readonly<Record<number, RecordType>> = {
  // Kafka 4.0 only
  9: {
    name: "ShareGroupPartitionMetadata",
    key: group,
    value: message("ShareGroupPartitionMetadataValue", first, partitionMetadata),
  },
  10: {
    name: "ShareGroupMemberMetadata",
    key: member,
    value: message("ShareGroupMemberMetadataValue", first, {
      rackId: nullable(string),
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
    }),
  },
  11: {
    name: "ShareGroupMetadata",
    key: group,
    value: message("ShareGroupMetadataValue", first, { epoch: int32, metadataHash: int64 }),
  },
  12: {
    name: "ShareGroupTargetAssignmentMetadata",
    key: group,
    value: message("ShareGroupTargetAssignmentMetadataValue", first, assignmentEpoch),
  },
  13: {
    name: "ShareGroupTargetAssignmentMember",
    key: member,
    value: message("ShareGroupTargetAssignmentMemberValue", first, { topicPartitions: array(struct(topicPartitions)) }),
  },
  14: {
    name: "ShareGroupCurrentMemberAssignment",
    key: member,
    value: message("ShareGroupCurrentMemberAssignmentValue", first, {
      memberEpoch: int32,
      previousMemberEpoch: int32,
      state: memberState,
      assignedPartitions: array(struct(topicPartitions)),
    }),
  },
  15: {
    name: "ShareGroupStatePartitionMetadata",
    key: group,
    value: message("ShareGroupStatePartitionMetadataValue", first, {
      initializingTopics: namedPartitions,
      initializedTopics: namedPartitions,
      deletingTopics: array(struct({ topicId: uuid, topicName: string })),
    }),
  },
};
