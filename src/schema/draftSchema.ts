import type { DraftFormat } from "../shared/draft.ts";
import type { RegisteredSchema, SchemaKey } from "./api.ts";
import { encodeContainer } from "./avro/containerEncode.ts";
import { encodeAvro } from "./avro/encode.ts";
import { parseAvro } from "./avro/schema.ts";
import { encodeSingleObject } from "./avro/singleObject.ts";
import type { DraftSchema, Encoded, FieldProblem } from "./draft.ts";
import { type JsonNode, parseJson } from "./jsonTree.ts";
import { encodeText } from "./plain/text.ts";
import { type FrameOptions, frame, schemaKey } from "./registry/wire.ts";

type FileSchema = Extract<DraftSchema, { kind: "schema" }>;

export const isOfFile = (schema: DraftSchema): schema is FileSchema => "kind" in schema;

/** A schema with what it refers to, wherever it is from. */
export function plainSchema(schema: DraftSchema): Pick<RegisteredSchema, "schema" | "references"> {
  if (!isOfFile(schema)) return schema;
  const references = schema.references.map(({ name, schema: text }) => ({
    name,
    subject: name,
    version: 1,
    schema: text,
  }));
  return { schema: schema.schema, references };
}

/** Enough to act on. */
const MAX_PROBLEMS = 20;

type Bytes = { bytes: Buffer } | { problems: FieldProblem[] };

/** JSON by a registry's schema, with the schema's name before it or in a header. Throws with a sentence, or a JsonSyntaxError. */
export async function registryEncoded(
  { message, place }: DraftFormat,
  text: string,
  schema: RegisteredSchema,
  part: "key" | "value",
): Promise<Encoded> {
  const framed = (encoded: Bytes, named: FrameOptions["message"]): Encoded => {
    if ("problems" in encoded) return encoded;
    const { payload, headers } = frame(schemaKey(schema), encoded.bytes, {
      part,
      place: place === "header" ? "header" : "payload",
      message: named,
      compress: place === "zlib",
    });
    return headers.length > 0 ? { bytes: payload, headers } : { bytes: payload };
  };
  if (schema.type !== "PROTOBUF") return framed(await bareValue(text, schema), null);
  const { encodeProtobuf, glueIndexOf, parseProtobuf } = await import("./protobuf/produce.ts");
  const parsed = parseProtobuf(schema);
  const name = message ?? parsed.names[0];
  const indexes = name === undefined ? null : parsed.indexesOf(name);
  if (name === undefined) throw new Error("the schema has no message");
  if (indexes === null) throw new Error(`the schema has no message called ${name}: choose another`);
  const simple = name.slice(name.lastIndexOf(".") + 1);
  if (isApicurio(schemaKey(schema)) && firstCalled(parsed.names, simple) !== name)
    throw new Error(
      `Apicurio names a message without what it is within, and ${simple} is ${firstCalled(parsed.names, simple)} to its readers`,
    );
  const encoded = encodeProtobuf(parsed, name, parseJson(text));
  return framed(encoded, { indexes, name: simple, glueIndex: glueIndexOf(parsed.names, name) });
}

const isApicurio = (key: SchemaKey): boolean => typeof key === "string" && /^(?:globalId|contentId):/.test(key);

const firstCalled = (names: readonly string[], simple: string): string | undefined =>
  names.find((full) => full === simple || full.endsWith(`.${simple}`));

/** JSON by a file's schema, without a frame. Throws as above. */
export async function fileEncoded(
  { message, framing }: DraftFormat,
  text: string,
  schema: FileSchema,
): Promise<Encoded> {
  if (schema.type === "PROTOBUF") {
    const { encodeProtobuf, openMessage } = await import("./protobuf/produce.ts");
    const { parsed, name } = openMessage(plainSchema(schema), schema.compiled, message ?? schema.message);
    return encodeProtobuf(parsed, name, parseJson(text));
  }
  if (schema.type === "AVRO" && framing === "container") return encodeContainer(schema.schema, "null", parseJson(text));
  if (schema.type === "AVRO" && framing === "single-object")
    return encodeSingleObject(parseAvro(plainSchema(schema)), parseJson(text));
  return bareValue(text, { ...plainSchema(schema), type: schema.type });
}

/** Avro, or the JSON text that a JSON Schema holds for. */
async function bareValue(
  text: string,
  schema: Pick<RegisteredSchema, "type" | "schema" | "references">,
): Promise<Bytes> {
  const node: JsonNode = parseJson(text);
  switch (schema.type) {
    case "AVRO":
      return encodeAvro(parseAvro(schema), node);
    case "JSON": {
      const { compileJsonSchema } = await import("./jsonSchema/validate.ts");
      const { problems } = compileJsonSchema(schema)(node);
      return problems.length > 0 ? { problems: problems.slice(0, MAX_PROBLEMS) } : { bytes: encodeText(text, "UTF-8") };
    }
    default:
      throw new Error(`schemas of type ${schema.type} are not supported`);
  }
}
