import { isControl, type StoredBatch } from "../../kafka/log/batch.ts";
import { readUnpacked } from "../../kafka/log/records.ts";
import { unpack } from "../../kafka/log/unpack.ts";
import { cursor, readVarint } from "../../kafka/log/walk.ts";
import type { RegistryKind, SchemaKey, SchemaSource } from "../../schema/api.ts";
import { wireOf } from "../../schema/registry/wire.ts";
import type { SchemaCount, SchemaTotal, SchemaUse, SeenAt } from "../../shared/schemaUse.ts";
import { messageOf } from "../../shared/userError.ts";
import { lookAt } from "../recordLook.ts";
import type { Ring } from "../ring.ts";
import { parts, readParts } from "./parts.ts";
import { RowWindow, WINDOW } from "./rowWindow.ts";

/** works so long before others have their turn, ms */
const SLICE = 8;
/** different schemas that are told apart: payloads that name more are no schema's, but begin by chance as one's would */
const MOST_KEYS = 1000;
/** of these, as many as the registry is asked for, those with the most messages first */
const MOST_ASKED = 100;

type Part = "key" | "value";

interface Tally {
  topic: string;
  part: Part;
  key: SchemaKey;
  count: number;
  /** the earliest and the latest one */
  first: Seen;
  last: Seen;
}

/** A record as it was when it was counted: the ring may drop it meanwhile. */
interface Seen {
  seq: number;
  batch: StoredBatch;
  offsetDelta: number;
  time: number;
}

interface TopicTally {
  total: SchemaTotal;
  byKey: Map<SchemaKey, Tally>;
}

/**
 * Counts which schemas the keys and values of the kept records name, by their first bytes and headers; nothing is decoded. The registry is
 * asked for the schemas' subjects and versions afterwards. Takes turns with others; throws the signal's reason when it is aborted, as it
 * has to be when the ring is cleared.
 */
export async function schemaUse(
  ring: Ring,
  schemas: SchemaSource | null,
  signal?: AbortSignal,
): Promise<Omit<SchemaUse, "run">> {
  const counter = new Counter(ring, schemas ? (schemas.kind ?? "confluent") : null);
  await counter.all(signal);
  const counts = await Promise.all(
    counter.tallies.map(async (tally, i): Promise<SchemaCount> => {
      const { topic, part, key, count, first, last } = tally;
      const told = await schemaOf(schemas, tally, i < MOST_ASKED);
      return { topic, part, key, count, first: seenAt(first), last: seenAt(last), ...told };
    }),
  );
  signal?.throwIfAborted();
  return {
    messages: counter.messages,
    counts: counts.sort(inOrder),
    totals: counter.totals,
  };
}

class Counter {
  messages = 0;
  readonly #ring: Ring;
  readonly #kind: RegistryKind | null;
  readonly #topics = new Map<string, TopicTally>();
  #keys = 0;

  constructor(ring: Ring, kind: RegistryKind | null) {
    this.#ring = ring;
    this.#kind = kind;
  }

  get totals(): SchemaTotal[] {
    return [...this.#topics.values()].map(({ total }) => total);
  }

  /** the most used first */
  get tallies(): Tally[] {
    return [...this.#topics.values()].flatMap(({ byKey }) => [...byKey.values()]).sort((a, b) => b.count - a.count);
  }

  async all(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const ring = this.#ring;
    const window = new RowWindow();
    let turn = performance.now();
    // what arrives meanwhile is left for the next time
    const end = ring.nextSeq;
    for (let at = ring.firstSeq; at < end; ) {
      at = Math.max(at, ring.firstSeq);
      const next = Math.min(end, at + WINDOW);
      window.fill(ring, at, next);
      for (let batch = 0; batch < window.batches.length; batch++) {
        this.#batch(window, batch);
        if (performance.now() - turn < SLICE) continue;
        await new Promise<void>((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
        turn = performance.now();
      }
      at = next;
    }
  }

  #batch(window: RowWindow, number: number): void {
    const batch = window.batches[number]!;
    if (isControl(batch.attributes)) return;
    const { data, end } = unpack(batch);
    const keys = this.#of(batch.topic, "key");
    const values = this.#of(batch.topic, "value");
    const seen: Seen = { seq: 0, batch, offsetDelta: 0, time: -1 };
    for (let m = window.starts[number]!; m < window.starts[number + 1]!; m++) {
      const index = window.members[m]!;
      const position = window.positions[index]!;
      readParts(data, position, end);
      const { offsetDelta, keyStart, keySize, valueSize } = parts;
      const valueStart = cursor;
      // most messages have no headers: no object is made for them
      const hasHeaders = readVarint(data, valueStart + Math.max(0, valueSize), end) > 0;
      const headers = hasHeaders ? lookAt(readUnpacked(batch, data, end, position)).header : null;
      const seq = window.seqs[index]!;
      this.messages++;
      seen.seq = seq;
      seen.offsetDelta = offsetDelta;
      seen.time = this.#ring.timeOf(seq);
      if (keySize >= 0) this.#take(keys, data.subarray(keyStart, keyStart + keySize), headers, seen);
      if (valueSize >= 0) this.#take(values, data.subarray(valueStart, valueStart + valueSize), headers, seen);
    }
  }

  #take(
    { total, byKey }: TopicTally,
    bytes: Uint8Array,
    headers: ((name: string) => Uint8Array | null | undefined) | null,
    seen: Seen,
  ): void {
    total.payloads++;
    const wire = wireOf(bytes, headers, total.part, this.#kind);
    if (!wire) {
      total.unnamed++;
      return;
    }
    const tally = byKey.get(wire.key);
    if (tally) {
      tally.count++;
      if (seen.time < tally.first.time) copy(seen, tally.first);
      if (seen.time >= tally.last.time) copy(seen, tally.last);
    } else if (this.#keys < MOST_KEYS) {
      this.#keys++;
      const { topic, part } = total;
      byKey.set(wire.key, { topic, part, key: wire.key, count: 1, first: { ...seen }, last: { ...seen } });
    } else total.others++;
  }

  #of(topic: string, part: Part): TopicTally {
    const name = `${part} ${topic}`;
    let tally = this.#topics.get(name);
    if (!tally) {
      tally = { total: { topic, part, payloads: 0, unnamed: 0, others: 0 }, byKey: new Map() };
      this.#topics.set(name, tally);
    }
    return tally;
  }
}

/** no object for each message */
function copy(from: Seen, to: Seen): void {
  to.seq = from.seq;
  to.batch = from.batch;
  to.offsetDelta = from.offsetDelta;
  to.time = from.time;
}

function seenAt({ seq, batch, offsetDelta, time }: Seen): SeenAt {
  const offset = batch.header.readBigInt64BE(batch.headerAt) + BigInt(offsetDelta);
  return { seq, partition: batch.partition, offset: String(offset), timestamp: String(time) };
}

async function schemaOf(
  schemas: SchemaSource | null,
  { topic, part, key }: Tally,
  asked: boolean,
): Promise<Pick<SchemaCount, "schema" | "problem">> {
  const unknown = { id: typeof key === "string" ? key.slice(key.indexOf(":") + 1) : key, type: null };
  const nothing = { ...unknown, subject: null, version: null };
  if (!schemas) return { schema: nothing, problem: "No schema registry is configured for this connection." };
  if (!asked) return { schema: nothing, problem: "The registry was not asked: too many different schemas are named." };
  try {
    const { id, type, subject, version } = schemas.cached(key, topic, part) ?? (await schemas.byId(key, topic, part));
    return { schema: { id, type, subject, version }, problem: null };
  } catch (error) {
    return { schema: nothing, problem: messageOf(error) };
  }
}

/** by topic, values before keys, then as a subject's versions follow each other */
function inOrder(a: SchemaCount, b: SchemaCount): number {
  return (
    order(a.topic, b.topic) ||
    order(b.part, a.part) ||
    order(a.schema.subject ?? "\uffff", b.schema.subject ?? "\uffff") ||
    order(a.schema.version ?? 0, b.schema.version ?? 0) ||
    order(a.key, b.key)
  );
}

function order(a: number | string, b: number | string): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
