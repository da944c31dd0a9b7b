import { UserError } from "../shared/userError.ts";

export interface KafkaError {
  code: number;
  /** as in Kafka's source: "NOT_LEADER_OR_FOLLOWER" */
  name: string;
  /** what it means, a sentence without subject to the caller's request */
  sentence: string;
  /** asking again, possibly elsewhere, can succeed */
  retriable: boolean;
}

/** Source: org.apache.kafka.common.protocol.Errors (4.1); retriable as its exception classes say. */
type Row = readonly [code: number, name: string, retriable: 0 | 1, sentence: string];
const rows: readonly Row[] = [
  [-1, "UNKNOWN_SERVER_ERROR", 0, "The broker met an unexpected error: its log says more."],
  [0, "NONE", 0, "No error."],
  [1, "OFFSET_OUT_OF_RANGE", 0, "The offset is outside what the log holds: it was deleted, or not written yet."],
  [2, "CORRUPT_MESSAGE", 1, "The data failed its checksum or is otherwise corrupt."],
  [3, "UNKNOWN_TOPIC_OR_PARTITION", 1, "The broker does not have this topic or partition."],
  [4, "INVALID_FETCH_SIZE", 0, "The requested fetch size is not valid."],
  [5, "LEADER_NOT_AVAILABLE", 1, "The partition has no leader at the moment."],
  [6, "NOT_LEADER_OR_FOLLOWER", 1, "Another broker leads this partition now."],
  [7, "REQUEST_TIMED_OUT", 1, "The broker did not finish in the time it was given."],
  [8, "BROKER_NOT_AVAILABLE", 0, "The broker is not available."],
  [9, "REPLICA_NOT_AVAILABLE", 1, "The replica is not available on this broker."],
  [10, "MESSAGE_TOO_LARGE", 0, "The message is larger than the broker accepts."],
  [11, "STALE_CONTROLLER_EPOCH", 0, "The controller has been replaced by a newer one."],
  [12, "OFFSET_METADATA_TOO_LARGE", 0, "The text stored with the offset is too long."],
  [13, "NETWORK_EXCEPTION", 1, "The broker lost its connection to another one before an answer came."],
  [14, "COORDINATOR_LOAD_IN_PROGRESS", 1, "The coordinator is still loading: try again in a moment."],
  [
    15,
    "COORDINATOR_NOT_AVAILABLE",
    1,
    "No coordinator is available: the cluster is starting, or its offsets topic has no leader.",
  ],
  [16, "NOT_COORDINATOR", 1, "Another broker is the coordinator now."],
  [
    17,
    "INVALID_TOPIC_EXCEPTION",
    0,
    'The topic name is not valid: letters, digits, dot, underscore and dash, at most 249 characters, and not "." or "..".',
  ],
  [18, "RECORD_LIST_TOO_LARGE", 0, "The messages together are larger than one segment of the topic's log."],
  [
    19,
    "NOT_ENOUGH_REPLICAS",
    1,
    "Too few replicas are in sync to accept the message (min.insync.replicas of the topic).",
  ],
  [
    20,
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
    1,
    "The message was written, but to fewer in-sync replicas than the topic demands.",
  ],
  [21, "INVALID_REQUIRED_ACKS", 0, "The number of acknowledgements asked for is not valid."],
  [22, "ILLEGAL_GENERATION", 0, "The group has moved on to another generation."],
  [23, "INCONSISTENT_GROUP_PROTOCOL", 0, "The member's protocols do not fit those of the group."],
  [24, "INVALID_GROUP_ID", 0, "The group name is not valid."],
  [25, "UNKNOWN_MEMBER_ID", 0, "The coordinator does not know this member."],
  [26, "INVALID_SESSION_TIMEOUT", 0, "The session time-out is outside what the broker allows."],
  [27, "REBALANCE_IN_PROGRESS", 0, "The group is rebalancing."],
  [28, "INVALID_COMMIT_OFFSET_SIZE", 0, "The offsets to commit are too large together."],
  [29, "TOPIC_AUTHORIZATION_FAILED", 0, "This user may not do that with the topic (ACL)."],
  [30, "GROUP_AUTHORIZATION_FAILED", 0, "This user may not do that with the consumer group (ACL)."],
  [31, "CLUSTER_AUTHORIZATION_FAILED", 0, "This user may not do that with the cluster (ACL)."],
  [32, "INVALID_TIMESTAMP", 0, "The timestamp of the message is outside what the topic accepts."],
  [33, "UNSUPPORTED_SASL_MECHANISM", 0, "The broker does not offer this SASL mechanism."],
  [34, "ILLEGAL_SASL_STATE", 0, "A sign-in is not possible at this point: the port may not use SASL."],
  [35, "UNSUPPORTED_VERSION", 0, "The broker does not speak this version of the request."],
  [36, "TOPIC_ALREADY_EXISTS", 0, "A topic of this name exists already."],
  [37, "INVALID_PARTITIONS", 0, "The number of partitions is not valid."],
  [
    38,
    "INVALID_REPLICATION_FACTOR",
    0,
    "The replication factor is not valid: at least 1, and at most the number of brokers.",
  ],
  [39, "INVALID_REPLICA_ASSIGNMENT", 0, "The assignment of replicas to brokers is not valid."],
  [40, "INVALID_CONFIG", 0, "A configuration value is not valid."],
  [41, "NOT_CONTROLLER", 1, "Another broker is the controller now."],
  [42, "INVALID_REQUEST", 0, "The broker finds the request malformed, or not possible in its configuration."],
  [43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", 0, "The message format of this topic is too old for that."],
  [44, "POLICY_VIOLATION", 0, "A policy of the cluster forbids it."],
  [45, "OUT_OF_ORDER_SEQUENCE_NUMBER", 0, "The producer's sequence number is out of order."],
  [46, "DUPLICATE_SEQUENCE_NUMBER", 0, "The producer's sequence number was used before."],
  [47, "INVALID_PRODUCER_EPOCH", 0, "The producer's epoch is out of date."],
  [48, "INVALID_TXN_STATE", 0, "The transaction is in a state that does not allow this."],
  [49, "INVALID_PRODUCER_ID_MAPPING", 0, "The producer id does not belong to this transactional id."],
  [50, "INVALID_TRANSACTION_TIMEOUT", 0, "The transaction time-out is larger than the broker allows."],
  [51, "CONCURRENT_TRANSACTIONS", 1, "Another change to this transaction is under way."],
  [52, "TRANSACTION_COORDINATOR_FENCED", 0, "The transaction coordinator has been replaced by a newer one."],
  [53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", 0, "This user may not use the transactional id (ACL)."],
  [54, "SECURITY_DISABLED", 0, "Security features are turned off on this cluster."],
  [55, "OPERATION_NOT_ATTEMPTED", 0, "The broker did not try it, because another part of the request failed."],
  [56, "KAFKA_STORAGE_ERROR", 1, "The broker has trouble with its disk."],
  [57, "LOG_DIR_NOT_FOUND", 0, "The broker has no such log directory."],
  [58, "SASL_AUTHENTICATION_FAILED", 0, "The sign-in failed."],
  [59, "UNKNOWN_PRODUCER_ID", 0, "The broker no longer knows this producer."],
  [60, "REASSIGNMENT_IN_PROGRESS", 0, "The partition is being reassigned."],
  [61, "DELEGATION_TOKEN_AUTH_DISABLED", 0, "Delegation tokens are turned off on this cluster."],
  [62, "DELEGATION_TOKEN_NOT_FOUND", 0, "There is no such delegation token."],
  [63, "DELEGATION_TOKEN_OWNER_MISMATCH", 0, "The delegation token belongs to someone else."],
  [
    64,
    "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED",
    0,
    "Delegation tokens cannot be asked for over this kind of connection.",
  ],
  [65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", 0, "This user may not do that with delegation tokens."],
  [66, "DELEGATION_TOKEN_EXPIRED", 0, "The delegation token has expired."],
  [67, "INVALID_PRINCIPAL_TYPE", 0, "The kind of principal is not valid."],
  [68, "NON_EMPTY_GROUP", 0, "The group still has members."],
  [69, "GROUP_ID_NOT_FOUND", 0, "There is no such group."],
  [70, "FETCH_SESSION_ID_NOT_FOUND", 1, "The broker no longer knows this fetch session."],
  [71, "INVALID_FETCH_SESSION_EPOCH", 1, "The fetch session is out of step."],
  [72, "LISTENER_NOT_FOUND", 1, "The leader has no listener of the kind this connection uses."],
  [73, "TOPIC_DELETION_DISABLED", 0, "Deleting topics is turned off on this cluster (delete.topic.enable)."],
  [74, "FENCED_LEADER_EPOCH", 1, "The leader epoch is older than the broker's."],
  [75, "UNKNOWN_LEADER_EPOCH", 1, "The leader epoch is newer than the broker's."],
  [76, "UNSUPPORTED_COMPRESSION_TYPE", 0, "The broker or topic does not support this compression."],
  [77, "STALE_BROKER_EPOCH", 0, "The broker's registration has been replaced by a newer one."],
  [78, "OFFSET_NOT_AVAILABLE", 1, "The new leader does not know its high watermark yet."],
  [79, "MEMBER_ID_REQUIRED", 0, "The member needs an id before it can join."],
  [80, "PREFERRED_LEADER_NOT_AVAILABLE", 1, "The preferred leader is not available."],
  [81, "GROUP_MAX_SIZE_REACHED", 0, "The group has reached its largest size."],
  [82, "FENCED_INSTANCE_ID", 0, "Another member has taken over this static member id."],
  [83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", 1, "No replica that could lead the partition is available."],
  [84, "ELECTION_NOT_NEEDED", 1, "The partition already has the leader asked for."],
  [85, "NO_REASSIGNMENT_IN_PROGRESS", 0, "No reassignment is under way."],
  [86, "GROUP_SUBSCRIBED_TO_TOPIC", 0, "A member of the group is subscribed to the topic."],
  [
    87,
    "INVALID_RECORD",
    0,
    "The broker refuses the message: it does not fit the topic (for a compacted topic: a key is needed).",
  ],
  [88, "UNSTABLE_OFFSET_COMMIT", 1, "Offsets of an open transaction are not settled yet."],
  [89, "THROTTLING_QUOTA_EXCEEDED", 1, "A quota of the cluster is exceeded: try again later."],
  [90, "PRODUCER_FENCED", 0, "A newer producer with the same transactional id has taken over."],
  [91, "RESOURCE_NOT_FOUND", 0, "There is no such resource."],
  [92, "DUPLICATE_RESOURCE", 0, "The resource exists twice in the request."],
  [93, "UNACCEPTABLE_CREDENTIAL", 0, "The credential does not meet the cluster's requirements."],
  [94, "INCONSISTENT_VOTER_SET", 0, "The set of voters differs between the sides."],
  [95, "INVALID_UPDATE_VERSION", 0, "The version of the update is not valid."],
  [96, "FEATURE_UPDATE_FAILED", 0, "The feature could not be updated."],
  [97, "PRINCIPAL_DESERIALIZATION_FAILURE", 0, "The principal that was forwarded could not be read."],
  [98, "SNAPSHOT_NOT_FOUND", 0, "The snapshot is not there."],
  [99, "POSITION_OUT_OF_RANGE", 0, "The position is outside the snapshot."],
  [
    100,
    "UNKNOWN_TOPIC_ID",
    1,
    "The broker does not know this topic id: the topic may have been deleted and made again.",
  ],
  [101, "DUPLICATE_BROKER_REGISTRATION", 0, "A broker of this id is registered already."],
  [102, "BROKER_ID_NOT_REGISTERED", 0, "The broker is not registered."],
  [
    103,
    "INCONSISTENT_TOPIC_ID",
    1,
    "The topic id differs from the broker's: the topic may have been deleted and made again.",
  ],
  [104, "INCONSISTENT_CLUSTER_ID", 0, "The cluster id differs: this is another cluster."],
  [105, "TRANSACTIONAL_ID_NOT_FOUND", 0, "There is no such transactional id."],
  [106, "FETCH_SESSION_TOPIC_ID_ERROR", 1, "The fetch session mixes topic ids and names."],
  [107, "INELIGIBLE_REPLICA", 0, "The replica cannot be in sync."],
  [108, "NEW_LEADER_ELECTED", 0, "A new leader has been elected already."],
  [109, "OFFSET_MOVED_TO_TIERED_STORAGE", 0, "The offset has moved to tiered storage."],
  [110, "FENCED_MEMBER_EPOCH", 0, "The member's epoch is out of date: it has been fenced."],
  [111, "UNRELEASED_INSTANCE_ID", 0, "The static member id is still in use."],
  [112, "UNSUPPORTED_ASSIGNOR", 0, "The group does not support this assignor."],
  [113, "STALE_MEMBER_EPOCH", 0, "The member's epoch is behind."],
  [114, "MISMATCHED_ENDPOINT_TYPE", 0, "The request went to the wrong kind of endpoint (broker or controller)."],
  [115, "UNSUPPORTED_ENDPOINT_TYPE", 0, "This kind of endpoint is not supported."],
  [116, "UNKNOWN_CONTROLLER_ID", 0, "The controller id is not known."],
  [117, "UNKNOWN_SUBSCRIPTION_ID", 0, "The telemetry subscription is out of date."],
  [118, "TELEMETRY_TOO_LARGE", 0, "The telemetry is larger than the broker accepts."],
  [119, "INVALID_REGISTRATION", 0, "The registration is not valid."],
  [120, "TRANSACTION_ABORTABLE", 0, "The transaction has to be aborted."],
  [121, "INVALID_RECORD_STATE", 0, "The record is not in a state that allows this."],
  [122, "SHARE_SESSION_NOT_FOUND", 1, "The broker no longer knows this share session."],
  [123, "INVALID_SHARE_SESSION_EPOCH", 1, "The share session is out of step."],
  [124, "FENCED_STATE_EPOCH", 0, "The state epoch is out of date: it has been fenced."],
  [125, "INVALID_VOTER_KEY", 0, "The voter's key is not valid."],
  [126, "DUPLICATE_VOTER", 0, "The voter is there already."],
  [127, "VOTER_NOT_FOUND", 0, "There is no such voter."],
  [128, "INVALID_REGULAR_EXPRESSION", 0, "The regular expression is not valid."],
  [129, "REBOOTSTRAP_REQUIRED", 0, "The client has to start over from its bootstrap servers."],
  [130, "STREAMS_INVALID_TOPOLOGY", 0, "The topology of the streams application is not valid."],
  [131, "STREAMS_INVALID_TOPOLOGY_EPOCH", 0, "The epoch of the streams topology is not valid."],
  [132, "STREAMS_TOPOLOGY_FENCED", 0, "The streams topology is out of date: it has been fenced."],
  [133, "SHARE_SESSION_LIMIT_REACHED", 1, "The broker has no room for another share session."],
];

const table = new Map<number, KafkaError>(
  rows.map(([code, name, retriable, sentence]) => [code, { code, name, sentence, retriable: retriable === 1 }]),
);

/** The error of a code; one that this extension does not know yet gets its number as its name. */
export function kafkaError(code: number): KafkaError {
  return (
    table.get(code) ?? {
      code,
      name: `ERROR_${code}`,
      sentence: `The broker answered with error ${code}.`,
      retriable: false,
    }
  );
}

/** A code as an error to show: `subject` says what failed ("Topic orders could not be created"), the broker's own words go in if it sent any. */
export function brokerError(code: number, subject: string, message: string | null = null): UserError {
  const error = kafkaError(code);
  const said = message?.trim() || error.sentence;
  return new UserError(`${subject}: ${/[.!?]$/.test(said) ? said : `${said}.`}`, {
    code: errorCodeWord(error.name),
    detail: `${error.name} (${code})`,
  });
}

/** "UNKNOWN_TOPIC_OR_PARTITION" → "unknown-topic-or-partition": the code of the UserError */
export const errorCodeWord = (name: string): string => name.toLowerCase().replaceAll("_", "-");
