import { type RecordFields, readHeaders } from "../kafka/log/records.ts";
import type { RecordLook } from "../schema/api.ts";

/** headers that are looked through: those that name a schema are among the first */
const MOST_HEADERS = 1000;

/** What else of a record may say how its payloads are to be read. */
export function lookAt(record: RecordFields): RecordLook {
  let headers: ReturnType<typeof readHeaders>["headers"] | null = null;
  return {
    header(name) {
      if (record.headerCount === 0) return undefined;
      headers ??= readHeaders(record, MOST_HEADERS).headers;
      const found = headers.findLast((header) => header.key === name);
      return found && (found.value ? record.data.subarray(found.value.start, found.value.end) : null);
    },
    key: () => (record.key ? record.data.subarray(record.key.start, record.key.end) : null),
  };
}
