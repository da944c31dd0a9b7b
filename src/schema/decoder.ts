import type { Cell, PayloadFormat, PayloadView, SchemaRef } from "../shared/messages.ts";
import { messageOf, UserError } from "../shared/userError.ts";
import type { DecodeContext, Decoder, RegisteredSchema } from "./api.ts";
import { isPlausibleWire, WIRE_HEADER, wireSchemaId } from "./confluent.ts";
import { hexLength, hexText } from "./hex.ts";
import { opensContainer, scanJson } from "./json.ts";
import { compactJson, prettyJson, prettyLength } from "./jsonLayout.ts";
import { jsonBeginning, LARGE, largeText, largeView } from "./largeView.ts";
import { createSchemaFormats, type SchemaFormat, type SchemaFormats } from "./schemaFormats.ts";
import {
  asBuffer,
  byteOrderMark,
  characterStart,
  closesContainer,
  cutAt,
  isText,
  oneLine,
  PREVIEW_BYTES,
  utf16Length,
} from "./text.ts";

/** Longest text that is ever made of one payload, in UTF-16 units: V8's strings end at about 500 million. */
const MAX_TEXT = 200_000_000;

/** Text of a small payload's preview; only a schema made to blow up comes near it. */
const MAX_SMALL_TEXT = 1_000_000;

const NONE: string[] = [];

/**
 * The automatic choice, made for each payload on its own: empty; Confluent's wire format where a registry knows the id; JSON (objects
 * and arrays); text; bytes. See `Decoder` for the contract.
 */
export function createDecoder(): Decoder {
  const formats = createSchemaFormats();
  return {
    preview(bytes, context, maxChars) {
      if (bytes.length === 0) return { format: "empty", text: "", cut: false, problems: NONE };
      const buffer = asBuffer(bytes);
      if (buffer[0] === 0) {
        const id = wireSchemaId(buffer);
        if (id !== 0 && context.part !== "header")
          return previewWire(formats, buffer, id, context, context.part, maxChars);
      }
      return previewPlain(buffer, maxChars, NONE);
    },
    view(bytes, context, maxChars) {
      const buffer = asBuffer(bytes);
      const limit = Math.min(maxChars, MAX_TEXT);
      if (bytes.length === 0) return plainView("empty", "", 0, 0, NONE);
      const id = wireSchemaId(buffer);
      if (id !== 0 && context.part !== "header") return viewWire(formats, buffer, id, context, context.part, limit);
      return viewPlain(buffer, limit, NONE);
    },
    viewInTurns(bytes, context, maxChars, signal) {
      if (bytes.length <= LARGE) return this.view(bytes, context, maxChars);
      const buffer = asBuffer(bytes);
      const limit = Math.min(maxChars, MAX_TEXT);
      const id = wireSchemaId(buffer);
      if (id !== 0 && context.part !== "header")
        return viewWire(formats, buffer, id, context, context.part, limit, Number.isFinite(maxChars));
      return viewLarge(buffer, limit, signal);
    },
  };
}

// ---------------------------------------------------------------------------------------------- without a schema

function previewPlain(bytes: Buffer, maxChars: number, problems: string[]): Cell {
  const whole = bytes.length <= PREVIEW_BYTES;
  const end = whole ? bytes.length : characterStart(bytes, 0, PREVIEW_BYTES);
  if (bytes[0] !== 0 && isText(bytes, 0, end)) {
    const start = byteOrderMark(bytes);
    if (opensContainer(bytes, start)) {
      const scan = scanJson(bytes, start, end, !whole);
      if (scan.ok && (whole || closesContainer(bytes))) {
        const text = compactJson(bytes, start, end, scan.spaces, 3 * maxChars + 4);
        return cell("json", text, maxChars, !whole, start > 0 ? [...problems, BOM_PROBLEM] : problems);
      }
    }
    // a UTF-16 unit takes three bytes at most
    const to = Math.min(end, 3 * maxChars + 4);
    return cell("text", bytes.toString("utf8", 0, to), maxChars, to < bytes.length, problems);
  }
  return hexCell(bytes, maxChars, problems);
}

function cell(format: PayloadFormat, text: string, maxChars: number, more: boolean, problems: string[]): Cell {
  const line = oneLine(text.length > maxChars ? cutAt(text, maxChars) : text);
  const shown = cutAt(line, maxChars);
  return { format, text: shown, cut: more || text.length > maxChars || shown.length < line.length, problems };
}

function hexCell(bytes: Buffer, maxChars: number, problems: string[]): Cell {
  return { format: "binary", text: hexText(bytes, maxChars), cut: hexLength(bytes.length) > maxChars, problems };
}

function viewPlain(bytes: Buffer, maxChars: number, problems: string[]): PayloadView {
  const size = bytes.length;
  if (bytes[0] === 0 || !isText(bytes, 0, size)) return hexView(bytes, null, maxChars, problems);
  const start = byteOrderMark(bytes);
  if (opensContainer(bytes, start)) {
    const json = jsonText(bytes, start, maxChars);
    if (json) return plainView("json", json.text, json.cut, size, start > 0 ? [...problems, BOM_PROBLEM] : problems);
  }
  const length = utf16Length(bytes, 0, size);
  const text = cutAt(bytes.toString("utf8", 0, Math.min(size, 3 * maxChars + 4)), maxChars);
  return plainView("text", text, length - text.length, size, problems);
}

async function viewLarge(bytes: Buffer, maxChars: number, signal?: AbortSignal): Promise<PayloadView> {
  const found = await largeText(bytes, maxChars, signal);
  if (!found) return hexView(bytes, null, maxChars, NONE);
  return largeView(found, bytes.length, found.json && byteOrderMark(bytes) > 0 ? [BOM_PROBLEM] : NONE);
}

const BOM_PROBLEM = "starts with a byte order mark, which JSON does not allow";

/** JSON laid out for the detail pane; null when it is not JSON. The bytes must be UTF-8. */
function jsonText(bytes: Buffer, start: number, maxChars: number): { text: string; cut: number } | null {
  const scan = scanJson(bytes, start);
  if (!scan.ok) return null;
  const length = prettyLength(scan, bytes.length - start);
  const text = cutAt(prettyJson(bytes, start, bytes.length, scan, 3 * maxChars + 4).toString("utf8"), maxChars);
  return { text, cut: length - text.length };
}

const plainView = (
  format: PayloadFormat,
  text: string,
  textCut: number,
  size: number,
  problems: string[],
): PayloadView => ({ format, text, textCut, size, schema: null, problems });

function hexView(bytes: Buffer, schema: SchemaRef | null, maxChars: number, problems: string[]): PayloadView {
  const text = hexText(bytes, maxChars);
  return {
    format: "binary",
    text,
    textCut: hexLength(bytes.length) - text.length,
    size: bytes.length,
    schema,
    problems,
  };
}

// ------------------------------------------------------------------------------------------------- with a schema

type Part = "key" | "value";

function previewWire(
  formats: SchemaFormats,
  bytes: Buffer,
  id: number,
  context: DecodeContext,
  part: Part,
  maxChars: number,
): Cell | Promise<Cell> {
  const { schemas } = context;
  if (!schemas) return hexCell(bytes, maxChars, withoutRegistry(id, bytes.length));
  const known = schemas.cached(id, context.topic, part);
  if (known) return previewWith(formats, bytes, known, maxChars);
  return schemas.byId(id, context.topic, part).then(
    (schema) => previewWith(formats, bytes, schema, maxChars),
    (error: unknown) => hexCell(bytes, maxChars, [unknownSchema(id, error)]),
  );
}

function previewWith(
  formats: SchemaFormats,
  bytes: Buffer,
  schema: RegisteredSchema,
  maxChars: number,
): Cell | Promise<Cell> {
  const format = formats.of(schema);
  if (format instanceof Promise) return format.then((loaded) => previewAs(loaded, bytes, maxChars));
  return previewAs(format, bytes, maxChars);
}

function previewAs(format: SchemaFormat, bytes: Buffer, maxChars: number): Cell {
  try {
    // small payloads are decoded to their end, so that what is wrong with them shows in the grid
    const decoded = format.decode(bytes, WIRE_HEADER, bytes.length <= PREVIEW_BYTES / 2 ? MAX_SMALL_TEXT : maxChars);
    return cell(format.format, decoded.text, maxChars, decoded.cut, decoded.problems);
  } catch (error) {
    return hexCell(bytes, maxChars, [`not ${format.name}: ${messageOf(error)}`]);
  }
}

function viewWire(
  formats: SchemaFormats,
  bytes: Buffer,
  id: number,
  context: DecodeContext,
  part: Part,
  maxChars: number,
  beginning = false,
): PayloadView | Promise<PayloadView> {
  const { schemas } = context;
  if (!schemas) return hexView(bytes, null, maxChars, withoutRegistry(id, bytes.length));
  const known = schemas.cached(id, context.topic, part);
  if (known) return viewWith(formats, bytes, known, maxChars, beginning);
  return schemas.byId(id, context.topic, part).then(
    (schema) => viewWith(formats, bytes, schema, maxChars, beginning),
    (error: unknown) =>
      hexView(bytes, { id, type: null, subject: null, version: null }, maxChars, [unknownSchema(id, error)]),
  );
}

function viewWith(
  formats: SchemaFormats,
  bytes: Buffer,
  schema: RegisteredSchema,
  maxChars: number,
  beginning: boolean,
): PayloadView | Promise<PayloadView> {
  const format = formats.of(schema);
  if (format instanceof Promise) return format.then((loaded) => viewAs(loaded, bytes, schema, maxChars, beginning));
  return viewAs(format, bytes, schema, maxChars, beginning);
}

/** @param beginning what has more than `maxChars` characters is decoded to about there only */
function viewAs(
  format: SchemaFormat,
  bytes: Buffer,
  schema: RegisteredSchema,
  maxChars: number,
  beginning: boolean,
): PayloadView {
  const ref: SchemaRef = { id: schema.id, type: schema.type, subject: schema.subject, version: schema.version };
  try {
    const limit = beginning ? maxChars : Math.max(maxChars, Math.min(MAX_TEXT, 16_000_000 + 64 * bytes.length));
    const { text, cut, problems } = format.decode(bytes, WIRE_HEADER, limit);
    const view = { format: format.format, size: bytes.length, schema: ref };
    if (cut && beginning) return { ...view, text: jsonBeginning(text, maxChars), textCut: 1, shownBytes: 0, problems };
    if (cut) {
      const shown = cutAt(text, maxChars);
      const limited = `only the first ${text.length} characters of the value are shown`;
      return { ...view, text: shown, textCut: text.length - shown.length, problems: [...problems, limited] };
    }
    const laidOut = jsonText(Buffer.from(text), 0, maxChars);
    if (!laidOut) throw new Error("the decoder did not make JSON of it; please report this");
    return { ...view, text: laidOut.text, textCut: laidOut.cut, problems };
  } catch (error) {
    return hexView(bytes, ref, maxChars, [`not ${format.name}: ${messageOf(error)}`]);
  }
}

function withoutRegistry(id: number, size: number): string[] {
  if (!isPlausibleWire(id, size)) return NONE;
  return [`starts like a Confluent schema id ${id}, but this connection has no schema registry`];
}

function unknownSchema(id: number, error: unknown): string {
  if (error instanceof UserError && error.code === "unknown-schema") return `not Avro: ${error.message}`;
  return `not decoded: schema id ${id} could not be fetched: ${messageOf(error)}`;
}
