import { isUtf8 } from "node:buffer";
import type { DecodeAs, FixedFormat } from "../shared/decoding.ts";
import type { DraftField, DraftHeader, PlainFormat, SchemaFile, Wrap } from "../shared/draft.ts";
import type { SchemaSource } from "./api.ts";
import { decodeContainer, isContainer } from "./avro/container.ts";
import { singleObjectFingerprint } from "./avro/singleObject.ts";
import { type ChosenSchema, ChosenSchemas } from "./decoding/chosen.ts";
import { applyFormat } from "./decoding/step.ts";
import { type DraftSchema, encodeField } from "./draft.ts";
import { opensContainer, scanJson } from "./json.ts";
import { layOutJson } from "./jsonLayout.ts";
import { decodeBase64 } from "./plain/base64.ts";
import { type Compression, detectCompressed, unpack } from "./plain/compressed.ts";
import { recognise } from "./plain/recognise.ts";
import { xmlText } from "./plain/xml.ts";
import { type HeaderLookup, type Wire, wireOf } from "./registry/wire.ts";
import { wireSchemaId } from "./registry/wireConfluent.ts";
import { inflateGlue } from "./registry/wireGlue.ts";
import { createSchemaFormats } from "./schemaFormats.ts";
import { asBuffer, byteOrderMark, isText } from "./text.ts";

/** Where a payload is from, and how its topic is read. */
export interface DraftOrigin {
  topic: string;
  part: "key" | "value";
  /** null: the record has no headers */
  headers: HeaderLookup | null;
  /** null: no registry is configured */
  schemas: SchemaSource | null;
  choice: DecodeAs;
  /** the file of a choice by schema */
  file: SchemaFile | null;
}

/** bytes that a payload may unpack to: more is no text to edit */
const MOST = 4 * 1024 * 1024;

/** A field, and the schema that it is encoded with. */
interface Candidate {
  field: DraftField;
  schema: DraftSchema | null;
}

/**
 * A payload as a field to edit: in the format, by the schema and under the id that it has, so that what is edited is encoded in the same way again;
 * untouched, its own bytes are sent. What cannot be written again without loss (a format that is only read, fields that the schema does not know) is hex.
 * `why` says why a schema that it names could not be used, a sentence; null when nothing failed. Never throws.
 */
export async function draftOf(
  bytes: Uint8Array | null,
  origin: DraftOrigin,
): Promise<{ field: DraftField; why: string | null }> {
  if (bytes === null) return { field: { encoding: "null", text: "" }, why: null };
  const buffer = asBuffer(bytes);
  let candidate: Candidate | null = null;
  let why: string | null = null;
  try {
    candidate = await understood(buffer, origin);
  } catch (error) {
    why = error instanceof Error ? error.message : String(error);
  }
  const again = candidate && (await encodeField(candidate.field, candidate.schema, origin.part));
  const field = candidate && again && "bytes" in again ? candidate.field : hexField(buffer);
  return { field: { ...field, original: { text: field.text, bytes: buffer.toString("base64") } }, why };
}

/** A header's value as it is edited: text of one line, or else hex. */
export function draftHeader(key: string, value: Uint8Array | null): DraftHeader {
  if (value === null) return { key, value: "", kind: "null" };
  const bytes = asBuffer(value);
  const isLine = isText(bytes, 0, bytes.length) && !/[\r\n]/.test(bytes.toString("latin1"));
  return isLine
    ? { key, value: bytes.toString("utf8"), kind: "text" }
    : { key, value: hexField(bytes).text, kind: "hex" };
}

/** 16 bytes a line, as the hex view has them */
function hexField(bytes: Buffer): DraftField {
  const digits = bytes.toString("hex").replace(/../g, "$& ");
  return { encoding: "hex", text: digits.replace(/.{48}/g, (line) => `${line.trimEnd()}\n`).trimEnd() };
}

const plain = (field: DraftField | null): Candidate | null => field && { field, schema: null };

async function understood(bytes: Buffer, origin: DraftOrigin): Promise<Candidate | null> {
  const { choice, schemas, headers, part } = origin;
  if (choice.kind === "format") return plain(byFormat(choice.format, bytes));
  const byFile = choice.kind === "schema" ? await byChosen(bytes, choice, origin.file) : null;
  if (byFile) return byFile;
  const wire = schemas && wireOf(bytes, headers, part, schemas.kind ?? "confluent");
  return (wire && (await byRegistry(bytes, wire, schemas, origin))) ?? plain(bySigns(bytes));
}

async function byRegistry(
  bytes: Buffer,
  wire: Wire,
  schemas: SchemaSource,
  { topic, part }: DraftOrigin,
): Promise<Candidate | null> {
  const { key } = wire;
  const found = schemas.cached(key, topic, part) ?? (await schemas.byId(key, topic, part));
  // named in the same way again, whatever else the registry calls it by
  const schema = { ...found, key };
  const label = found.subject === null ? `schema id ${found.id}` : `${found.subject} v${found.version ?? "?"}`;
  const field: DraftField = { encoding: "schema", text: "", pinned: { key, type: found.type, label } };
  if (found.subject !== null) field.subject = found.subject;
  const data = wire.compressed ? inflateGlue(bytes, MOST) : bytes;
  const start = wire.compressed ? 0 : wire.start;
  if (wire.compressed) field.place = "zlib";
  else if (wire.start === 0) field.place = "header";
  if (schema.type === "JSON") {
    const text = data.subarray(start);
    return isUtf8(text) ? { field: { ...field, text: text.toString("utf8") }, schema } : null;
  }
  const format = await createSchemaFormats().of(found);
  const decoded = format.decodeMessage
    ? format.decodeMessage(data, start, Number.POSITIVE_INFINITY, wire.message)
    : format.decode(data, start, Number.POSITIVE_INFINITY);
  if (decoded.problems.length > 0) return null;
  if (schema.type === "PROTOBUF") {
    const { findMessage, parseProtobuf } = await import("./protobuf/produce.ts");
    field.message = findMessage(parseProtobuf(found), data, start, wire.message).name;
  }
  return { field: { ...field, text: layOutJson(decoded.text) }, schema };
}

async function byChosen(bytes: Buffer, schema: ChosenSchema, file: SchemaFile | null): Promise<Candidate | null> {
  if (!file) return null;
  const field: DraftField = { encoding: "file", text: "", file };
  if (schema.message !== null) field.message = schema.message;
  if (schema.type === "AVRO" && singleObjectFingerprint(bytes) !== null) field.framing = "single-object";
  if (schema.type === "JSON") field.text = bytes.toString("utf8");
  else {
    const format = await new ChosenSchemas().of(schema);
    try {
      const decoded = format.decode(bytes, 0, Number.POSITIVE_INFINITY);
      if (decoded.problems.length > 0) return null;
      field.text = layOutJson(decoded.text);
    } catch {
      // another message of the topic: its rows say what is wrong with it
      return null;
    }
  }
  if (wireSchemaId(bytes) === 0) return { field, schema };
  // what a registry's serializer put before it was passed over, and would be lost
  const again = await encodeField(field, schema);
  return "bytes" in again && again.bytes && bytes.equals(again.bytes) ? { field, schema } : null;
}

/** What is only read has no field. Throws where the bytes are not of that format. */
function byFormat(format: FixedFormat, bytes: Buffer): DraftField | null {
  switch (format) {
    case "hex":
      return hexField(bytes);
    case "json":
    case "text":
      return isText(bytes, 0, bytes.length) ? textField(format, bytes.toString("utf8")) : null;
    case "xml":
      return textField("xml", xmlText(bytes, 0));
    case "avro-container":
      return containerField(bytes);
    case "protobuf-raw":
    case "java":
      return null;
    case "base64": {
      const { bytes: inside, alphabet } = decodeBase64(bytes, 0);
      // it is written again in the usual alphabet, with padding
      return alphabet === "base64" && bytes.length % 4 === 0 ? inWrap("base64", inside) : null;
    }
    case "gzip":
    case "zlib":
    case "zstd":
    case "lz4":
      return unpacked(bytes, format);
    case "snappy": {
      const framed = detectCompressed(bytes);
      return unpacked(bytes, framed?.startsWith("snappy") ? framed : "snappy");
    }
    default: {
      const step = applyFormat(format, bytes, Number.POSITIVE_INFINITY, MOST);
      if ("inside" in step || step.problems.length > 0) return null;
      if (format === "utf-16" || format === "utf-16le" || format === "latin-1") return textField(format, step.text);
      return { encoding: format, text: layOutJson(step.text) };
    }
  }
}

/** By what the bytes themselves say; null when they say nothing. */
function bySigns(bytes: Buffer, inside = false): DraftField | null {
  if (isContainer(bytes)) return containerField(bytes);
  for (const { format, certain } of recognise(bytes)) {
    if (!certain && format !== "xml" && format !== "zlib") continue;
    switch (format) {
      case "gzip":
      case "zlib":
      case "zstd":
      case "lz4":
      case "snappy":
      case "snappy-framed":
      case "snappy-xerial":
        // one step is written: what is in a second one stays bytes
        return inside ? null : unpacked(bytes, format);
      default:
        return byFormat(format === "msgpack" ? "messagepack" : format, bytes);
    }
  }
  if (bytes[0] === 0 || !isText(bytes, 0, bytes.length)) return null;
  const isJson = byteOrderMark(bytes) === 0 && opensContainer(bytes) && scanJson(bytes).ok;
  return textField(isJson ? "json" : "text", bytes.toString("utf8"));
}

const unpacked = (bytes: Buffer, compression: Compression): DraftField =>
  inWrap(compression, unpack(bytes, 0, compression, MOST));

const inWrap = (wrap: Wrap, inside: Buffer): DraftField => ({ ...(bySigns(inside, true) ?? hexField(inside)), wrap });

function containerField(bytes: Buffer): DraftField | null {
  const { header, text, problems } = decodeContainer(bytes, Number.POSITIVE_INFINITY);
  if (problems.length > 0) return null;
  const { schema, codec } = header;
  return { encoding: "avro-container", text: layOutJson(text), container: { schema, codec } };
}

/** null: an editor of text would change its line ends, which are its own beyond JSON and XML */
function textField(encoding: PlainFormat, text: string): DraftField | null {
  const matters = encoding !== "json" && encoding !== "xml";
  return matters && hasOddLineEnds(text) ? null : { encoding, text };
}

/** a carriage return by itself, or line ends of both kinds */
const hasOddLineEnds = (text: string): boolean =>
  /\r(?!\n)/.test(text) || (text.includes("\r") && /(?<!\r)\n/.test(text));
