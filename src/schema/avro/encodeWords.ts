import { listed } from "../problemWords.ts";
import { type AvroUnion, branchName } from "./schema.ts";

/** How dates and times are written, for problems. */
export const FORMS = {
  date: 'a date like "2024-01-31"',
  "time-millis": 'a time like "12:34:56.789"',
  "time-micros": 'a time like "12:34:56.789012"',
  "timestamp-millis": 'a timestamp like "2024-01-31T12:34:56.789Z"',
  "timestamp-micros": 'a timestamp like "2024-01-31T12:34:56.789012Z"',
  "timestamp-nanos": 'a timestamp like "2024-01-31T12:34:56.789012345Z"',
  "local-timestamp-millis": 'a timestamp without a zone, like "2024-01-31T12:34:56.789"',
  "local-timestamp-micros": 'a timestamp without a zone, like "2024-01-31T12:34:56.789012"',
  "local-timestamp-nanos": 'a timestamp without a zone, like "2024-01-31T12:34:56.789012345"',
};

export const namesOf = ({ branches }: AvroUnion): string => listed(branches.map(branchName));
