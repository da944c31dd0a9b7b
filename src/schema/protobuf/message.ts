import protobuf from "protobufjs";
import { type Piece, pieceOf } from "../jsonText.ts";
import { builtInRoot } from "./builtIn.ts";
import { BYTES, FIXED32, FIXED64, START_GROUP, VARINT } from "./input.ts";
import { type ReadWellKnown, wellKnown } from "./wellKnown.ts";

/** A field as decoding and encoding need it. */
export interface Field {
  /** its place among the message's fields, in the schema's order */
  index: number;
  number: number;
  name: string;
  /** its name in JSON: json_name, or lowerCamelCase; an extension's is in brackets */
  json: string;
  /** `"json":` */
  label: string;
  /** the same, to be written */
  piece: Piece;
  /** a scalar type's name; "enum" or "message" */
  type: string;
  repeated: boolean;
  required: boolean;
  /** whether it is told apart from its default that it was not given */
  presence: boolean;
  /** the wire type of one value */
  wire: number;
  packable: boolean;
  /** written packed */
  packed: boolean;
  message: Message | null;
  values: EnumValues | null;
  /** for maps: both parts of an entry */
  map: { key: Field; value: Field } | null;
  /** name of the oneof that it is a member of */
  oneof: string | null;
  /** its place among the message's oneofs of several fields, or -1 */
  choice: number;
}

export interface EnumValues {
  name: string;
  /** JSON of the first name of each number */
  shown: Map<number, string>;
  numbers: Map<string, number>;
  isNull: boolean;
}

/** A message type, described when it is first used: types may hold themselves, and most of a schema's are never met. */
export class Message {
  /** without a dot before it */
  readonly name: string;
  readonly type: protobuf.Type;
  readonly messages: Messages;
  /** how it is read where its JSON is not simply its fields */
  readonly own: ReadWellKnown | undefined;
  #fields: Field[] | null = null;
  #byNumber: (Field | undefined)[] = [];
  #far: Map<number, Field> | null = null;
  #byName: Map<string, Field> | null = null;
  /** fields that proto2 requires */
  required: Field[] = [];
  /** arrays for the parts of a value while it is read: one for each level that is open */
  readonly spare: unknown[][] = [];
  /** how often its values were read straight, and were not: see straight.ts */
  readonly straight = { hits: 0, misses: 0, tried: 0 };

  constructor(type: protobuf.Type, messages: Messages) {
    this.type = type;
    this.name = type.fullName.slice(1);
    this.messages = messages;
    this.own = wellKnown(this.name);
  }

  get fields(): Field[] {
    return (this.#fields ??= this.#describe());
  }

  at(number: number): Field | undefined {
    if (this.#fields === null) this.#fields = this.#describe();
    return number < NEAR ? this.#byNumber[number] : this.#far?.get(number);
  }

  /** by its name in JSON, its original name, or in brackets an extension's full name */
  named(name: string): Field | undefined {
    if (!this.#byName) {
      this.#byName = new Map(this.fields.map((field) => [field.name, field]));
      for (const field of this.fields) this.#byName.set(field.json, field);
    }
    return this.#byName.get(name);
  }

  #describe(): Field[] {
    const given = this.type.fieldsArray;
    const fields = given.map((field, index) => this.#field(field.resolve(), index));
    const choices = new Map<protobuf.OneOf, number>();
    for (const [index, each] of given.entries()) {
      const field = fields[index]!;
      const { partOf } = each;
      // an optional field of proto3 is in a oneof of its own
      if (partOf && !isOptional(each)) {
        field.oneof = partOf.name;
        if (!choices.has(partOf)) choices.set(partOf, choices.size);
        field.choice = choices.get(partOf)!;
      }
      if (field.number < NEAR) this.#byNumber[field.number] = field;
      else (this.#far ??= new Map()).set(field.number, field);
    }
    this.required = fields.filter(({ required }) => required);
    return fields;
  }

  #field(field: protobuf.Field, index: number): Field {
    const name = nameOf(field);
    const json = jsonName(field, name);
    // maps have no groups, whatever their file says of its fields
    const delimited = field.delimited && !(field instanceof protobuf.MapField);
    const one = this.#typed(field.type, field.resolvedType, delimited);
    const base = {
      index,
      number: field.id,
      name: name.replace(/^\./, ""),
      json,
      label: `${JSON.stringify(json)}:`,
      piece: pieceOf(`${JSON.stringify(json)}:`),
    };
    if (field instanceof protobuf.MapField) {
      const key = { ...this.#typed(field.keyType, null, false), ...base, name: "key" };
      const value = { ...one, ...base, name: "value" };
      return { ...one, ...base, wire: BYTES, packable: false, map: { key, value } };
    }
    return {
      ...one,
      ...base,
      repeated: field.repeated,
      required: field.required && !field.repeated,
      presence: Boolean(field.hasPresence) || one.message !== null,
      packed: field.repeated && one.packable && field.packed,
    };
  }

  #typed(type: string, resolved: protobuf.Type | protobuf.Enum | null, delimited: boolean): Field {
    const field: Field = { ...NONE, type };
    if (resolved instanceof protobuf.Type) {
      field.type = "message";
      field.message = this.messages.of(resolved);
      field.wire = delimited ? START_GROUP : BYTES;
      return field;
    }
    if (resolved) {
      field.type = "enum";
      field.values = enumValues(resolved);
    } else {
      const wire = WIRES.get(type);
      if (wire === undefined) throw new Error(`${type} is not a type of Protobuf`);
      field.wire = wire;
    }
    field.packable = field.wire !== BYTES;
    return field;
  }
}

/** Numbers below this are looked up in an array. */
const NEAR = 1024;

/** All message types of one schema. */
export class Messages {
  readonly #root: protobuf.Root;
  readonly #known = new Map<protobuf.Type, Message>();
  readonly #found = new Map<string, Message>();

  constructor(root: protobuf.Root) {
    this.#root = root;
  }

  of(type: protobuf.Type): Message {
    let message = this.#known.get(type);
    if (!message) {
      message = new Message(type, this);
      this.#known.set(type, message);
    }
    return message;
  }

  /** by its full name, with or without a dot before it; the well-known ones are there in any case; null when there is no such message */
  find(name: string): Message | null {
    const known = this.#found.get(name);
    if (known) return known;
    const path = name.replace(/^\./, "");
    const type = path === "" ? null : typeIn(this.#root, path);
    if (!type)
      return path.startsWith("google.protobuf.") && this !== wellKnownOnes() ? wellKnownOnes().find(path) : null;
    const message = this.of(type);
    this.#found.set(name, message);
    return message;
  }
}

function typeIn(root: protobuf.Root, path: string): protobuf.Type | null {
  const found = root.lookup(`.${path}`, [protobuf.Type]);
  return found instanceof protobuf.Type ? found : null;
}

let builtIn: Messages | null = null;

/** What an Any may hold whatever its schema imports. */
const wellKnownOnes = (): Messages => (builtIn ??= new Messages(builtInRoot()));

const NONE: Field = {
  index: 0,
  number: 0,
  name: "",
  json: "",
  label: "",
  piece: pieceOf(""),
  type: "",
  repeated: false,
  required: false,
  presence: false,
  wire: VARINT,
  packable: false,
  packed: false,
  message: null,
  values: null,
  map: null,
  oneof: null,
  choice: -1,
};

const WIRES = new Map([
  ...["int32", "uint32", "sint32", "int64", "uint64", "sint64", "bool"].map((type) => [type, VARINT] as const),
  ...["fixed32", "sfixed32", "float"].map((type) => [type, FIXED32] as const),
  ...["fixed64", "sfixed64", "double"].map((type) => [type, FIXED64] as const),
  ...["string", "bytes"].map((type) => [type, BYTES] as const),
]);

const isOptional = (field: protobuf.Field): boolean => field.options?.["proto3_optional"] === true;

function enumValues(type: protobuf.Enum): EnumValues {
  const shown = new Map<number, string>();
  const numbers = new Map<string, number>();
  for (const [name, number] of Object.entries(type.values)) {
    numbers.set(name, number);
    // of aliases the first is the one that is shown
    if (!shown.has(number)) shown.set(number, JSON.stringify(name));
  }
  const name = type.fullName.slice(1);
  return { name, shown, numbers, isNull: name === "google.protobuf.NullValue" };
}

/** A group's field is called as its type, in lower case: the parser of texts lowers the first letter only. */
function nameOf(field: protobuf.Field): string {
  const type = field.resolvedType;
  return type instanceof protobuf.Type && (type as { group?: boolean }).group === true && !field.name.startsWith(".")
    ? type.name.toLowerCase()
    : field.name;
}

/** The json_name option, or the name in lowerCamelCase. An extension's name is in brackets. */
function jsonName(field: protobuf.Field, name: string): string {
  const given: unknown = field.options?.["json_name"];
  if (typeof given === "string" && !field.name.startsWith(".")) return given;
  if (field.name.startsWith(".")) return `[${field.name.slice(1)}]`;
  return name.replace(/_+([a-zA-Z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
}
