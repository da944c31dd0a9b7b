import type { LayoutInput } from "./input.ts";
import {
  array,
  bytes,
  bytesOf,
  int16,
  int32,
  int64,
  type Message,
  message,
  nullable,
  since,
  string,
  struct,
  type Type,
} from "./layout.ts";

/** ConsumerProtocolSubscription.json: what a consumer of a classic group wants to read. Later versions only add at the end. */
const consumerSubscription = message(
  "ConsumerProtocolSubscription",
  { highest: 3, lenient: true },
  {
    topics: array(string),
    userData: nullable(bytes),
    ownedPartitions: since(1, array(struct({ topic: string, partitions: array(int32) }))),
    generationId: since(2, int32),
    rackId: since(3, nullable(string)),
  },
);

/** ConsumerProtocolAssignment.json: what it was given. */
const consumerAssignment = message(
  "ConsumerProtocolAssignment",
  { highest: 3, lenient: true },
  {
    assignedPartitions: array(struct({ topic: string, partitions: array(int32) })),
    userData: nullable(bytes),
  },
);

/** Task -1 is the connector itself. */
const connectorTasks = array(struct({ connector: string, tasks: array(int32) }));

/**
 * Kafka Connect's workers: ConnectProtocol.java (0, eager), IncrementalCooperativeConnectProtocol.java (1, compatible; 2, sessioned).
 * The names are theirs.
 */
const connectAssignment = message(
  "ConnectProtocol's assignment",
  { highest: 2 },
  {
    error: int16,
    leader: string,
    "leader-url": string,
    "config-offset": int64,
    assignment: nullable(connectorTasks),
    revoked: since(1, nullable(connectorTasks)),
    delay: since(1, int32),
  },
);

const connectMetadata = message(
  "ConnectProtocol's metadata",
  { highest: 2 },
  {
    url: string,
    "config-offset": int64,
    allocation: since(1, nullable(bytesOf(() => connectAssignment))),
  },
);

/** Schema Registry's instances: JSON text (SchemaRegistryProtocol), shown as the text that it is. */
const registryText = {
  name: "text",
  read(input: LayoutInput): void {
    input.text(input.take(input.end - input.pos));
  },
};

type Held = Pick<Message, "name" | "read">;

const byProtocolType = (messages: Readonly<Record<string, Held>>): Type =>
  bytesOf(({ protocolType }) => (Object.hasOwn(messages, protocolType) ? messages[protocolType]! : null));

/** A member's metadata, by the group's protocol type, which is read before. */
export const memberMetadata = byProtocolType({
  consumer: consumerSubscription,
  connect: connectMetadata,
  sr: registryText,
});

/** A member's assignment, by the group's protocol type. */
export const memberAssignment = byProtocolType({
  consumer: consumerAssignment,
  connect: connectAssignment,
  sr: registryText,
});

/** Of a member of a KIP-848 group that speaks the classic protocol: always a consumer. */
export const consumerMetadata = bytesOf(() => consumerSubscription);

/** The string that says what a group's members speak. */
export const protocolType: Type = {
  read(input, scope, isNullable) {
    const from = input.pos;
    string.read(input, scope, isNullable);
    // one or two bytes of length come before it; "consumer" and the others are short
    const start = from + (scope.flexible ? 1 : 2);
    input.protocolType = input.bytes.toString("latin1", start, Math.min(input.pos, start + 100));
    return undefined;
  },
};
