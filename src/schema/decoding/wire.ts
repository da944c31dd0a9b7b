import type { SchemaRef } from "../../shared/messages.ts";
import { messageOf, UserError } from "../../shared/userError.ts";
import type { DecodeContext, RecordLook, RegisteredSchema, SchemaKey } from "../api.ts";
import { type Wire, wireOf } from "../registry/wire.ts";
import { confluentHeader, isPlausibleWire } from "../registry/wireConfluent.ts";
import { GLUE_HEADER, inflateGlue } from "../registry/wireGlue.ts";
import { createSchemaFormats, type Decoded, type SchemaFormat } from "../schemaFormats.ts";
import type { Shape } from "./shapes.ts";
import { NO_NOTES } from "./step.ts";

/** Payloads that name their schema in a registry. */
export interface WireFormats {
  /** the record's headers may name a schema for this part */
  inHeaders(record: RecordLook, part: "key" | "value"): boolean;
  /** Null when the payload does not name a schema. A promise only while a schema or code is being fetched. */
  understand<T>(shape: Shape<T>, bytes: Buffer, context: DecodeContext, part: "key" | "value"): T | Promise<T> | null;
}

type Part = "key" | "value";

const APICURIO: Readonly<Record<Part, readonly string[]>> = {
  key: ["apicurio.key.globalId", "apicurio.key.contentId"],
  value: ["apicurio.value.globalId", "apicurio.value.contentId"],
};

export function wireFormats(): WireFormats {
  const formats = createSchemaFormats();

  const decodeAs = <T>(
    shape: Shape<T>,
    bytes: Buffer,
    wire: Wire,
    schema: RegisteredSchema,
    format: SchemaFormat,
  ): T => {
    try {
      const { text, cut, problems, printable = false } = decodeWire(bytes, wire, format, shape);
      // spelt out: this is done for each row, and spreading an object takes as long as decoding a small value
      const { format: name } = format;
      return shape.meaning({ format: name, text, cut, problems, printable, schema: refOf(schema), notes: NO_NOTES });
    } catch (error) {
      return shape.hex(bytes, refOf(schema), [`not ${format.name}: ${messageOf(error)}`], NO_NOTES);
    }
  };
  const decodeWith = <T>(shape: Shape<T>, bytes: Buffer, wire: Wire, schema: RegisteredSchema): T | Promise<T> => {
    const format = formats.of(schema);
    return format instanceof Promise
      ? format.then((loaded) => decodeAs(shape, bytes, wire, schema, loaded))
      : decodeAs(shape, bytes, wire, schema, format);
  };

  return {
    inHeaders(record, part) {
      return record.header(confluentHeader(part)) !== undefined || APICURIO[part].some((name) => record.header(name));
    },
    understand(shape, bytes, context, part) {
      const { schemas, topic, record } = context;
      const wire = wireOf(
        bytes,
        record ? (name) => record.header(name) : null,
        part,
        schemas && (schemas.kind ?? "confluent"),
      );
      if (!wire) return null;
      const { key } = wire;
      if (!schemas) {
        const why = withoutRegistry(key, bytes.length);
        // without a registry these may be just bytes that begin so
        return why === null ? null : shape.hex(bytes, null, [why], NO_NOTES);
      }
      const known = schemas.cached(key, topic, part);
      if (known) return decodeWith(shape, bytes, wire, known);
      return schemas.byId(key, topic, part).then(
        (schema) => decodeWith(shape, bytes, wire, schema),
        (error: unknown) => {
          const ref: SchemaRef = { id: shownId(key), type: null, subject: null, version: null };
          return shape.hex(bytes, ref, [unknownSchema(key, error)], NO_NOTES);
        },
      );
    },
  };
}

const refOf = ({ id, type, subject, version }: RegisteredSchema): SchemaRef => ({ id, type, subject, version });

/** The value behind what names its schema. Throws a sentence. */
function decodeWire(bytes: Buffer, wire: Wire, format: SchemaFormat, shape: Shape<unknown>): Decoded {
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
