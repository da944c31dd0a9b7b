import { isControl, type Source, type StoredBatch } from "../../kafka/log/batch.ts";
import { type RecordFields, readUnpacked, type Span } from "../../kafka/log/records.ts";
import type { RegistryKind, SchemaKey, SchemaSource } from "../../schema/api.ts";
import { type HeaderLookup, marksOf, wireOf } from "../../schema/registry/wire.ts";
import type { NamedSchema } from "../../shared/schemaUse.ts";
import { lookAt } from "../recordLook.ts";
import { parts, readParts } from "../view/parts.ts";
import { Search } from "./needles.ts";
import type { RecordFilter } from "./recordFilter.ts";

const NO_PROBLEMS = { count: 0, example: null };

/**
 * Lets through the messages whose key or value names one schema, by its first bytes or a header, as they are counted (view/schemaUse.ts);
 * nothing is decoded, and the registry is not asked. Of these, what another filter matches: it never sees the others, so that none of them
 * is one that it could not be applied to.
 */
export class SchemaFilter implements RecordFilter {
  readonly #topic: string;
  readonly #part: "key" | "value";
  readonly #key: SchemaKey;
  readonly #kind: RegistryKind | null;
  readonly #marks: readonly Buffer[];
  readonly #inner: RecordFilter | null;

  /** @param schema checked by isSchemaKey */
  constructor({ topic, part, key }: NamedSchema, schemas: SchemaSource | null, inner: RecordFilter | null) {
    this.#topic = topic;
    this.#part = part;
    this.#key = key as SchemaKey;
    this.#kind = schemas && (schemas.kind ?? "confluent");
    this.#marks = marksOf(this.#key);
    this.#inner = inner;
  }

  get problems(): RecordFilter["problems"] {
    return this.#inner?.problems ?? NO_PROBLEMS;
  }

  test(source: Source, record: RecordFields): boolean | Promise<boolean> {
    if (source.topic !== this.#topic) return false;
    const headers = record.headerCount > 0 ? lookAt(record).header : null;
    if (!this.#names(record.data, record[this.#part], headers)) return false;
    return this.#inner?.test(source, record) ?? true;
  }

  select(...args: Parameters<RecordFilter["select"]>): number | Promise<number> {
    return this.#select((...rest) => this.#inner!.select(...rest), args);
  }

  selectNow(...args: Parameters<RecordFilter["select"]>): number | null {
    return this.#select((...rest) => this.#inner!.selectNow(...rest), args);
  }

  #select<T>(
    inner: (...args: Parameters<RecordFilter["select"]>) => T,
    [source, data, dataEnd, batch, positions, count, out]: Parameters<RecordFilter["select"]>,
  ): T | number {
    if (count === 0 || source.topic !== this.#topic || isControl(batch.attributes)) return 0;
    const found = this.#narrow(data, dataEnd, batch, positions, count, out);
    if (found === 0 || this.#inner === null) return found;
    // a copy: the other filter may use it until a promise is settled, and writes to `out`
    return inner(source, data, dataEnd, batch, out.slice(0, found), found, out);
  }

  /** Writes the positions of those that name the schema to `out`. */
  #narrow(
    data: Buffer,
    dataEnd: number,
    batch: StoredBatch,
    positions: Uint32Array,
    count: number,
    out: Uint32Array,
  ): number {
    const start = positions[0]!;
    const bytes = data.subarray(start, dataEnd);
    const searches = this.#marks.map((mark) => new Search((from) => bytes.indexOf(mark, from), start));
    let found = 0;
    for (let i = 0; i < count; i++) {
      const at = positions[i]!;
      const end = i + 1 < count ? positions[i + 1]! : dataEnd;
      if (!searches.some((search) => search.next(at) < end)) continue;
      readParts(data, at, dataEnd);
      const { keyStart, keySize, valueStart, valueSize } = parts;
      const [first, size] = this.#part === "key" ? [keyStart, keySize] : [valueStart, valueSize];
      if (size < 0) continue;
      const headers = parts.headers ? lookAt(readUnpacked(batch, data, dataEnd, at)).header : null;
      if (this.#names(data, { start: first, end: first + size }, headers)) out[found++] = at;
    }
    return found;
  }

  #names(data: Buffer, span: Span, headers: HeaderLookup | null): boolean {
    // Kafka's null has no schema, whatever a header says
    if (!span) return false;
    return wireOf(data.subarray(span.start, span.end), headers, this.#part, this.#kind)?.key === this.#key;
  }
}
