import type { TopicInfo } from "../kafka/api.ts";
import type { TopicChoice } from "../shared/messages.ts";
import { messageOf, UserError } from "../shared/userError.ts";
import type { FetchCluster } from "./fetchLoop.ts";

/** The topics that a choice names or whose whole name its pattern matches; internal ones only by name. Rejects with a UserError when there is none. */
export async function chosenTopics(
  cluster: Pick<FetchCluster, "topics">,
  { topics, pattern }: TopicChoice,
  signal: AbortSignal,
): Promise<TopicInfo[]> {
  const [only, ...more] = topics;
  if (only !== undefined && more.length === 0 && pattern === null) return cluster.topics([only], signal);
  const all = await cluster.topics(null, signal);
  const byName = new Map(all.map((topic) => [topic.name, topic]));
  const missing = topics.filter((name) => !byName.has(name));
  if (missing.length > 0) {
    const which = missing.length === 1 ? `is no topic ${missing[0]}` : `are no topics ${missing.join(", ")}`;
    throw new UserError(`There ${which} on this cluster.`, { code: "unknown-topic" });
  }
  const matches = pattern === null ? () => false : await nameMatcher(pattern);
  const chosen = all.filter(({ name, internal }) => topics.includes(name) || (!internal && matches(name)));
  if (chosen.length === 0) {
    throw new UserError(`No topic's name matches ${pattern ?? "nothing"}.`, { code: "unknown-topic" });
  }
  return chosen;
}

/** Tests whole names against a regular expression, in linear time whatever it is (RE2). Rejects with UserError "bad-pattern". */
export async function nameMatcher(pattern: string): Promise<(name: string) => boolean> {
  // large, and only needed here
  const { RE2JS } = await import("re2js");
  try {
    const compiled = RE2JS.compile(pattern);
    return (name) => compiled.matches(name);
  } catch (error) {
    throw new UserError(`${pattern} is not a regular expression: ${messageOf(error)}.`, {
      code: "bad-pattern",
      cause: error,
    });
  }
}
