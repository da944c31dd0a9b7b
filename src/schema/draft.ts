import type { DecodeAs } from "../shared/decoding.ts";
import {
  canWrap,
  type DraftField,
  type DraftFormat,
  type DraftHelp,
  type DraftProblem,
  type Wrap,
} from "../shared/draft.ts";
import { messageOf } from "../shared/userError.ts";
import type { RegisteredSchema } from "./api.ts";
import { encodeContainer } from "./avro/containerEncode.ts";
import { avroExample } from "./avro/example.ts";
import { parseAvro } from "./avro/schema.ts";
import { fileEncoded, isOfFile, plainSchema, registryEncoded } from "./draftSchema.ts";
import { layOutJson } from "./jsonLayout.ts";
import { jsonSchemaExample } from "./jsonSchemaExample.ts";
import { type JsonNode, JsonSyntaxError, parseJson } from "./jsonTree.ts";
import { encodeBase64 } from "./plain/base64.ts";
import { bytesOfBase64, bytesOfHex } from "./plain/bytesText.ts";
import { encodeCbor } from "./plain/cborEncode.ts";
import { pack } from "./plain/compressed.ts";
import { encodeKafkaSerde } from "./plain/kafkaSerdes.ts";
import { encodeMsgpack } from "./plain/msgpack.ts";
import { encodeSmile } from "./plain/smileEncode.ts";
import { encodeText } from "./plain/text.ts";
import { TextProblem } from "./plain/textProblem.ts";
import { encodeXml } from "./plain/xml.ts";
import { asBuffer } from "./text.ts";

/** A problem of one field; the caller knows which field it is. */
export type FieldProblem = Pick<DraftProblem, "message" | "path" | "at">;

/** `headers`: those that name the payload's schema, where there are any. */
export type Encoded =
  | { bytes: Uint8Array | null; headers?: { key: string; value: Buffer }[] }
  | { problems: FieldProblem[] };

/** A registry's schema, or a file's. */
export type DraftSchema = RegisteredSchema | Extract<DecodeAs, { kind: "schema" }>;

/**
 * The bytes that a field of a draft stands for, or what is wrong with it. Never throws.
 *
 * - of a message that is edited, the bytes that it came with, for as long as the text is what it was.
 * - text: as it is, in its encoding (UTF-16 with a byte order mark). json, xml: checked, then sent exactly as typed; XML in the encoding that it declares.
 *   hex, base64: the bytes that are written so, white space ignored. null: no bytes.
 * - a binary format without a schema: from JSON, as it is shown when it is read.
 * - schema: the wire format of `schema`'s registry. Avro from JSON (see encodeAvro for the forms it takes). JSON Schema: the JSON text
 *   as typed, once the schema's rules hold. Protobuf: the message that is chosen, else the first, from its canonical JSON (see encodeProtobuf).
 * - file: the same by a file's schema, without a registry's frame.
 * - avro-container: a container file with the schema of the field.
 */
export async function encodeField(
  field: DraftField,
  schema: DraftSchema | null,
  part: "key" | "value" = "value",
): Promise<Encoded> {
  const { original, wrap } = field;
  if (original?.text === field.text) return { bytes: Buffer.from(original.bytes, "base64") };
  try {
    const encoded = await unwrapped(field, schema, part);
    if ("problems" in encoded || encoded.bytes === null || !wrap || !canWrap(field)) return encoded;
    return { ...encoded, bytes: wrapped(asBuffer(encoded.bytes), wrap) };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return problem(`not JSON: ${error.message}`, error.at);
    if (error instanceof TextProblem) return problem(error.message, error.at);
    return problem(messageOf(error));
  }
}

async function unwrapped(
  { text, ...field }: DraftField,
  schema: DraftSchema | null,
  part: "key" | "value",
): Promise<Encoded> {
  switch (field.encoding) {
    case "null":
      return { bytes: null };
    case "text":
      return { bytes: encodeText(text, "UTF-8") };
    case "utf-16":
      return { bytes: encodeText(text, "UTF-16") };
    case "utf-16le":
      return { bytes: encodeText(text, "UTF-16LE") };
    case "latin-1":
      return { bytes: encodeText(text, "ISO-8859-1") };
    case "json":
      parseJson(text);
      return { bytes: encodeText(text, "UTF-8") };
    case "xml":
      return { bytes: encodeXml(text) };
    case "hex":
      return { bytes: bytesOfHex(text) };
    case "base64":
      return { bytes: bytesOfBase64(text) };
    case "schema":
      if (!schema || isOfFile(schema)) return problem("no schema is chosen: choose a subject");
      return registryEncoded(field, text, schema, part);
    case "file":
      if (!schema || !isOfFile(schema)) return problem("no schema is chosen: choose a file");
      return fileEncoded(field, text, schema);
    case "avro-container":
      if (!field.container) return problem("the container's schema is not known any more: choose another format");
      return encodeContainer(field.container.schema, field.container.codec, parseJson(text));
    case "messagepack":
      return encodeMsgpack(parseJson(text));
    case "cbor":
      return encodeCbor(parseJson(text));
    case "smile":
      return encodeSmile(parseJson(text));
    case "uuid":
      return encodeKafkaSerde("uuid", asJsonString(text));
    default:
      return encodeKafkaSerde(field.encoding, parseJson(text));
  }
}

const wrapped = (bytes: Buffer, wrap: Wrap): Buffer =>
  wrap === "base64" ? Buffer.from(encodeBase64(bytes, "base64", true), "latin1") : pack(bytes, wrap);

/**
 * What a field's schema offers: JSON that it accepts, laid out, to start a draft from (optional fields show their shape, defaults their value), and a
 * Protobuf file's messages. "{}" where no example can be made (a schema that cannot be used, one without a finite value).
 */
export async function helpFor(
  schema: DraftSchema,
  format: Pick<DraftFormat, "message" | "framing"> = {},
): Promise<DraftHelp> {
  const { message, framing } = format;
  try {
    if (schema.type === "PROTOBUF") {
      const { openMessage, protobufExample } = await import("./protobuf/produce.ts");
      const compiled = isOfFile(schema) && schema.compiled;
      const chosen = message ?? (isOfFile(schema) ? schema.message : null);
      const { parsed, name } = openMessage(plainSchema(schema), compiled, chosen);
      return { example: layOutJson(protobufExample(parsed, name)), messages: parsed.names };
    }
    const example =
      schema.type === "AVRO" ? avroExample(parseAvro(plainSchema(schema))) : jsonSchemaExample(schema.schema);
    return { example: layOutJson(framing === "container" ? `[${example}]` : example), messages: null };
  } catch {
    // what is wrong with the schema is said where it is used: by encodeField and by the decoder
    return { example: "{}", messages: null };
  }
}

const problem = (message: string, at?: number): Encoded => ({
  problems: [at === undefined ? { message } : { message, at }],
});

/** A UUID is seldom typed in quotes. */
const asJsonString = (text: string): JsonNode =>
  parseJson(text.trim().startsWith('"') ? text : JSON.stringify(text.trim()));
