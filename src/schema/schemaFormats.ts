import { isUtf8 } from "node:buffer";
import { cutAt } from "../shared/cutAt.ts";
import type { PayloadFormat } from "../shared/messages.ts";
import { messageOf } from "../shared/userError.ts";
import type { RegisteredSchema } from "./api.ts";
import { compileAvro } from "./avro/decode.ts";
import { parseAvro } from "./avro/schema.ts";
import { scanJson } from "./json.ts";
import { compactJson } from "./jsonLayout.ts";
import type { JsonSchemaValidator } from "./jsonSchema/validate.ts";
import { parseJson } from "./jsonTree.ts";
import type { WireMessage } from "./registry/wire.ts";
import { characterStart } from "./text.ts";

/** JSON text of one value. */
export interface Decoded {
  /** compact JSON */
  text: string;
  /** decoding ended early because `text` had reached the length asked for */
  cut: boolean;
  problems: string[];
  /** true where `text` is known to be of printable ASCII alone, so that it is one line as it is */
  printable?: boolean;
  /** what there is to know of how it was read, a sentence each */
  notes?: string[];
}

/** How payloads of one schema are decoded. */
export interface SchemaFormat {
  format: PayloadFormat;
  /** for problems: "Avro" */
  name: string;
  /**
   * The value in bytes [start, end of bytes) as JSON text. Throws with a sentence when the bytes are not such a value.
   *
   * @param maxChars may stop once the text is longer
   */
  decode(bytes: Buffer, start: number, maxChars: number): Decoded;
  /** The same where a schema has several messages: which one it is stands before the value, or was said elsewhere. */
  decodeMessage?(bytes: Buffer, start: number, maxChars: number, message: WireMessage): Decoded;
}

export interface SchemaFormats {
  /** A promise only while a format's code is being loaded. */
  of(schema: RegisteredSchema): SchemaFormat | Promise<SchemaFormat>;
}

/** Compiled schemas, kept for as long as the registered schema they come from. */
export function createSchemaFormats(): SchemaFormats {
  const known = new WeakMap<RegisteredSchema, SchemaFormat | Promise<SchemaFormat>>();
  return {
    of(schema) {
      let format = known.get(schema);
      if (!format) {
        format = formatOf(schema);
        known.set(schema, format);
        if (format instanceof Promise) void format.then((loaded) => known.set(schema, loaded));
      }
      return format;
    },
  };
}

/** Never throws, and a promise never rejects: what is wrong with a schema is said of each of its payloads. */
function formatOf(schema: RegisteredSchema): SchemaFormat | Promise<SchemaFormat> {
  switch (schema.type) {
    case "AVRO":
      try {
        return { format: "avro", name: "Avro", decode: compileAvro(parseAvro(schema)) };
      } catch (error) {
        return unusable("Avro", `${schema.file ?? `schema id ${schema.id}`} cannot be used: ${messageOf(error)}`);
      }
    case "JSON":
      return (
        import("./jsonSchema/validate.ts")
          .then(({ compileJsonSchema }) => validating(compileJsonSchema(schema)))
          // what is wrong with the schema hides no value
          .catch((error: unknown) => validating(() => ({ problems: [], unchecked: [messageOf(error)] })))
      );
    case "PROTOBUF":
      return import("./protobuf/format.ts")
        .then(({ loadProtobuf }) => loadProtobuf(schema))
        .catch((error: unknown) => unusable("Protobuf", messageOf(error)));
    default:
      return unusable("decoded", `${schemaName(schema)} is of an unknown type, ${schema.type}`);
  }
}

/** "schema id 7 (orders-value, version 2)", "schema id 7" where it is registered nowhere that is known, or the file that it is from */
export function schemaName({ id, subject, version, file }: RegisteredSchema): string {
  if (file !== undefined) return file;
  return subject === null ? `schema id ${id}` : `schema id ${id} (${subject}, version ${version ?? "unknown"})`;
}

/** characters of what is wrong with a schema: it is said of each payload, and a schema may quote itself at any length */
const MAX_MESSAGE = 1000;

/** A format whose payloads all fail with one sentence. */
export function unusable(name: string, message: string): SchemaFormat {
  const short = message.length > MAX_MESSAGE ? `${cutAt(message, MAX_MESSAGE)}…` : message;
  return {
    format: "binary",
    name,
    decode() {
      throw new Error(short);
    },
  };
}

/** Bytes of a value that a schema's rules are held against. */
const MAX_VALIDATED = 1024 * 1024;

/** JSON with what its schema finds wrong with it. */
function validating(validate: JsonSchemaValidator): SchemaFormat {
  return {
    format: "json-schema",
    name: "JSON",
    decode(bytes, start, maxChars) {
      const decoded = decodeJson(bytes, start, maxChars);
      if (decoded.cut || bytes.length - start > MAX_VALIDATED) return decoded;
      const { problems, unchecked } = validate(parseJson(decoded.text));
      const said = [
        ...problems.map(({ path, message }) => `${path}: ${message}`),
        ...unchecked.map((why) => `not all of the schema's rules could be checked: ${why}`),
      ];
      return said.length === 0 ? decoded : { ...decoded, problems: said.slice(0, MAX_PROBLEMS) };
    },
  };
}

/** Enough to see what is wrong. */
const MAX_PROBLEMS = 20;

/** JSON Schema's wire format holds the JSON text itself; scalars are allowed. */
function decodeJson(bytes: Buffer, start: number, maxChars: number): Decoded {
  if (start === bytes.length) throw new Error("no JSON follows the schema id");
  const most = 3 * maxChars + 4;
  const whole = bytes.length - start <= most;
  const end = whole ? bytes.length : characterStart(bytes, start, start + most);
  if (!isUtf8(bytes.subarray(start, end))) throw new Error("what follows the schema id is not UTF-8 text");
  const scan = scanJson(bytes, start, end, !whole);
  if (!scan.ok) throw new Error(`${scan.message} at byte ${scan.at}`);
  return { text: compactJson(bytes, start, end, scan.spaces, most), cut: !whole, problems: [] };
}
