import type { SchemaRef } from "../../shared/messages.ts";
import { messageOf, UserError } from "../../shared/userError.ts";
import type { DecodeContext, RecordLook, RegisteredSchema, SchemaKey, SchemaSource } from "../api.ts";
import { fingerprintText, SINGLE_OBJECT_HEADER, singleObjectFingerprint } from "../avro/singleObject.ts";
import { byFingerprintQuery } from "../registry/subjectSchemas.ts";
import { type Wire, wireOf } from "../registry/wire.ts";
import { confluentHeader, isPlausibleWire } from "../registry/wireConfluent.ts";
import { GLUE_HEADER, inflateGlue } from "../registry/wireGlue.ts";
import type { Decoded, SchemaFormat, SchemaFormats } from "../schemaFormats.ts";
import type { Reading } from "./reading.ts";
import type { Shape } from "./shapes.ts";
import { NO_NOTES } from "./step.ts";

/** Payloads that name their schema in a registry. */
export interface WireFormats {
  /** the record's headers may name a schema for this part */
  inHeaders(record: RecordLook, part: "key" | "value"): boolean;
  /**
   * Null when the payload does not name a schema. A promise only while a schema or code is being fetched.
   *
   * @param reading null: values are shown as they were written
   */
  understand<T>(
    shape: Shape<T>,
    bytes: Buffer,
    context: DecodeContext,
    part: "key" | "value",
    reading: Reading | null,
  ): T | Promise<T> | null;
  /**
   * An Avro single object, whose schema is looked up by its fingerprint. Null when the payload is none.
   *
   * @param otherwise shows it when the schema is not known: it is told why, as a sentence
   */
  singleObject<T>(
    shape: Shape<T>,
    bytes: Buffer,
    context: DecodeContext,
    part: "key" | "value",
    reading: Reading | null,
    otherwise: (why: string) => T,
  ): T | Promise<T> | null;
}

type Part = "key" | "value";

const APICURIO: Readonly<Record<Part, readonly string[]>> = {
  key: ["apicurio.key.globalId", "apicurio.key.contentId"],
  value: ["apicurio.value.globalId", "apicurio.value.contentId"],
};

/** How a payload names its schema, once that is there. */
type Named = Omit<Wire, "key"> & { notes: string[] };

/** @param fingerprints where single objects' schemas are looked up; the registry without it */
export function wireFormats(formats: SchemaFormats, fingerprints: Fingerprints | null): WireFormats {
  const decodeAs = <T>(
    shape: Shape<T>,
    bytes: Buffer,
    wire: Named,
    schema: RegisteredSchema,
    format: SchemaFormat,
  ): T => {
    try {
      const { text, cut, problems, printable = false, notes = NO_NOTES } = decodeWire(bytes, wire, format, shape);
      // spelt out: this is done for each row, and spreading an object takes as long as decoding a small value
      const { format: name } = format;
      const all = wire.notes.length > 0 ? [...wire.notes, ...notes] : notes;
      return shape.meaning({ format: name, text, cut, problems, printable, schema: refOf(schema), notes: all });
    } catch (error) {
      return shape.hex(bytes, refOf(schema), [`not ${format.name}: ${messageOf(error)}`], wire.notes);
    }
  };
  const decodeWith = <T>(
    shape: Shape<T>,
    bytes: Buffer,
    wire: Named,
    schema: RegisteredSchema,
    reading: Reading | null,
  ): T | Promise<T> => {
    const format = reading ? reading.format(schema) : formats.of(schema);
    return format instanceof Promise
      ? format.then((loaded) => decodeAs(shape, bytes, wire, schema, loaded))
      : decodeAs(shape, bytes, wire, schema, format);
  };

  return {
    inHeaders(record, part) {
      return record.header(confluentHeader(part)) !== undefined || APICURIO[part].some((name) => record.header(name));
    },
    understand(shape, bytes, context, part, reading) {
      const { schemas, topic, record } = context;
      const found = wireOf(
        bytes,
        record ? (name) => record.header(name) : null,
        part,
        schemas && (schemas.kind ?? "confluent"),
      );
      if (!found) return null;
      const { key, ...rest } = found;
      if (!schemas) {
        const why = withoutRegistry(key, bytes.length);
        // without a registry these may be just bytes that begin so
        return why === null ? null : shape.hex(bytes, null, [why], NO_NOTES);
      }
      const wire: Named = { ...rest, notes: NO_NOTES };
      const known = schemas.cached(key, topic, part);
      if (known) return decodeWith(shape, bytes, wire, known, reading);
      return schemas.byId(key, topic, part).then(
        (schema) => decodeWith(shape, bytes, wire, schema, reading),
        (error: unknown) => {
          const ref: SchemaRef = { id: shownId(key), type: null, subject: null, version: null };
          return shape.hex(bytes, ref, [unknownSchema(key, error)], NO_NOTES);
        },
      );
    },
    singleObject(shape, bytes, { schemas, topic }, part, reading, otherwise) {
      const fingerprint = singleObjectFingerprint(bytes);
      if (fingerprint === null) return null;
      const query = byFingerprintQuery(fingerprint);
      const source = fingerprints ?? schemas;
      const decode = (schema: RegisteredSchema) => {
        const where = schema.file === undefined ? "" : `, which ${schema.file} has`;
        const notes = [`An Avro single object: its schema was found by its fingerprint ${query.slice(12)}${where}.`];
        const wire: Named = {
          start: SINGLE_OBJECT_HEADER,
          compressed: false,
          message: { kind: "indexes-here" },
          notes,
        };
        return decodeWith(shape, bytes, wire, schema, reading);
      };
      const known = reading?.own(fingerprint) ?? source?.cached(query, topic, part);
      if (known) return decode(known);
      if (!source) return otherwise(unknownFingerprint(fingerprint, null));
      return source
        .byId(query, topic, part)
        .then(decode, (error: unknown) => otherwise(unknownFingerprint(fingerprint, error)));
    },
  };
}

const refOf = ({ id, type, subject, version }: RegisteredSchema): SchemaRef => ({ id, type, subject, version });

export type Fingerprints = Pick<SchemaSource, "cached" | "byId">;

/** @param error why it is not known; null: nobody could be asked */
export function unknownFingerprint(fingerprint: bigint, error: unknown): string {
  const looks = `looks like Avro's single-object encoding, by a schema with the fingerprint ${fingerprintText(fingerprint)}`;
  const choose = "choose that schema's file to decode it";
  if (error === null) return `${looks}: ${choose}`;
  const isUnknown = error instanceof UserError && error.code === "unknown-schema";
  return `${looks}${isUnknown ? "" : ", which could not be looked up"}: ${messageOf(error).replace(/\.$/, "")}; ${choose}`;
}

/** The value behind what names its schema. Throws a sentence. */
function decodeWire(bytes: Buffer, wire: Named, format: SchemaFormat, shape: Shape<unknown>): Decoded {
  const inflated = wire.compressed ? inflateGlue(bytes, shape.unpack) : null;
  const data = inflated ?? bytes;
  const start = inflated ? 0 : wire.start;
  const most = shape.decodeChars(data.length);
  if (format.decodeMessage) return format.decodeMessage(data, start, most, wire.message);
  return format.decode(data, start, most);
}

const NAMES: readonly [prefix: string, name: string][] = [
  ["guid:", "schema"],
  ["globalId:", "global id"],
  ["contentId:", "content id"],
  ["glue:", "schema version"],
];

/** "schema id 9", "global id 9", "schema version 1b4e…" */
function described(key: SchemaKey): string {
  if (typeof key === "number") return `schema id ${key}`;
  const [prefix, name] = NAMES.find(([start]) => key.startsWith(start))!;
  return `${name} ${key.slice(prefix.length)}`;
}

/** as RegisteredSchema has it */
function shownId(key: SchemaKey): number | string {
  if (typeof key === "number") return key;
  const id = key.slice(key.indexOf(":") + 1);
  return key.startsWith("globalId:") || key.startsWith("contentId:") ? Number(id) : id;
}

function withoutRegistry(key: SchemaKey, size: number): string | null {
  if (typeof key === "number") {
    if (!isPlausibleWire(key, size)) return null;
    return `starts like a Confluent schema id ${key}, but this connection has no schema registry`;
  }
  // Glue's are random UUIDs, version 4 of RFC 9562; other bytes seldom look so
  const isGlue = key.startsWith("glue:");
  if (isGlue && (size <= GLUE_HEADER || !/-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-/.test(key))) return null;
  return `names its schema (${described(key)}), but this connection has no schema registry`;
}

function unknownSchema(key: SchemaKey, error: unknown): string {
  if (error instanceof UserError && error.code === "unknown-schema") {
    return typeof key === "number" ? `not Avro: ${error.message}` : `not decoded: ${error.message}`;
  }
  return `not decoded: ${described(key)} could not be fetched: ${messageOf(error)}`;
}
