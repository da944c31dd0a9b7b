import type { RowView } from "../../../src/shared/messages.ts";
import type { SchemaCount, SchemaUse, SeenAt } from "../../../src/shared/schemaUse.ts";
import type { Made } from "./fakeView.ts";

/** What nobody knows the schema of, now and then. */
const UNKNOWN = 9;

/** What the value of a made-up row names, of so many rows; null: no schema. */
export function schemaIdOf(seq: number, nextSeq: number, made: (seq: number) => Made): number | null {
  if (seq % 200 === 10) return UNKNOWN;
  if (made(seq).format !== "avro") return null;
  return seq < nextSeq / 2 ? 11 : 12;
}

/** The schemas of the made-up rows: half of the Avro values were written with the former version. */
export function madeUse(
  run: number,
  firstSeq: number,
  nextSeq: number,
  made: (seq: number) => Made,
  row: (seq: number) => RowView,
): SchemaUse {
  const seen = new Map<number | null, number[]>();
  let payloads = 0;
  for (let seq = firstSeq; seq < nextSeq; seq++) {
    if (made(seq).value === null) continue;
    payloads++;
    const id = schemaIdOf(seq, nextSeq, made);
    const seqs = seen.get(id);
    if (seqs) seqs.push(seq);
    else seen.set(id, [seq]);
  }
  const at = (seq: number): SeenAt => {
    const { partition, offset, timestamp } = row(seq);
    return { seq, partition, offset, timestamp };
  };
  const counts = [11, 12, UNKNOWN].flatMap((id): SchemaCount[] => {
    const seqs = seen.get(id);
    if (!seqs) return [];
    const about = { topic: "orders", part: "value", key: id, count: seqs.length } as const;
    const where = { first: at(seqs[0]!), last: at(seqs.at(-1)!) };
    if (id === UNKNOWN) {
      const schema = { id, type: null, subject: null, version: null };
      return [{ ...about, ...where, schema, problem: "schema id 9 is unknown to the registry (404)" }];
    }
    const schema = { id, type: "AVRO", subject: "orders-value", version: id - 9 };
    return [{ ...about, ...where, schema, problem: null }];
  });
  const messages = nextSeq - firstSeq;
  return {
    run,
    messages,
    counts,
    totals: [
      { topic: "orders", part: "key", payloads: messages, unnamed: messages, others: 0 },
      { topic: "orders", part: "value", payloads, unnamed: seen.get(null)?.length ?? 0, others: 0 },
    ],
  };
}
