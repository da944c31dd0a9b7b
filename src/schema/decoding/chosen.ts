import type { DecodeAs } from "../../shared/decoding.ts";
import { messageOf } from "../../shared/userError.ts";
import { compileAvro } from "../avro/decode.ts";
import { parseAvro } from "../avro/schema.ts";
import { byFingerprint, decodeSingleObject, singleObjectFingerprint } from "../avro/singleObject.ts";
import { WIRE_HEADER, wireSchemaId } from "../registry/wireConfluent.ts";
import type { Decoded, SchemaFormat } from "../schemaFormats.ts";
import { createSchemaFormats, unusable } from "../schemaFormats.ts";

export type ChosenSchema = Extract<DecodeAs, { kind: "schema" }>;

/** Decoders by schemas that a person named. */
export class ChosenSchemas {
  readonly #known = new WeakMap<ChosenSchema, SchemaFormat | Promise<SchemaFormat>>();

  /** A promise only while code is being loaded. Never throws: what is wrong with a schema is said of each payload. */
  of(choice: ChosenSchema): SchemaFormat | Promise<SchemaFormat> {
    let format = this.#known.get(choice);
    if (!format) {
      format = formatOf(choice);
      this.#known.set(choice, format);
      if (format instanceof Promise) void format.then((loaded) => this.#known.set(choice, loaded));
    }
    return format;
  }
}

/** What registries put before a value is passed over where the value does not begin at the first byte. */
function behindPrefix(decode: SchemaFormat["decode"]): SchemaFormat["decode"] {
  return (bytes, start, maxChars) => {
    if (wireSchemaId(bytes) === 0) return decode(bytes, start, maxChars);
    let decoded: Decoded;
    try {
      decoded = decode(bytes, WIRE_HEADER, maxChars);
    } catch {
      // what is wrong with it as it stands is what is told
      return decode(bytes, start, maxChars);
    }
    return decoded;
  };
}

function formatOf(choice: ChosenSchema): SchemaFormat | Promise<SchemaFormat> {
  const schema = {
    schema: choice.schema,
    references: choice.references.map(({ name, schema }) => ({ name, subject: name, version: 1, schema })),
  };
  const refuse = (name: string, error: unknown): SchemaFormat =>
    unusable(name, `the schema of ${choice.label} cannot be used: ${messageOf(error)}`);
  switch (choice.type) {
    case "AVRO":
      try {
        const type = parseAvro(schema);
        const known = byFingerprint([type]);
        const plain = behindPrefix(compileAvro(type));
        return {
          format: "avro",
          name: "Avro",
          decode: (bytes, start, maxChars) =>
            singleObjectFingerprint(bytes) === null
              ? plain(bytes, start, maxChars)
              : decodeSingleObject(bytes, (fingerprint) => known.get(fingerprint), maxChars),
        };
      } catch (error) {
        return refuse("Avro", error);
      }
    case "PROTOBUF":
      return import("../protobuf/format.ts")
        .then(({ loadMessage }) => loadMessage(schema, choice.compiled, choice.message))
        .catch((error: unknown) => refuse("Protobuf", error));
    case "JSON":
      return createSchemaFormats().of({ ...schema, id: 0, type: "JSON", subject: null, version: null });
  }
}
