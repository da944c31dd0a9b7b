/** How producers name the subject of a key or value. The strategies of Confluent's serializers. */
export type SubjectStrategy = "topic" | "record" | "topic-record";

/**
 * The subject of a topic's key or value.
 *
 * @param recordName the full name of the record or message; null for schemas that have none. The strategies by record need one: without it
 *   there is no subject (null)
 */
export function subjectFor(
  strategy: SubjectStrategy,
  topic: string,
  part: "key" | "value",
  recordName: string | null,
): string | null {
  switch (strategy) {
    case "topic":
      return `${topic}-${part}`;
    case "record":
      return recordName;
    case "topic-record":
      return recordName === null ? null : `${topic}-${recordName}`;
  }
}

/** A subject as one of a topic: by which strategy, and of which part where the strategy tells. */
export interface TopicSubject {
  subject: string;
  topic: string;
  strategy: "topic" | "topic-record";
  /** null: the strategy by topic and record uses one subject for keys and values */
  part: "key" | "value" | null;
  recordName: string | null;
}

/** A subject's name without Confluent's context: ":.staging:orders-value" is "orders-value" in the context ".staging". */
export function splitContext(subject: string): { context: string; name: string } {
  const match = /^:(\.[^:]*):(.*)$/s.exec(subject);
  return match ? { context: match[1]!, name: match[2]! } : { context: ".", name: subject };
}

/**
 * The topics that a subject may be of. `orders-eu-value` is the value of `orders-eu`, and not of `orders` with the record `eu-value`, since
 * a record's name has no hyphen. Subjects that are records only may be of any topic, and are of none here.
 */
export function topicsOf(subject: string, topics: Iterable<string>): TopicSubject[] {
  const known = topics instanceof Set ? topics : new Set(topics);
  return split(subject).filter(({ topic }) => known.has(topic));
}

/** The subjects that are of a topic, in the order given. */
export function subjectsOf(topic: string, subjects: Iterable<string>): TopicSubject[] {
  return [...subjects].flatMap((subject) => split(subject).filter((found) => found.topic === topic));
}

/** Every way to read a subject as one of a topic: at most two. */
function split(subject: string): TopicSubject[] {
  const { name } = splitContext(subject);
  const hyphen = name.lastIndexOf("-");
  if (hyphen <= 0) return [];
  const topic = name.slice(0, hyphen);
  const rest = name.slice(hyphen + 1);
  if (rest === "key" || rest === "value") return [{ subject, topic, strategy: "topic", part: rest, recordName: null }];
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(rest)) return [];
  return [{ subject, topic, strategy: "topic-record", part: null, recordName: rest }];
}
