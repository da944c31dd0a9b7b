import type { Field, Message } from "./message.ts";
import { zeroText } from "./scalars.ts";
import type { ProtobufSchema } from "./schema.ts";

/**
 * A message to start a draft from, as compact JSON in the forms of decode.ts: every field with its type's default, of a oneof the first
 * member, messages within as far as they do not hold themselves. Throws an Error when the schema has no such message.
 */
export function protobufExample(schema: ProtobufSchema, name: string): string {
  const message = schema.messages.find(name);
  if (!message) throw new Error(`the schema has no message called ${name}`);
  const open = new Set<Message>();
  let left = 2000;

  function object(message: Message): string {
    const own = OWN.get(message.name);
    if (own !== undefined) return own;
    open.add(message);
    const oneofs = new Set<string>();
    const members: string[] = [];
    for (const field of message.fields) {
      if (left <= 0 && !field.required) break;
      // extensions are many and seldom meant
      if (field.json.startsWith("[") || isOpen(field)) continue;
      if (field.oneof !== null) {
        if (oneofs.has(field.oneof)) continue;
        oneofs.add(field.oneof);
      }
      left--;
      members.push(field.label + whole(field));
    }
    open.delete(message);
    return `{${members.join(",")}}`;
  }

  function whole(field: Field): string {
    if (field.map) {
      const key = field.map.key.type === "string" ? "key" : zeroText(field.map.key).replaceAll('"', "");
      return `{"${key}":${one(field.map.value)}}`;
    }
    return field.repeated ? `[${one(field)}]` : one(field);
  }

  const one = (field: Field): string => (field.message ? object(field.message) : zeroText(field));
  const isOpen = ({ message, map }: Field): boolean => {
    const held = map ? map.value.message : message;
    return held !== null && (open.has(held) || open.size > 20);
  };

  return object(message);
}

const google = (name: string): string => `google.protobuf.${name}`;

const OWN = new Map(
  Object.entries({
    Timestamp: '"2024-01-31T12:34:56.789Z"',
    Duration: '"1.500s"',
    FieldMask: '""',
    Struct: "{}",
    Value: "null",
    ListValue: "[]",
    Any: "{}",
    BoolValue: "false",
    StringValue: '""',
    BytesValue: '""',
    Int64Value: '"0"',
    UInt64Value: '"0"',
    Int32Value: "0",
    UInt32Value: "0",
    FloatValue: "0",
    DoubleValue: "0",
  }).map(([name, text]) => [google(name), text]),
);
