import { messageOf } from "../../shared/userError.ts";
import type { RegisteredSchema } from "../api.ts";
import type { WireMessage } from "../registry/wire.ts";
import { readApicurioRef } from "../registry/wireApicurio.ts";
import { readMessageIndexes, WIRE_HEADER } from "../registry/wireConfluent.ts";
import { glueMessage, readGlueIndex } from "../registry/wireGlue.ts";
import type { Decoded, SchemaFormat } from "../schemaFormats.ts";
import { protobufFormat, protobufMessageFormat } from "./decode.ts";
import { type ProtobufSchema, parseProtobuf } from "./schema.ts";
import { openDescriptorSet } from "./workspace.ts";

/** The format of a registered Protobuf schema. Loaded on first use: the parser is larger than all other formats together. */
export function loadProtobuf(schema: RegisteredSchema): SchemaFormat {
  try {
    const parsed = parseProtobuf(schema);
    const format = protobufFormat(parsed);
    return { ...format, decodeMessage: messageDecoder(parsed, format) };
  } catch (error) {
    throw new Error(`schema id ${schema.id} cannot be used: ${messageOf(error)}`);
  }
}

/** Finds the message in each of the ways in which registries' serializers name it. */
function messageDecoder(schema: ProtobufSchema, format: SchemaFormat): NonNullable<SchemaFormat["decodeMessage"]> {
  const known = new Map<string, SchemaFormat>();
  const named = (name: string): SchemaFormat => {
    let found = known.get(name);
    if (!found) known.set(name, (found = protobufMessageFormat(schema, name)));
    return found;
  };
  return (bytes, start, maxChars, message): Decoded => {
    if (message.kind === "indexes-here") return format.decode(bytes, start, maxChars);
    const found = findMessage(schema, bytes, start, message);
    return named(found.name).decode(bytes, found.start, maxChars);
  };
}

/** Which message a value is, by its full name, and where it begins. Throws with a sentence when that is not to be found out. */
export function findMessage(
  schema: ProtobufSchema,
  bytes: Buffer,
  start: number,
  message: WireMessage,
): { name: string; start: number } {
  const first = (): string => {
    const [name] = schema.names;
    if (name === undefined) throw new Error("the schema has no message");
    return name;
  };
  /** a message by its name without the package, as Apicurio has it */
  const bySimpleName = (name: string): string => {
    const found = schema.names.find((full) => full === name || full.endsWith(`.${name}`));
    if (found === undefined) throw new Error(`the schema has no message called ${name}`);
    return found;
  };
  const byIndexes = (indexes: readonly number[]): string => {
    const name = schema.names.find((one) => isAt(schema, one, indexes));
    if (name === undefined) throw new Error(`the schema has no message at index [${indexes.join(", ")}]`);
    return name;
  };
  switch (message.kind) {
    case "indexes-here": {
      const read = readMessageIndexes(bytes, start);
      if (!read) throw new Error("no message indexes follow the schema id");
      return { name: byIndexes(read.indexes), start: read.end };
    }
    case "indexes":
      return { name: message.indexes === null ? first() : byIndexes(message.indexes), start };
    case "ref": {
      const ref = readApicurioRef(bytes, start);
      const name = ref?.name ?? message.name;
      return { name: name === null ? first() : bySimpleName(name), start: ref?.end ?? start };
    }
    case "number-here": {
      const number = readGlueIndex(bytes, start);
      const name = number && glueMessage(schema.names, number.index);
      if (!number || name === null)
        throw new Error(`the schema has no message of the number ${number?.index ?? "that should be here"}`);
      return { name, start: number.end };
    }
  }
}

const isAt = (schema: ProtobufSchema, name: string, indexes: readonly number[]): boolean => {
  const found = schema.indexesOf(name);
  return found !== null && found.length === indexes.length && found.every((index, i) => index === indexes[i]);
};

/**
 * The format of payloads that hold one message of a schema that a person named. What Confluent's serializers put before a message is
 * passed over: no message begins with a zero byte. Throws with a sentence.
 *
 * @param compiled the schema is a descriptor set in base64
 * @param message its full name; null: the file's first
 */
export function loadMessage(
  schema: Pick<RegisteredSchema, "schema" | "references">,
  compiled: boolean,
  message: string | null,
): SchemaFormat {
  const { parsed, name } = openMessage(schema, compiled, message);
  const bare = protobufMessageFormat(parsed, name);
  const framed = protobufFormat(parsed);
  return {
    ...bare,
    decode: (bytes, start, maxChars) =>
      bytes[start] === 0 ? framed.decode(bytes, start + WIRE_HEADER, maxChars) : bare.decode(bytes, start, maxChars),
  };
}

/** The schema that has a message, and the message's full name. Parameters and errors as of `loadMessage`. */
export function openMessage(
  schema: Pick<RegisteredSchema, "schema" | "references">,
  compiled: boolean,
  message: string | null,
): { parsed: ProtobufSchema; name: string } {
  const set = compiled ? openDescriptorSet(Buffer.from(schema.schema, "base64")) : null;
  const parsed = set ? set.schemaOf(message ?? set.messages[0]?.name ?? "") : parseProtobuf(schema);
  const name = message ?? parsed.names[0];
  if (name === undefined) throw new Error("it has no message");
  return { parsed, name };
}
