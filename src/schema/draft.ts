import type { DraftField, DraftProblem } from "../shared/protocol.ts";
import { messageOf } from "../shared/userError.ts";
import type { RegisteredSchema } from "./api.ts";
import { encodeAvro } from "./avro/encode.ts";
import { avroExample } from "./avro/example.ts";
import { parseAvro } from "./avro/schema.ts";
import { layOutJson } from "./jsonLayout.ts";
import { jsonSchemaExample } from "./jsonSchemaExample.ts";
import { type JsonNode, JsonSyntaxError, parseJson } from "./jsonTree.ts";
import { encodeCbor } from "./plain/cborEncode.ts";
import { encodeKafkaSerde } from "./plain/kafkaSerdes.ts";
import { encodeMsgpack } from "./plain/msgpack.ts";
import { encodeSmile } from "./plain/smileEncode.ts";
import { inWireFormat } from "./registry/wire.ts";

/** A problem of one field; the caller knows which field it is. */
export type FieldProblem = Pick<DraftProblem, "message" | "path" | "at">;

export type Encoded = { bytes: Uint8Array | null } | { problems: FieldProblem[] };

/**
 * The bytes that a field of a draft stands for, or what is wrong with it. Never throws.
 *
 * - text: as it is, in UTF-8. json: checked, then sent exactly as typed. hex: pairs of digits, white space ignored. null: no bytes.
 * - a format without a schema: from JSON, as it is shown when it is read.
 * - schema: the wire format of `schema`'s registry. Avro from JSON (see encodeAvro for the forms it takes). JSON Schema: the JSON text
 *   as typed, once the schema's rules hold. Protobuf: the schema's first message from its canonical JSON (see encodeProtobuf).
 */
export async function encodeField(field: DraftField, schema: RegisteredSchema | null): Promise<Encoded> {
  try {
    switch (field.encoding) {
      case "null":
        return { bytes: null };
      case "text":
        return utf8(field.text);
      case "json":
        parseJson(field.text);
        return utf8(field.text);
      case "hex":
        return hex(field.text);
      case "schema":
        return await withSchema(field.text, schema);
      case "messagepack":
        return encodeMsgpack(parseJson(field.text));
      case "cbor":
        return encodeCbor(parseJson(field.text));
      case "smile":
        return encodeSmile(parseJson(field.text));
      case "uuid":
        return encodeKafkaSerde("uuid", asJsonString(field.text));
      default:
        return encodeKafkaSerde(field.encoding, parseJson(field.text));
    }
  } catch (error) {
    if (error instanceof JsonSyntaxError) return problem(`not JSON: ${error.message}`, error.at);
    return problem(messageOf(error));
  }
}

/**
 * JSON that the schema accepts, laid out, to start a draft from: optional fields show their shape, defaults their value. "{}" where
 * no example can be made (a schema that cannot be used, one without a finite value).
 */
export async function exampleFor(schema: RegisteredSchema): Promise<string> {
  try {
    if (schema.type === "PROTOBUF") {
      const { parseProtobuf, protobufExample } = await import("./protobuf/produce.ts");
      const parsed = parseProtobuf(schema);
      return layOutJson(protobufExample(parsed, parsed.names[0] ?? ""));
    }
    if (schema.type === "AVRO") return layOutJson(avroExample(parseAvro(schema)));
    if (schema.type === "JSON") return layOutJson(jsonSchemaExample(schema.schema));
  } catch {
    // what is wrong with the schema is said where it is used: by encodeField and by the decoder
  }
  return "{}";
}

const problem = (message: string, at?: number): Encoded => ({
  problems: [at === undefined ? { message } : { message, at }],
});

function utf8(text: string): Encoded {
  if (!text.isWellFormed()) {
    const at = text.search(/\p{Surrogate}/u);
    return problem("half a surrogate pair cannot be sent as UTF-8", at);
  }
  return { bytes: Buffer.from(text, "utf8") };
}

function hex(text: string): Encoded {
  // 0x is how bytes are shown within JSON; blanks in its place keep the positions
  const digits = text.replace(/^(\s*)0[xX]/, "$1  ");
  const wrong = digits.search(/[^0-9a-fA-F\s]/);
  if (wrong >= 0) {
    const character = String.fromCodePoint(digits.codePointAt(wrong)!);
    return problem(`${JSON.stringify(character)} is not a hex digit`, wrong);
  }
  // a byte may not be divided: "a bc" is more likely a slip than ab c
  for (const { 0: run, index } of digits.matchAll(/\S+/g)) {
    if (run.length % 2 === 1) return problem("a byte has two hex digits: one is missing here", index + run.length - 1);
  }
  return { bytes: Buffer.from(digits.replace(/\s+/g, ""), "hex") };
}

/** A UUID is seldom typed in quotes. */
const asJsonString = (text: string): JsonNode =>
  parseJson(text.trim().startsWith('"') ? text : JSON.stringify(text.trim()));

/** Enough to act on. */
const MAX_PROBLEMS = 20;

/** The first message of the file, as other people's serializers take when none is named. */
async function protobufField(schema: RegisteredSchema, node: JsonNode): Promise<Encoded> {
  const { encodeProtobuf, glueIndexOf, parseProtobuf } = await import("./protobuf/produce.ts");
  const parsed = parseProtobuf(schema);
  const [name] = parsed.names;
  const indexes = name === undefined ? null : parsed.indexesOf(name);
  if (name === undefined || indexes === null) return problem("the schema has no message");
  const encoded = encodeProtobuf(parsed, name, node);
  if ("problems" in encoded) return encoded;
  const message = { indexes, name: name.slice(name.lastIndexOf(".") + 1), glueIndex: glueIndexOf(parsed.names, name) };
  return { bytes: inWireFormat(schema, encoded.bytes, message) };
}

async function withSchema(text: string, schema: RegisteredSchema | null): Promise<Encoded> {
  if (!schema) return problem("no schema is chosen: choose a subject");
  const node = parseJson(text);
  switch (schema.type) {
    case "AVRO": {
      const encoded = encodeAvro(parseAvro(schema), node);
      return "problems" in encoded ? encoded : { bytes: inWireFormat(schema, encoded.bytes) };
    }
    case "JSON": {
      const { compileJsonSchema } = await import("./jsonSchema/validate.ts");
      const { problems } = compileJsonSchema(schema)(node);
      if (problems.length > 0) return { problems: problems.slice(0, MAX_PROBLEMS) };
      const encoded = utf8(text);
      return "problems" in encoded ? encoded : { bytes: inWireFormat(schema, encoded.bytes!) };
    }
    case "PROTOBUF":
      return protobufField(schema, node);
    default:
      return problem(`schemas of type ${schema.type} are not supported`);
  }
}
