import { parseInstant } from "../avro/dates.ts";
import { type JsonNode, member, stringMember } from "../jsonTree.ts";
import { shortened, stepOf } from "../problemWords.ts";
import type { Encoder } from "./encode.ts";
import { BYTES, FIXED64, VARINT } from "./input.ts";
import type { Message } from "./message.ts";
import { ProtobufOutput } from "./output.ts";
import { floating, isZero, writeScalar } from "./scalarEncode.ts";
import { DURATION_SECONDS, hasOwnForm, snakePath, TIMESTAMP_SECONDS } from "./wellKnown.ts";

/** The bytes of a well-known type from its own form; null for every other type, and where its fields are given instead. */
export function encodeWellKnown(encoder: Encoder, message: Message, node: JsonNode): Buffer | null {
  if (!hasOwnForm(message.name)) return null;
  const kind = message.name.slice("google.protobuf.".length);
  const { problems } = encoder;
  switch (kind) {
    case "Timestamp":
    case "Duration":
      // out of range they are shown by their fields
      if (node.kind === "object") return null;
      return kind === "Timestamp" ? timestamp(encoder, node) : duration(encoder, node);
    case "FieldMask":
      return node.kind === "object" ? null : fieldMask(encoder, node);
    case "Struct":
      return struct(encoder, node);
    case "Value":
      return value(encoder, node);
    case "ListValue":
      return list(encoder, node);
    case "Any":
      return any(encoder, message, node);
    default: {
      const field = message.at(1);
      if (!field) throw new Error(`${message.name} is not defined as it should be`);
      const scalar = new ProtobufOutput();
      if (!writeScalar(scalar, field, node, problems)) return Buffer.alloc(0);
      const bytes = scalar.finish();
      const out = new ProtobufOutput();
      if (!isZero(bytes)) {
        out.tag(1, field.wire);
        out.raw(bytes);
      }
      return out.finish();
    }
  }
}

function secondsAndNanos(seconds: bigint, nanos: bigint): Buffer {
  const out = new ProtobufOutput();
  for (const [number, part] of [
    [1, seconds],
    [2, nanos],
  ] as const) {
    if (part === 0n) continue;
    out.tag(number, VARINT);
    out.varint(part);
  }
  return out.finish();
}

const BILLION = 1_000_000_000n;

function timestamp({ problems }: Encoder, node: JsonNode): Buffer {
  const instant = node.kind === "string" ? parseInstant(node.value, 9) : null;
  if (instant === null) problems.expected('a timestamp like "2024-01-31T12:34:56.789Z"', node);
  else {
    const nanos = ((instant % BILLION) + BILLION) % BILLION;
    const seconds = (instant - nanos) / BILLION;
    const [least, most] = TIMESTAMP_SECONDS;
    if (seconds >= least && seconds <= most) return secondsAndNanos(seconds, nanos);
    problems.add("a timestamp is of the years 0001 to 9999");
  }
  return Buffer.alloc(0);
}

function duration({ problems }: Encoder, node: JsonNode): Buffer {
  const found = node.kind === "string" ? /^(-?)(\d{1,20})(?:\.(\d{1,9}))?s$/.exec(node.value) : null;
  if (!found) problems.expected('a duration like "3.5s"', node);
  else {
    const sign = found[1] === "-" ? -1n : 1n;
    const seconds = BigInt(found[2]!);
    if (seconds <= DURATION_SECONDS)
      return secondsAndNanos(sign * seconds, sign * BigInt((found[3] ?? "").padEnd(9, "0")));
    problems.add(`a duration is of ${DURATION_SECONDS} seconds at most`);
  }
  return Buffer.alloc(0);
}

function fieldMask({ problems }: Encoder, node: JsonNode): Buffer {
  const out = new ProtobufOutput();
  if (node.kind !== "string") problems.expected('paths with commas, like "name,address.city"', node);
  else if (node.value !== "") {
    for (const path of node.value.split(",")) {
      if (path === "") problems.add("a path is empty");
      out.tag(1, BYTES);
      out.sized(Buffer.from(snakePath(path)));
    }
  }
  return out.finish();
}

/** UTF-8, with a problem when it has none. */
function utf8({ problems }: Encoder, text: string): Buffer {
  if (!text.isWellFormed()) problems.add("half a surrogate pair (\\ud800 to \\udfff) cannot be encoded");
  return Buffer.from(text, "utf8");
}

function struct(encoder: Encoder, node: JsonNode): Buffer {
  const out = new ProtobufOutput();
  if (node.kind !== "object") encoder.problems.expected("an object", node);
  else {
    const seen = new Set<string>();
    for (const { name, value: inner } of node.members) {
      encoder.problems.within(stepOf(name), () => {
        if (seen.has(name)) encoder.problems.add("the member is given twice");
        seen.add(name);
        const entry = new ProtobufOutput();
        entry.tag(1, BYTES);
        entry.sized(utf8(encoder, name));
        entry.tag(2, BYTES);
        // an entry is a level too
        entry.sized(encoder.deeper(() => encoder.deeper(() => value(encoder, inner))));
        out.tag(1, BYTES);
        out.sized(entry.finish());
      });
    }
  }
  return out.finish();
}

function list(encoder: Encoder, node: JsonNode): Buffer {
  const out = new ProtobufOutput();
  if (node.kind !== "array") encoder.problems.expected("an array", node);
  else {
    for (const [i, item] of node.items.entries()) {
      encoder.problems.within(`[${i}]`, () => {
        out.tag(1, BYTES);
        out.sized(encoder.deeper(() => value(encoder, item)));
      });
    }
  }
  return out.finish();
}

function value(encoder: Encoder, node: JsonNode): Buffer {
  const out = new ProtobufOutput();
  switch (node.kind) {
    case "null":
      out.tag(1, VARINT);
      out.varint(0n);
      break;
    case "number": {
      const number = floating("double", node, encoder.problems);
      if (number === null) break;
      // the shortest digits of a large double are zeros where it has others
      const isShortest = String(number) === node.text;
      if (!isShortest && /^-?\d+$/.test(node.text) && BigInt(number) !== BigInt(node.text))
        encoder.problems.add(`${shortened(node.text)} would lose digits: numbers of a Value are doubles`);
      out.tag(2, FIXED64);
      out.double(number);
      break;
    }
    case "string":
      out.tag(3, BYTES);
      out.sized(utf8(encoder, node.value));
      break;
    case "boolean":
      out.tag(4, VARINT);
      out.varint(node.value ? 1n : 0n);
      break;
    case "object":
      out.tag(5, BYTES);
      out.sized(encoder.deeper(() => struct(encoder, node)));
      break;
    case "array":
      out.tag(6, BYTES);
      out.sized(encoder.deeper(() => list(encoder, node)));
      break;
  }
  return out.finish();
}

function any(encoder: Encoder, message: Message, node: JsonNode): Buffer {
  const { problems } = encoder;
  const out = new ProtobufOutput();
  if (node.kind !== "object") {
    problems.expected('an object with "@type"', node);
    return out.finish();
  }
  if (node.members.length === 0) return out.finish();
  const url = stringMember(node, "@type");
  if (url === undefined || url === "") {
    problems.add('"@type" is missing: the type\'s URL, like "type.googleapis.com/package.Message"');
    return out.finish();
  }
  const held = message.messages.find(url.slice(url.lastIndexOf("/") + 1));
  const given = member(node, "value");
  let bytes: Buffer = Buffer.alloc(0);
  if (held && !hasOwnForm(held.name)) {
    // of an Empty some writers have "value": {}
    const isEmpty = held.name === "google.protobuf.Empty" && given?.kind === "object" && given.members.length === 0;
    bytes = encoder.deeper(() => encoder.fields(held, node, isEmpty ? ["@type", "value"] : ["@type"]));
  } else if (node.members.length > 2 || !given) {
    problems.add(held ? `of a ${held.name} it has just "@type" and "value"` : unknownType(url));
  } else {
    problems.within(".value", () => {
      const hex = given.kind === "string" ? /^0x((?:[0-9a-fA-F]{2})*)$/.exec(given.value) : null;
      if (held) bytes = encoder.message(held, given);
      else if (hex) bytes = Buffer.from(hex[1]!, "hex");
      else problems.expected(`0x and hex digits, since the schema does not have the type of this Any`, given);
    });
  }
  out.tag(1, BYTES);
  out.sized(utf8(encoder, url));
  if (bytes.length > 0) {
    out.tag(2, BYTES);
    out.sized(bytes);
  }
  return out.finish();
}

const unknownType = (url: string): string =>
  `the schema has no ${shortened(url.slice(url.lastIndexOf("/") + 1))}: give the bytes as "value": "0x…"`;
