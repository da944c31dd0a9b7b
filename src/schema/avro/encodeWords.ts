import type { JsonNode } from "../jsonTree.ts";
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

export const listed = (names: string[]): string =>
  names.length > 12 ? `${names.slice(0, 12).join(", ")}, … (${names.length} in all)` : names.join(", ");

export const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

export function described(node: JsonNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(node.value);
    case "number":
      return shortened(node.text);
    case "string":
      return JSON.stringify(shortened(node.value));
    case "array":
      return "an array";
    case "object":
      return "an object";
  }
}

export const stepOf = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
