/** So many subjects are offered for a field at most: each costs a request, and a longer list is of no use. */
const most = 12;

/**
 * Which of a registry's subjects a topic's key and value may be written with, likeliest first: the topic's own (TopicNameStrategy), then records
 * of the topic (TopicRecordNameStrategy), then records of any topic (RecordNameStrategy).
 */
export function subjectsFor(topic: string, all: readonly string[]): { key: string[]; value: string[] } {
  const own = (part: string) => all.filter((s) => s === `${topic}-${part}`);
  const ofTopics = /-(key|value)$/;
  const records = all.filter((s) => !ofTopics.test(s));
  const ofTopic = records.filter((s) => s.startsWith(`${topic}-`));
  const ofAny = records.filter((s) => !s.startsWith(`${topic}-`));
  const offer = (part: string) => [...own(part), ...ofTopic, ...ofAny].slice(0, most);
  return { key: offer("key"), value: offer("value") };
}
