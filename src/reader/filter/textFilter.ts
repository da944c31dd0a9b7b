import type { RecordFields } from "../../kafka/log/records.ts";
import type { Filter } from "../../shared/messages.ts";
import type { Hides, Needles } from "./needles.ts";
import { somePart } from "./parts.ts";
import { asciiLower, compileRegex, type TextTest } from "./regex.ts";

/** A test of one record, and what it implies of its bytes. */
export interface Matcher {
  needles: Needles | null;
  /** Records of a topic in whose bytes the needles need not be; absent or null: there are none. */
  hides?(topic: string): Hides | null;
  /** Null or NotApplicable, thrown or as a rejection, when it cannot be applied to the record; `why` tells then why, in the case of null. */
  test(topic: string, partition: number, record: RecordFields): boolean | null | Promise<boolean>;
  why?(topic: string, partition: number, record: RecordFields): string;
}

/**
 * Looks for a text in the bytes as they are in the log (UTF-8). So it also finds texts in Avro and Protobuf, which write them as UTF-8, but no numbers
 * in these, and no JSON string that is written with escapes. Without case: of the ASCII letters only when the text is ASCII, else as Unicode has it.
 */
export function containsMatcher({ text, caseSensitive, parts }: Extract<Filter, { kind: "contains" }>): Matcher {
  const lower = caseSensitive ? "" : asciiLower(text);
  const needle = Buffer.from(text);
  const anywhere = text === "";
  if (caseSensitive) {
    return {
      needles: { groups: [[text]], ignoreCase: false, escapes: false },
      test: (_topic, _partition, record) =>
        somePart(
          record,
          parts,
          (start, end) => {
            if (anywhere) return true;
            return record.data.subarray(start, end).includes(needle);
          },
          (header) => header.includes(text),
        ),
    };
  }
  const ascii = lower !== "" || anywhere;
  const wanted = ascii ? lower : text.toLowerCase();
  const test: TextTest = (other) => other.toLowerCase().includes(wanted);
  return {
    needles: ascii ? { groups: [[lower]], ignoreCase: true, escapes: false } : null,
    test: (_topic, _partition, record) =>
      somePart(
        record,
        parts,
        // a byte a character: what is not ASCII cannot become ASCII by it
        (start, end) =>
          test(ascii ? record.data.toString("latin1", start, end) : record.data.toString("utf8", start, end)),
        (header) => test(ascii ? Buffer.from(header).toString("latin1") : header),
      ),
  };
}

/** Looks for a pattern in the bytes read as UTF-8; bytes that are none are read as U+FFFD. Rejects with PatternError. */
export async function regexMatcher({
  pattern,
  caseSensitive,
  parts,
}: Extract<Filter, { kind: "regex" }>): Promise<Matcher> {
  const { test, literal } = await compileRegex(pattern, caseSensitive);
  return {
    needles: literal === "" ? null : { groups: [[literal]], ignoreCase: !caseSensitive, escapes: false },
    test: (_topic, _partition, record) =>
      somePart(record, parts, (start, end) => test(record.data.toString("utf8", start, end)), test),
  };
}
