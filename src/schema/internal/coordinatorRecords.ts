import type { Decoded } from "../schemaFormats.ts";
import { LayoutProblem } from "./input.ts";
import { bare, decodeLayout, type Message, type Type } from "./layout.ts";

/** How the records of one of Kafka's own topics are decoded. */
export interface InternalFormat {
  /** for problems, after "not": "a record of the group coordinator" */
  name: string;
  /** The topic's name belongs to Kafka alone. Otherwise the name is only usual, and bytes that do not fit are somebody else's. */
  reserved: boolean;
  /** Throws with a sentence when the bytes are not such a key. `maxChars`: may stop once the text is longer. */
  key(bytes: Buffer, maxChars: number): Decoded;
  /** @param keyBytes what the value is depends on it */
  value(bytes: Buffer, keyBytes: Buffer | null, maxChars: number): Decoded;
}

/** A kind of record: keys begin with its number, values with their version. */
export interface RecordType {
  /** Kafka's name for key and value, without "Key" and "Value" */
  name: string;
  key: Readonly<Record<string, Type>>;
  value: Message;
}

/**
 * The records of a coordinator (CoordinatorRecordType in Kafka's source), by their number. A key becomes {"type": "OffsetCommit",
 * "data": {…}}, a value {"version": 3, "data": {…}}.
 */
export function coordinatorFormat(name: string, types: Readonly<Record<number, RecordType>>): InternalFormat {
  const known = new Map(
    Object.entries(types).map(([id, { name: typeName, key, value }]) => {
      const data = bare(key);
      return [Number(id), { open: `{"type":${JSON.stringify(typeName)},"data":`, data, value }] as const;
    }),
  );
  const last = Math.max(...known.keys());
  const typeOf = (id: number) => {
    const found = known.get(id);
    if (found) return found;
    throw new LayoutProblem(`records of type ${id} are not known${id > last ? `; the last known is ${last}` : ""}`);
  };
  return {
    name,
    reserved: true,
    key: (bytes, maxChars) =>
      decodeLayout(bytes, maxChars, (input) => {
        const { open, data } = typeOf(input.int16());
        input.out += open;
        data(input);
        input.out += "}";
      }),
    value: (bytes, keyBytes, maxChars) =>
      decodeLayout(bytes, maxChars, (input) => {
        if (!keyBytes || keyBytes.length < 2) {
          throw new LayoutProblem("what the value is depends on the record's key, which is missing");
        }
        typeOf(keyBytes.readInt16BE(0)).value.read(input);
      }),
  };
}
