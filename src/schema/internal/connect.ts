import { isUtf8 } from "node:buffer";
import { type OutlineNode, outlineChildren, outlineRoot, unescaped } from "../../shared/jsonOutline.ts";

/**
 * Kafka Connect's own topics hold JSON under keys that are text, and their names are whatever the workers were configured with: their
 * records are known by their shape. Sources: KafkaConfigBackingStore.java, KafkaStatusBackingStore.java, OffsetStorageWriter.java.
 */

/** Values beyond this are not looked at: a connector's configuration takes kilobytes. */
const MAX_VALUE = 262_144;
const MAX_KEY = 8192;

interface Shape {
  /** what the key looks like */
  key: RegExp;
  /** names that the value must have, and no others but `may` */
  must: readonly string[];
  may?: readonly string[];
  what(match: RegExpExecArray): string;
}

const status = ["state", "trace", "worker_id", "generation"];
const mayStatus = ["version"];

/** The first that fits counts. */
const SHAPES: readonly Shape[] = [
  {
    key: /^status-task-(.+)-(\d+)$/s,
    must: status,
    may: mayStatus,
    what: ([, name, task]) => `status of task ${task} of connector ${quoted(name)}`,
  },
  {
    key: /^status-connector-(.+)$/s,
    must: status,
    may: mayStatus,
    what: ([, name]) => `status of connector ${quoted(name)}`,
  },
  {
    key: /^status-topic-(.+?):connector-(.+)$/s,
    must: ["topic"],
    what: ([, topic, name]) => `topic ${quoted(topic)} is used by connector ${quoted(name)}`,
  },
  {
    key: /^connector-(.+)$/s,
    must: ["properties"],
    what: ([, name]) => `configuration of connector ${quoted(name)}`,
  },
  {
    key: /^task-(.+)-(\d+)$/s,
    must: ["properties"],
    what: ([, name, task]) => `configuration of task ${task} of connector ${quoted(name)}`,
  },
  {
    key: /^commit-(.+)$/s,
    must: ["tasks"],
    what: ([, name]) => `the configurations of all tasks of connector ${quoted(name)} are complete`,
  },
  {
    key: /^target-state-(.+)$/s,
    must: ["state"],
    may: ["state.v2"],
    what: ([, name]) => `state that connector ${quoted(name)} shall be in`,
  },
  {
    key: /^tasks-fencing-(.+)$/s,
    must: ["task-count"],
    what: ([, name]) => `number of tasks of connector ${quoted(name)} whose producers were fenced`,
  },
  {
    key: /^restart-connector-(.+)$/s,
    must: ["include-tasks", "only-failed"],
    what: ([, name]) => `request to restart connector ${quoted(name)}`,
  },
  {
    key: /^logger-cluster-(.+)$/s,
    must: ["level"],
    what: ([, name]) => `log level of ${quoted(name)} on all workers`,
  },
  {
    key: /^session-key$/,
    must: ["key", "algorithm", "creation-timestamp"],
    what: () => "key that workers sign their requests to each other with",
  },
];

/**
 * What a record of Kafka Connect says, in a few words: "status of task 0 of connector “orders”". Null when key and value do not both
 * look like one, and for a tombstone, whose key alone could be anybody's. Never throws.
 */
export function connectRecord(key: Buffer, value: Buffer): string | null {
  if (key.length === 0 || key.length > MAX_KEY || value.length > MAX_VALUE || value[0] !== 0x7b) return null;
  const text = key.toString("utf8");
  if (text.startsWith("[")) return offsetRecord(text, value);
  for (const { key: pattern, must, may = [], what } of SHAPES) {
    const match = pattern.exec(text);
    if (!match) continue;
    if (!isUtf8(key) || !isUtf8(value)) return null;
    const names = members(value.toString("utf8"))?.map(({ name }) => name);
    return names && must.every((name) => names.includes(name)) && names.every((name) => isOneOf(name, must, may))
      ? what(match)
      : null;
  }
  return null;
}

const isOneOf = (name: OutlineNode["name"], ...lists: readonly (readonly string[])[]): boolean =>
  lists.some((list) => list.includes(String(name)));

/** A source's offset: ["connector", {its partition}] and {its offset}, both maps of plain values. */
function offsetRecord(key: string, value: Buffer): string | null {
  const root = outlineRoot(key);
  if (root?.kind !== "array") return null;
  const { nodes, more } = outlineChildren(key, root, 2);
  const [connector, partition] = nodes;
  if (more || connector?.kind !== "string" || !partition || !isUtf8(value)) return null;
  const parts = partition.kind === "object" ? outlineChildren(key, partition, 1000).nodes : null;
  const offset = members(value.toString("utf8"));
  if (!parts || !offset || ![...parts, ...offset].every(({ kind }) => kind !== "object" && kind !== "array"))
    return null;
  return `source offset of connector ${quoted(unescaped(key.slice(connector.start, connector.end)))}`;
}

/** The members of a JSON object; with JsonConverter's schemas on, of the payload in its envelope. */
function members(json: string): OutlineNode[] | null {
  const root = outlineRoot(json);
  if (root?.kind !== "object") return null;
  const { nodes, more } = outlineChildren(json, root, 1000);
  if (more) return null;
  const payload = nodes.length === 2 && nodes[0]?.name === "schema" && nodes[1]?.name === "payload" ? nodes[1] : null;
  if (payload?.kind !== "object") return payload ? null : nodes;
  return outlineChildren(json, payload, 1000).nodes;
}

/** Names come from the record: at most a line of them. */
const quoted = (name = ""): string => `“${name.length > 100 ? `${name.slice(0, 100)}…` : name}”`;
