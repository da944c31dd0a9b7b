import type { JsonNode } from "../jsonTree.ts";
import { listed, shortened, stepOf } from "../problemWords.ts";
import { encodeWellKnown } from "./encodeWellKnown.ts";
import { BYTES, END_GROUP, START_GROUP } from "./input.ts";
import type { Field, Message } from "./message.ts";
import { ProtobufOutput } from "./output.ts";
import { type EncodeProblem, Problems } from "./problems.ts";
import { isZero, writeScalar } from "./scalarEncode.ts";
import type { ProtobufSchema } from "./schema.ts";

/**
 * JSON to a message's bytes, exact: integers are taken from their digits. Takes ProtoJSON, which is what decode.ts shows: fields by their
 * JSON or original names, extensions as "[full.name]", 64-bit integers as strings or numbers, enums by name or number, bytes as base64,
 * well-known types in their own form, an Any with "@type". A null is a field left out. Fields are written in the order of their numbers;
 * fields without presence are left out when they have their default, as every writer of proto3 does.
 * Problems: unknown fields, a field given twice, several members of a oneof, required fields of proto2 that are missing.
 * Throws an Error with a sentence when the schema has no such message.
 * Source: "ProtoJSON Format".
 */
export function encodeProtobuf(
  schema: ProtobufSchema,
  messageName: string,
  node: JsonNode,
): { bytes: Buffer } | { problems: EncodeProblem[] } {
  const message = schema.messages.find(messageName);
  if (!message) throw new Error(`the schema has no message called ${messageName}`);
  const encoder = new Encoder();
  const bytes = encoder.message(message, node);
  return encoder.problems.list.length > 0 ? { problems: encoder.problems.list } : { bytes };
}

/**
 * The bytes between Confluent's schema id and a message: its index path as zigzag varints, of which [0] is one zero byte.
 * Source: Confluent's wire format.
 */
export function messageIndexHeader(path: number[]): Buffer {
  if (path.length === 1 && path[0] === 0) return Buffer.from([0]);
  const out = new ProtobufOutput();
  for (const number of [path.length, ...path]) out.zigzag(BigInt(number));
  return out.finish();
}

/** The limit of Google's own libraries. */
const MAX_DEPTH = 100;

const NOTHING = Buffer.alloc(0);

export class Encoder {
  readonly problems = new Problems();
  #depth = 0;

  /** The bytes of a message, without a tag or length. */
  message(message: Message, node: JsonNode): Buffer {
    return this.deeper(() => encodeWellKnown(this, message, node) ?? this.fields(message, node));
  }

  /** Runs one level deeper, unless that is too deep. */
  deeper(run: () => Buffer): Buffer {
    if (this.problems.isFull) return NOTHING;
    if (this.#depth >= MAX_DEPTH) {
      this.problems.add(`nested deeper than ${MAX_DEPTH} levels`);
      return NOTHING;
    }
    this.#depth++;
    const bytes = run();
    this.#depth--;
    return bytes;
  }

  /** The same by its fields, whatever its type; members named in `besides` are another's. */
  fields(message: Message, node: JsonNode, besides: readonly string[] = []): Buffer {
    const { problems } = this;
    if (node.kind !== "object") {
      problems.expected(`message ${message.name} (an object)`, node);
      return NOTHING;
    }
    const given = new Map<Field, JsonNode>();
    const chosen = new Map<string, string>();
    for (const { name, value } of node.members) {
      if (besides.includes(name)) continue;
      const field = message.named(name);
      problems.within(stepOf(name), () => {
        if (!field) problems.add(unknownField(message, name));
        else if (given.has(field)) problems.add("the field is given twice");
        else if (value.kind !== "null" || takesNull(field)) {
          given.set(field, value);
          if (field.oneof === null) return;
          const other = chosen.get(field.oneof);
          if (other !== undefined)
            problems.add(`${other} is given too, and of the oneof ${field.oneof} only one may be`);
          chosen.set(field.oneof, name);
        }
      });
    }
    for (const { name, json } of message.required.filter((field) => !given.has(field)))
      problems.within(stepOf(json), () => problems.add(`the required field ${name} is missing`));
    const out = new ProtobufOutput();
    for (const [field, value] of [...given].sort(([a], [b]) => a.number - b.number))
      problems.within(stepOf(field.json), () => this.#field(out, field, value));
    return out.finish();
  }

  #field(out: ProtobufOutput, field: Field, node: JsonNode): void {
    if (this.problems.isFull) return;
    if (field.map) this.#map(out, field, field.map, node);
    else if (field.repeated) this.#items(out, field, node);
    else this.#one(out, field, node, field.presence);
  }

  /** @param always also where it is its type's default */
  #one(out: ProtobufOutput, field: Field, node: JsonNode, always: boolean): void {
    const { message, number } = field;
    if (!message) {
      const value = new ProtobufOutput();
      if (!writeScalar(value, field, node, this.problems)) return;
      const bytes = value.finish();
      if (!always && isZero(bytes)) return;
      out.tag(number, field.wire);
      out.raw(bytes);
      return;
    }
    const bytes = this.message(message, node);
    out.tag(number, field.wire);
    if (field.wire === START_GROUP) {
      out.raw(bytes);
      out.tag(number, END_GROUP);
    } else out.sized(bytes);
  }

  #items(out: ProtobufOutput, field: Field, node: JsonNode): void {
    const { problems } = this;
    if (node.kind !== "array") {
      problems.expected("array", node);
      return;
    }
    const packed = field.packed ? new ProtobufOutput() : null;
    for (const [i, item] of node.items.entries()) {
      if (problems.isFull) return;
      problems.within(`[${i}]`, () => {
        if (item.kind === "null" && !takesNull(field)) problems.add("null cannot be an element");
        else if (packed) writeScalar(packed, field, item, problems);
        else this.#one(out, field, item, true);
      });
    }
    const bytes = packed?.finish();
    if (!bytes || bytes.length === 0) return;
    out.tag(field.number, BYTES);
    out.sized(bytes);
  }

  #map(out: ProtobufOutput, field: Field, { key, value }: NonNullable<Field["map"]>, node: JsonNode): void {
    const { problems } = this;
    if (node.kind !== "object") {
      problems.expected("map (an object)", node);
      return;
    }
    const seen = new Set<string>();
    for (const member of node.members) {
      if (problems.isFull) return;
      problems.within(stepOf(member.name), () => {
        const name = new ProtobufOutput();
        if (!writeScalar(name, key, keyNode(key, member.name, member.at), problems)) return;
        const bytes = name.finish();
        const id = bytes.toString("latin1");
        if (seen.has(id)) problems.add("the key is given twice");
        seen.add(id);
        if (member.value.kind === "null" && !takesNull(value)) {
          problems.add("null cannot be a map's value");
          return;
        }
        const entry = new ProtobufOutput();
        entry.tag(1, key.wire);
        entry.raw(bytes);
        this.#one(entry, { ...value, number: 2 }, member.value, true);
        out.tag(field.number, BYTES);
        out.sized(entry.finish());
      });
    }
  }
}

/** a map's key is a string in JSON, whatever it is */
function keyNode(key: Field, name: string, at: number): JsonNode {
  if (key.type === "bool" && (name === "true" || name === "false"))
    return { kind: "boolean", at, value: name === "true" };
  return { kind: "string", at, value: name };
}

/** Whether null is a value of the field rather than its absence. */
const takesNull = (field: Field): boolean =>
  (field.values?.isNull ?? false) || field.message?.name === "google.protobuf.Value";

function unknownField(message: Message, name: string): string {
  if (/^#\d+$/.test(name)) return `${name} is a field that the schema does not have: it cannot be encoded`;
  const names = message.fields.map((field) => field.json);
  const has = names.length === 0 ? "it has none" : `it has ${listed(names)}`;
  return `the message ${message.name} has no field "${shortened(name)}": ${has}`;
}
