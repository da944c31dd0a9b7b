import type { TopicChoice } from "../shared/messages.ts";

/** What a panel reads: which topics of which connection. */
export interface PanelSubject extends TopicChoice {
  connectionId: string;
  connectionName: string;
}

/** so many topics are named in a title, and so much of a pattern (characters) */
const named = 2;
const mostPattern = 60;

/** "orders", "orders, payments", "orders, payments and 3 more", "/^ord/", "orders, /^pay/" */
export function choiceName({ topics, pattern }: TopicChoice): string {
  const parts = topics.length > named + 1 ? topics.slice(0, named) : [...topics];
  if (pattern !== null)
    parts.push(`/${pattern.length > mostPattern ? `${pattern.slice(0, mostPattern - 1)}…` : pattern}/`);
  const more = topics.length > named + 1 ? topics.length - named : 0;
  return parts.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export const panelTitle = (subject: PanelSubject): string => `${choiceName(subject)} — ${subject.connectionName}`;

/** The topic, where it is exactly one: then messages can be produced to it. */
export const onlyTopic = ({ topics, pattern }: TopicChoice): string | null =>
  pattern === null && topics.length === 1 ? topics[0]! : null;

/** Each topic once, in one order: the same topics are the same choice. An empty pattern is none. */
export const normalChoice = ({ topics, pattern }: TopicChoice): TopicChoice => ({
  topics: [...new Set(topics)].sort(),
  pattern: pattern || null,
});

/** The same for the same topics of the same connection. */
export function subjectKey(connectionId: string, choice: TopicChoice): string {
  const { topics, pattern } = normalChoice(choice);
  return JSON.stringify(pattern === null ? [connectionId, ...topics] : [connectionId, ...topics, { pattern }]);
}
