import {
  type DraftField,
  type DraftFormat,
  type DraftHeader,
  PLAIN_FORMATS,
  type ProduceDraft,
  WRAPS,
} from "../shared/draft.ts";
import { type Loose, number, object, oneOf, text } from "./loose.ts";

/** A draft that was kept, perhaps by another version; null when it makes no sense. */
export function restoredDraft(draft: Loose | null): ProduceDraft | null {
  const key = restoredField(object(draft?.["key"]));
  const value = restoredField(object(draft?.["value"]));
  if (!draft || !key || !value) return null;
  const headers = Array.isArray(draft["headers"]) ? draft["headers"].map(object) : [];
  return {
    key,
    value,
    headers: headers.flatMap((h) => (h ? [restoredHeader(h)] : [])),
    partition: number(draft["partition"]),
  };
}

function restoredHeader(header: Loose): DraftHeader {
  const kind = oneOf(["text", "hex", "null"] as const, header["kind"]);
  // an earlier version knew text and null only
  const isNull = header["isNull"] === true;
  return {
    key: text(header["key"]) ?? "",
    value: text(header["value"]) ?? "",
    kind: kind ?? (isNull ? "null" : "text"),
  };
}

function restoredField(field: Loose | null): DraftField | null {
  const value = text(field?.["text"]);
  const format = restoredFormat(field);
  if (!field || value === null || !format) return null;
  const original = object(field["original"]);
  const [was, bytes] = [text(original?.["text"]), text(original?.["bytes"])];
  return { ...format, text: value, ...(was !== null && bytes !== null ? { original: { text: was, bytes } } : {}) };
}

/** All of a field but its text. */
export function restoredFormat(kept: Loose | null): DraftFormat | null {
  if (!kept) return null;
  const plain = PLAIN_FORMATS.find(({ id }) => id === kept["encoding"])?.id;
  const encoding = plain ?? oneOf(["schema", "file", "avro-container", "null"] as const, kept["encoding"]);
  if (!encoding) return null;
  const format: DraftFormat = { encoding };
  const subject = text(kept["subject"]);
  if (subject !== null) format.subject = subject;
  const message = text(kept["message"]);
  if (message !== null) format.message = message;
  const place = oneOf(["header", "zlib"] as const, kept["place"]);
  if (place) format.place = place;
  const framing = oneOf(["single-object", "container"] as const, kept["framing"]);
  if (framing) format.framing = framing;
  const wrap = oneOf(
    WRAPS.map(({ id }) => id),
    kept["wrap"],
  );
  if (wrap) format.wrap = wrap;
  return withSource(format, kept);
}

/** What its schema is from; null when that is not known any more, and it cannot be without. */
function withSource(format: DraftFormat, kept: Loose): DraftFormat | null {
  switch (format.encoding) {
    case "schema": {
      const pinned = object(kept["pinned"]);
      const key = number(pinned?.["key"]) ?? text(pinned?.["key"]);
      const [type, label] = [text(pinned?.["type"]), text(pinned?.["label"])];
      if (key !== null && type !== null && label !== null) format.pinned = { key, type, label };
      return format.pinned || format.subject !== undefined ? format : null;
    }
    case "file": {
      const file = object(kept["file"]);
      const [uri, label] = [text(file?.["uri"]), text(file?.["label"])];
      const type = oneOf(["AVRO", "PROTOBUF", "JSON"] as const, file?.["type"]);
      if (uri === null || label === null || !type) return null;
      return { ...format, file: { uri, label, type } };
    }
    case "avro-container": {
      const container = object(kept["container"]);
      const [schema, codec] = [text(container?.["schema"]), text(container?.["codec"])];
      return schema === null || codec === null ? null : { ...format, container: { schema, codec } };
    }
    default:
      return format;
  }
}
