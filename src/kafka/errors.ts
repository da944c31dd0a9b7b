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

type Row = readonly [code: number, name: string, retriable: 0 | 1, sentence: string];
const rows: readonly Row[] = [
  [-1, "UNKNOWN_SERVER_ERROR", 0, "The broker met an unexpected error: its log says more."],
  [0, "NONE", 0, "No error."],
  [3, "UNKNOWN_TOPIC_OR_PARTITION", 1, "The broker does not have this topic or partition."],
  [5, "LEADER_NOT_AVAILABLE", 1, "The partition has no leader at the moment."],
  [6, "NOT_LEADER_OR_FOLLOWER", 1, "Another broker leads this partition now."],
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
  return new UserError(`${subject}: ${said.charAt(0).toLowerCase() === said.charAt(0) ? said : said}`, {
    code: errorCodeWord(error.name),
    detail: `${error.name} (${code})`,
  });
}

/** "UNKNOWN_TOPIC_OR_PARTITION" → "unknown-topic-or-partition": the code of the UserError */
export const errorCodeWord = (name: string): string => name.toLowerCase().replaceAll("_", "-");
