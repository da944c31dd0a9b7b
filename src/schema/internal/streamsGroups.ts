import type { RecordType } from "./coordinatorRecords.ts";
import {
  array,
  int16,
  int32,
  int64,
  message,
  millis,
  nullable,
  state,
  string,
  struct,
  tagged,
  uint16,
} from "./layout.ts";

/** Streams groups of KIP-1071: group-coordinator's StreamsGroup*.json, at version 0 up to Kafka 4.4. */

const first = { highest: 0, flexible: 0 };
const group = { groupId: string };
const member = { groupId: string, memberId: string };

const taskIds = { subtopologyId: string, partitions: array(int32) };
const tasks = array(struct(taskIds));
const epochedTasks = array(struct({ ...taskIds, assignmentEpochs: tagged(0, nullable(array(int32))) }));
const keyValues = array(struct({ key: string, value: string }));

const topicInfos = array(
  struct({ name: string, partitions: int32, replicationFactor: int16, topicConfigs: keyValues }),
);

export const streamsGroups: Readonly<Record<number, RecordType>> = {
  17: {
    name: "StreamsGroupMetadata",
    key: group,
    value: message("StreamsGroupMetadataValue", first, {
      epoch: int32,
      metadataHash: int64,
      validatedTopologyEpoch: tagged(0, int32),
      lastAssignmentConfigs: tagged(1, nullable(keyValues)),
      storedDescriptionTopologyEpoch: tagged(2, int32),
      failedDescriptionTopologyEpoch: tagged(3, int32),
    }),
  },
  19: {
    name: "StreamsGroupMemberMetadata",
    key: member,
    value: message("StreamsGroupMemberMetadataValue", first, {
      instanceId: nullable(string),
      rackId: nullable(string),
      clientId: string,
      clientHost: string,
      rebalanceTimeoutMs: int32,
      topologyEpoch: int32,
      processId: string,
      userEndpoint: nullable(struct({ host: string, port: uint16 })),
      clientTags: keyValues,
    }),
  },
  20: {
    name: "StreamsGroupTargetAssignmentMetadata",
    key: group,
    value: message("StreamsGroupTargetAssignmentMetadataValue", first, {
      assignmentEpoch: int32,
      assignmentTimestamp: tagged(0, millis),
    }),
  },
  21: {
    name: "StreamsGroupTargetAssignmentMember",
    key: member,
    value: message("StreamsGroupTargetAssignmentMemberValue", first, {
      activeTasks: tasks,
      standbyTasks: tasks,
      warmupTasks: tasks,
    }),
  },
  22: {
    name: "StreamsGroupCurrentMemberAssignment",
    key: member,
    value: message("StreamsGroupCurrentMemberAssignmentValue", first, {
      memberEpoch: int32,
      previousMemberEpoch: int32,
      // streams/MemberState.java, whose numbers are not those of consumer groups
      state: state({ 1: "STABLE", 2: "UNREVOKED_TASKS", 3: "UNRELEASED_TASKS", 127: "UNKNOWN" }),
      activeTasks: epochedTasks,
      standbyTasks: epochedTasks,
      warmupTasks: epochedTasks,
      activeTasksPendingRevocation: epochedTasks,
      standbyTasksPendingRevocation: epochedTasks,
      warmupTasksPendingRevocation: epochedTasks,
    }),
  },
  23: {
    name: "StreamsGroupTopology",
    key: group,
    value: message("StreamsGroupTopologyValue", first, {
      epoch: int32,
      subtopologies: array(
        struct({
          subtopologyId: string,
          sourceTopics: array(string),
          sourceTopicRegex: array(string),
          stateChangelogTopics: topicInfos,
          repartitionSinkTopics: array(string),
          repartitionSourceTopics: topicInfos,
          copartitionGroups: array(
            struct({
              sourceTopics: array(int16),
              sourceTopicRegex: array(int16),
              repartitionSourceTopics: array(int16),
            }),
          ),
        }),
      ),
    }),
  },
};
