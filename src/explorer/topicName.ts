/**
 * What is wrong with the name of a new topic, by Kafka's rules (org.apache.kafka.common.internals.Topic), or null.
 * @param existing names that are taken; `.` and `_` are one letter in the names of Kafka's metrics, so a broker refuses two that differ in them only
 */
export function topicNameProblem(name: string, existing: ReadonlySet<string>): string | null {
  if (name === "") return "Enter a name.";
  if (name === "." || name === "..") return `A topic cannot be named ${name}`;
  if (name.length > 249) return `The name is ${name.length} characters long; 249 is the most.`;
  const bad = /[^a-zA-Z0-9._-]/u.exec(name);
  if (bad) {
    const what = /\s/.test(bad[0]) ? "blanks" : bad[0];
    return `A name may hold letters (a–z), digits, dot, _ and -, but not ${what}.`;
  }
  if (existing.has(name)) return `There is a topic ${name} already.`;
  const same = name.replaceAll(".", "_");
  for (const other of existing) {
    if (other.replaceAll(".", "_") === same)
      return `${name} collides with ${other}: Kafka does not tell dot and _ apart here.`;
  }
  return null;
}
