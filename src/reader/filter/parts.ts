import { type RecordFields, readHeaders, type Span } from "../../kafka/log/records.ts";
import type { FilterPart } from "../../shared/messages.ts";

/** headers of one record that are looked at */
export const MOST_HEADERS = 10_000;

/** The bytes of the chosen parts of a record: keys of headers as text, their values as bytes. Ends when `visit` gives true, which it then gives too. */
export function somePart(
  record: RecordFields,
  parts: readonly FilterPart[],
  bytes: (start: number, end: number) => boolean,
  text: (text: string) => boolean,
): boolean {
  const one = (span: Span): boolean => span !== null && bytes(span.start, span.end);
  for (const part of parts) {
    if (part === "key" && one(record.key)) return true;
    if (part === "value" && one(record.value)) return true;
    if (part === "headers" && record.headerCount > 0) {
      for (const header of readHeaders(record, MOST_HEADERS).headers) {
        if (text(header.key) || one(header.value)) return true;
      }
    }
  }
  return false;
}
