import protobuf from "protobufjs";

/**
 * A .proto file in its compiled form, a FileDescriptorProto in base64: what Confluent's Python serializer registers, and what some
 * registries then return as it is. Source: google/protobuf/descriptor.proto, of which this is the part that decoding needs.
 */
const DESCRIPTOR = `syntax = "proto2";
message File { optional string package = 2; repeated string dependency = 3; repeated Message message = 4; repeated Enumeration enumeration = 5;
  repeated Field extension = 7; }
message Message { optional string name = 1; repeated Field field = 2; repeated Message nested = 3; repeated Enumeration enumeration = 4;
  repeated Field extension = 6; optional Options options = 7; repeated OneOf oneof = 8; }
message Options { optional bool map_entry = 7; }
message Field { optional string name = 1; optional string extendee = 2; optional int32 number = 3; optional int32 label = 4;
  optional int32 type = 5; optional string type_name = 6; optional int32 oneof_index = 9; optional string json_name = 10; }
message OneOf { optional string name = 1; }
message Enumeration { optional string name = 1; repeated Value value = 2; }
message Value { optional string name = 1; optional int32 number = 2; }`;

export interface FileDescriptor {
  package: string;
  dependency: string[];
  message: MessageDescriptor[];
  enumeration: EnumDescriptor[];
  extension: FieldDescriptor[];
}

interface MessageDescriptor {
  name: string;
  field: FieldDescriptor[];
  nested: MessageDescriptor[];
  enumeration: EnumDescriptor[];
  extension: FieldDescriptor[];
  options?: { map_entry?: boolean };
  oneof: { name: string }[];
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

/** The file in base64, or null when the text is a .proto file: that always has a character which base64 lacks. */
export function parseDescriptor(text: string): FileDescriptor | null {
  const compact = text.replace(/\s+/g, "");
  if (compact === "" || !/^[A-Za-z0-9+/]+=*$/.test(compact)) return null;
  const File = protobuf.parse(DESCRIPTOR, new protobuf.Root(), { keepCase: true }).root.lookupType("File");
  return File.toObject(File.decode(Buffer.from(compact, "base64")), { arrays: true }) as FileDescriptor;
}

/** What protobufjs takes: the file's types by name, within its package. */
export function namespaceOf(file: FileDescriptor): protobuf.INamespace {
  const nested = membersOf(file.message, file.enumeration, file.extension);
  const inPackage = (file.package ?? "").split(".").filter((part) => part !== "");
  return inPackage.reduceRight<protobuf.INamespace>((inner, name) => ({ nested: named([[name, inner]]) }), { nested });
}

/** The full name of the message at an index path. Entries of maps count, as they do in every compiled form. */
export function descriptorNameAt(file: FileDescriptor, path: number[]): string | null {
  let messages = file.message;
  let name = file.package ?? "";
  for (const index of path) {
    const message = messages[index];
    if (!message) return null;
    name += `.${message.name}`;
    messages = message.nested;
  }
  return path.length > 0 ? name.replace(/^\.?/, ".") : null;
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
  if (isGroup) type.group = true;
  return type;
}

const lastPart = (name: string | undefined): string => (name ?? "").slice((name ?? "").lastIndexOf(".") + 1);

function fieldOf(field: FieldDescriptor): protobuf.IField {
  const rule = LABELS[field.label ?? 1];
  return {
    type: TYPES[field.type] ?? field.type_name ?? "",
    id: field.number,
    ...(rule ? { rule } : {}),
    ...(field.json_name === undefined ? {} : { options: { json_name: field.json_name } }),
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
