/**
 * The line of a container's log that most likely says why it ended: the last error, without what Compose and log4j put before it.
 * Null when no line stands out.
 */
export function tellingLine(log: string): string | null {
  const lines = log.split(/\r?\n/).map((line) => line.replace(/^\S+\s+\|\s/, "").trim());
  for (const words of ranking) {
    const found = lines.findLast((line) => words.test(line));
    if (found !== undefined) return shorten(found.replace(/^\[[^\]]*\]\s*/, ""));
  }
  return null;
}

/** The most telling first. */
const ranking = [
  /\bis required\.?$/,
  /No space left on device|OutOfMemoryError|Permission denied|not writable|writable\] FAILED/i,
  /NodeExistsException|ConfigException|InconsistentClusterIdException/,
  /\b(?:FATAL|ERROR)\b/,
  /Exception: \S/,
  /\bFAILED\b|\berror\b/i,
];

const shorten = (text: string): string => (text.length > 200 ? `${text.slice(0, 197)}…` : text);
