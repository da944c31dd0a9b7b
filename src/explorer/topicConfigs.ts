/** What kind of value a topic's configuration takes. Kinds of numbers are checked here; the broker has the last word. */
interface TopicConfig {
  name: string;
  about: string;
  value:
    | { choices: readonly string[] }
    | { integer: "milliseconds" | "bytes" | "count"; min: number }
    | { ratio: true };
}

const milliseconds = { integer: "milliseconds", min: -1 } as const;

/** The configurations that are most often set when a topic is made. Any other can be typed. */
export const topicConfigs: readonly TopicConfig[] = [
  {
    name: "cleanup.policy",
    about: "what happens to old messages",
    value: { choices: ["delete", "compact", "compact,delete"] },
  },
  { name: "retention.ms", about: "how long messages are kept; -1: for ever", value: milliseconds },
  { name: "retention.bytes", about: "how much of a partition is kept; -1: all", value: { integer: "bytes", min: -1 } },
  {
    name: "min.insync.replicas",
    about: "how many replicas must have a message for acks=all",
    value: { integer: "count", min: 1 },
  },
  { name: "max.message.bytes", about: "the largest batch that is taken", value: { integer: "bytes", min: 0 } },
  {
    name: "compression.type",
    about: "how the broker keeps batches",
    value: { choices: ["producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"] },
  },
  { name: "segment.ms", about: "when a new segment file is begun", value: { integer: "milliseconds", min: 1 } },
  { name: "segment.bytes", about: "how large a segment file grows", value: { integer: "bytes", min: 14 } },
  {
    name: "delete.retention.ms",
    about: "how long a tombstone stays in a compacted topic",
    value: { integer: "milliseconds", min: 0 },
  },
  {
    name: "min.compaction.lag.ms",
    about: "how long a message stays uncompacted at least",
    value: { integer: "milliseconds", min: 0 },
  },
  {
    name: "max.compaction.lag.ms",
    about: "after what time a message is compacted at the latest",
    value: { integer: "milliseconds", min: 1 },
  },
  {
    name: "min.cleanable.dirty.ratio",
    about: "how much of the log is dirty before it is compacted",
    value: { ratio: true },
  },
  {
    name: "message.timestamp.type",
    about: "whose clock a message’s time is",
    value: { choices: ["CreateTime", "LogAppendTime"] },
  },
  {
    name: "unclean.leader.election.enable",
    about: "whether a replica out of sync may lead, losing messages",
    value: { choices: ["false", "true"] },
  },
];

/** What is wrong with a configuration's value, or null. Of names that are not known here only that they are names. */
export function topicConfigProblem(name: string, value: string): string | null {
  if (!/^[a-z0-9._-]+$/i.test(name)) return `${name === "" ? "It" : name} is not the name of a configuration.`;
  const text = value.trim();
  if (text === "") return `Enter a value for ${name}.`;
  const known = topicConfigs.find((config) => config.name === name)?.value;
  if (!known) return null;
  if ("choices" in known) return known.choices.includes(text) ? null : `${name} is one of ${known.choices.join(", ")}.`;
  if ("ratio" in known) {
    const ratio = Number(text);
    return ratio >= 0 && ratio <= 1 ? null : `${name} is a number from 0 to 1.`;
  }
  if (!/^-?\d{1,19}$/.test(text))
    return `${name} is a whole number of ${known.integer === "count" ? "replicas" : known.integer}.`;
  return BigInt(text) < known.min ? `${name} is at least ${known.min}.` : null;
}

/** Reads "name=value"; null where there is no name before a "=". */
export function parseConfig(text: string): { name: string; value: string } | null {
  const at = text.indexOf("=");
  return at > 0 ? { name: text.slice(0, at).trim(), value: text.slice(at + 1).trim() } : null;
}
