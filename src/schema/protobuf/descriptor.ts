import protobuf from "protobufjs";

/**
 * A .proto file in its compiled form, a FileDescriptorProto in base64: what Confluent's Python serializer registers, and what some
 * registries then return as it is. Source: google/protobuf/descriptor.proto, of which this is the part that decoding needs.
 */
const DESCRIPTOR = `syntax = "proto2";
message Set { repeated File file = 1; }
message File { optional string name = 1; optional string package = 2; repeated string dependency = 3; repeated Message message = 4;
  repeated Enumeration enumeration = 5; repeated Field extension = 7; optional Options options = 8; optional string syntax = 12;
  optional int32 edition = 14; }
message Message { optional string name = 1; repeated Field field = 2; repeated Message nested = 3; repeated Enumeration enumeration = 4;
  repeated Field extension = 6; optional Options options = 7; repeated OneOf oneof = 8; repeated Range reserved = 9; }
message Range { optional int32 start = 1; optional int32 end = 2; }
message Options { optional bool packed = 2; optional bool map_entry = 7; optional Features message_features = 12; optional Features field_features = 21;
  optional Features file_features = 50; }
message Features { optional int32 field_presence = 1; optional int32 repeated_field_encoding = 3; optional int32 message_encoding = 5; }
message Field { optional string name = 1; optional string extendee = 2; optional int32 number = 3; optional int32 label = 4;
  optional int32 type = 5; optional string type_name = 6; optional int32 oneof_index = 9; optional string json_name = 10;
  optional Options options = 8; optional bool proto3_optional = 17; }
message OneOf { optional string name = 1; }
message Enumeration { optional string name = 1; repeated Value value = 2; }
message Value { optional string name = 1; optional int32 number = 2; }`;

export interface FileDescriptor {
  name?: string;
  package?: string;
  dependency: string[];
  message: MessageDescriptor[];
  enumeration: EnumDescriptor[];
  extension: FieldDescriptor[];
  options?: Options;
  syntax?: string;
  edition?: number;
}

interface Options {
  packed?: boolean;
  map_entry?: boolean;
  message_features?: Features;
  field_features?: Features;
  file_features?: Features;
}

interface Features {
  field_presence?: number;
  repeated_field_encoding?: number;
  message_encoding?: number;
}

interface MessageDescriptor {
  name: string;
  field: FieldDescriptor[];
  nested: MessageDescriptor[];
  enumeration: EnumDescriptor[];
  extension: FieldDescriptor[];
  options?: Options;
  oneof: { name: string }[];
  /** ends are exclusive */
  reserved: { start: number; end: number }[];
}

interface FieldDescriptor {
  name: string;
  extendee?: string;
  number: number;
  label?: number;
  type: number;
  type_name?: string;
  oneof_index?: number;
  json_name?: string;
  options?: Options;
  proto3_optional?: boolean;
}

interface EnumDescriptor {
  name: string;
  value: { name: string; number: number }[];
}

/** by the descriptor's numbers; null: named by type_name */
const TYPES = [
  null,
  "double",
  "float",
  "int64",
  "uint64",
  "int32",
  "fixed64",
  "fixed32",
  "bool",
  "string",
  null,
  null,
  "bytes",
  "uint32",
  null,
  "sfixed32",
  "sfixed64",
  "sint32",
  "sint64",
];
const GROUP = 10;
const LABELS: Record<number, "required" | "repeated"> = { 2: "required", 3: "repeated" };

/**
 * The file in base64, or null when the text is a .proto file: that always has a character which base64 lacks. Throws an Error with a sentence
 * when it is base64 of something else.
 */
export function parseDescriptor(text: string): FileDescriptor | null {
  const compact = text.replace(/\s+/g, "");
  if (compact === "" || !/^[A-Za-z0-9+/]+=*$/.test(compact)) return null;
  try {
    return read("File", Buffer.from(compact, "base64")) as FileDescriptor;
  } catch (error) {
    throw new Error("it is neither a .proto file nor a descriptor of one in base64", { cause: error });
  }
}

/** The files of a FileDescriptorSet, as `protoc --descriptor_set_out` writes it. Throws an Error with a sentence when it is none. */
export function parseDescriptorSet(bytes: Uint8Array): FileDescriptor[] {
  let set: { file: FileDescriptor[] };
  try {
    set = read("Set", bytes) as { file: FileDescriptor[] };
  } catch (error) {
    throw new Error("this is not a descriptor set (a file that protoc --descriptor_set_out writes)", { cause: error });
  }
  if (set.file.length === 0) throw new Error("this descriptor set has no files");
  return set.file;
}

function read(name: string, bytes: Uint8Array): unknown {
  const type = protobuf.parse(DESCRIPTOR, new protobuf.Root(), { keepCase: true }).root.lookupType(name);
  return type.toObject(type.decode(bytes), { arrays: true });
}

/** What protobufjs takes: the file's types by name, within its package. */
export function namespaceOf(file: FileDescriptor): protobuf.INamespace {
  refuseNames(file);
  const nested = membersOf(file.message, file.enumeration, file.extension);
  // the syntax stands at each outermost type; the file's features are handed down to them
  const edition = editionOf(file);
  const features = featuresOf(file.options?.file_features);
  for (const each of Object.values(nested)) {
    (each as { edition?: string }).edition = edition;
    if (features) each.options = { ...each.options, features: { ...features, ...each.options?.["features"] } };
  }
  const inPackage = (file.package ?? "").split(".").filter((part) => part !== "");
  return inPackage.reduceRight<protobuf.INamespace>((inner, name) => ({ nested: named([[name, inner]]) }), { nested });
}

function editionOf({ syntax, edition }: FileDescriptor): string {
  if (syntax === "editions")
    return edition === undefined || edition <= 1000 ? "2023" : edition === 1001 ? "2024" : "2026";
  return syntax === "proto3" ? "proto3" : "proto2";
}

function featuresOf(features: Features | undefined): Record<string, string> | null {
  if (!features) return null;
  const found: Record<string, string> = {};
  const { field_presence, repeated_field_encoding, message_encoding } = features;
  if (field_presence)
    found["field_presence"] = ["", "EXPLICIT", "IMPLICIT", "LEGACY_REQUIRED"][field_presence] ?? "EXPLICIT";
  if (repeated_field_encoding) found["repeated_field_encoding"] = repeated_field_encoding === 2 ? "EXPANDED" : "PACKED";
  if (message_encoding) found["message_encoding"] = message_encoding === 2 ? "DELIMITED" : "LENGTH_PREFIXED";
  return Object.keys(found).length > 0 ? found : null;
}

function refuseNames(file: FileDescriptor): void {
  const check = (names: { name?: string }[]): void => {
    if (names.some(({ name }) => name === "__proto__")) throw new Error("the name __proto__ cannot be used");
  };
  const each = (message: MessageDescriptor): void => {
    check([...message.nested, ...message.field, ...message.oneof, ...message.enumeration, ...message.extension]);
    for (const { value } of message.enumeration) check(value);
    message.nested.forEach(each);
  };
  check([...file.message, ...file.enumeration, ...file.extension]);
  if ((file.package ?? "").includes("__proto__")) check([{ name: "__proto__" }]);
  for (const { value } of file.enumeration) check(value);
  file.message.forEach(each);
}

/** The file's messages by index path, written with commas. Entries of maps count in paths, as they do in every compiled form. */
export function descriptorIndexes(file: FileDescriptor): { indexes: Map<string, string>; names: string[] } {
  const indexes = new Map<string, string>();
  const names: string[] = [];
  const add = (messages: MessageDescriptor[], prefix: string, before: string): void => {
    for (const [index, message] of messages.entries()) {
      if (message.options?.map_entry) continue;
      const name = prefix === "" ? message.name : `${prefix}.${message.name}`;
      const path = before === "" ? `${index}` : `${before},${index}`;
      indexes.set(path, name);
      names.push(name);
      add(message.nested, name, path);
    }
  };
  add(file.message, file.package ?? "", "");
  return { indexes, names };
}

// from entries, since a name may be __proto__
const named = <T>(entries: [string, T][]): Record<string, T> => Object.fromEntries(entries);

function membersOf(
  messages: MessageDescriptor[],
  enums: EnumDescriptor[],
  extensions: FieldDescriptor[],
  groups: Set<string> = new Set(),
): Record<string, protobuf.AnyNestedObject> {
  return named<protobuf.AnyNestedObject>([
    ...messages
      .filter((message) => !message.options?.map_entry)
      .map((message): [string, protobuf.IType] => [message.name, typeOf(message, groups.has(message.name))]),
    ...enums.map((each): [string, protobuf.IEnum] => [
      each.name,
      { values: named(each.value.map(({ name, number }) => [name, number ?? 0])) },
    ]),
    ...extensions.map((each): [string, protobuf.AnyNestedObject] => [
      each.name,
      { ...fieldOf(each), extend: each.extendee } as protobuf.AnyNestedObject,
    ]),
  ]);
}

function typeOf(message: MessageDescriptor, isGroup: boolean): protobuf.IType {
  const maps = new Map(
    message.nested.filter(({ options }) => options?.map_entry).map((entry) => [entry.name, entry.field]),
  );
  const groups = new Set(
    message.field.filter(({ type }) => type === GROUP).map(({ type_name }) => lastPart(type_name)),
  );
  const type: protobuf.IType = {
    fields: named(
      message.field.map((field) => [field.name, mapOf(field, maps.get(lastPart(field.type_name))) ?? fieldOf(field)]),
    ),
    oneofs: named(
      message.oneof.map(({ name }, index) => [
        name,
        { oneof: message.field.filter(({ oneof_index }) => oneof_index === index).map((field) => field.name) },
      ]),
    ),
    nested: membersOf(message.nested, message.enumeration, message.extension, groups),
  };
  if (message.reserved.length > 0) type.reserved = message.reserved.map(({ start, end }) => [start ?? 0, end - 1]);
  const features = featuresOf(message.options?.message_features);
  if (features) type.options = { features };
  if (isGroup) type.group = true;
  return type;
}

const lastPart = (name: string | undefined): string => (name ?? "").slice((name ?? "").lastIndexOf(".") + 1);

function fieldOf(field: FieldDescriptor): protobuf.IField {
  const rule = LABELS[field.label ?? 1];
  const options: Record<string, unknown> = {};
  if (field.json_name !== undefined) options["json_name"] = field.json_name;
  if (field.options?.packed !== undefined) options["packed"] = field.options.packed;
  if (field.proto3_optional) options["proto3_optional"] = true;
  const features = featuresOf(field.options?.field_features);
  if (features) options["features"] = features;
  return {
    type: TYPES[field.type] ?? field.type_name ?? "",
    id: field.number,
    ...(rule ? { rule } : {}),
    ...(Object.keys(options).length > 0 ? { options } : {}),
  };
}

/** a map, which the compiled form has as a repeated message of its entries */
function mapOf(field: FieldDescriptor, entry: FieldDescriptor[] | undefined): protobuf.IMapField | null {
  const key = entry?.find(({ number }) => number === 1);
  const value = entry?.find(({ number }) => number === 2);
  if (!key || !value) return null;
  const { rule, ...of } = fieldOf(field);
  return { ...of, keyType: fieldOf(key).type, type: fieldOf(value).type };
}
