/** What types, logical types and attributes mean, in a sentence or two. Source: Apache Avro 1.12 specification. */

export const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ["null", "No value; takes no bytes."],
  ["boolean", "true or false; one byte."],
  ["int", "A whole number of 32 bits with a sign; takes one to five bytes, small numbers fewer."],
  ["long", "A whole number of 64 bits with a sign; takes one to ten bytes, small numbers fewer."],
  ["float", "A floating-point number of 32 bits (IEEE 754), about 7 digits."],
  ["double", "A floating-point number of 64 bits (IEEE 754), about 16 digits. For money, use a decimal."],
  ["bytes", "Bytes of any length."],
  ["string", "Text, written as UTF-8."],
  ["record", "Named fields, each with a type of its own. Readers find fields by name."],
  ["error", "A record that a protocol may answer with instead of a value."],
  ["enum", "One of a fixed list of symbols. With a default, readers take it for symbols that they do not know."],
  ["array", "Any number of values of one type, its items."],
  ["map", "Values of one type by keys, which are strings."],
  ["fixed", "A fixed number of bytes, its size."],
]);

export const LOGICAL_WORDS: ReadonlyMap<string, string> = new Map([
  [
    "decimal",
    "An exact decimal number: a whole number in the bytes, of which the last `scale` digits are after the point. `precision` is the most digits that it has.",
  ],
  ["big-decimal", "An exact decimal number of any size, which carries its own scale."],
  ["uuid", "A UUID (RFC 4122): its text in a string, or its 16 bytes in a fixed type."],
  ["date", "A day without a time or a time zone, as days since 1970-01-01."],
  ["time-millis", "A time of day without a date or a time zone, as milliseconds since midnight."],
  ["time-micros", "A time of day without a date or a time zone, as microseconds since midnight."],
  ["timestamp-millis", "An instant, as milliseconds since 1970-01-01T00:00:00Z."],
  ["timestamp-micros", "An instant, as microseconds since 1970-01-01T00:00:00Z."],
  ["timestamp-nanos", "An instant, as nanoseconds since 1970-01-01T00:00:00Z. Since Avro 1.12."],
  ["local-timestamp-millis", "A date and time of no particular time zone, as milliseconds since 1970-01-01T00:00:00."],
  ["local-timestamp-micros", "A date and time of no particular time zone, as microseconds since 1970-01-01T00:00:00."],
  [
    "local-timestamp-nanos",
    "A date and time of no particular time zone, as nanoseconds since 1970-01-01T00:00:00. Since Avro 1.12.",
  ],
  ["duration", "An amount of time: months, days and milliseconds, each an unsigned number of 32 bits, little-endian."],
]);

export const ATTRIBUTE_WORDS: ReadonlyMap<string, string> = new Map([
  ["type", "What kind of type this is, or the name of a type."],
  [
    "name",
    "The name: letters, digits and _, and no digit at the start. That of a type may have its namespace before it, with a dot.",
  ],
  ["namespace", "What goes before the name, and before the names of types within that have no namespace of their own."],
  ["doc", "A description for people; readers ignore it."],
  ["aliases", "Other names under which it may have been written. A reader finds old data by them after a rename."],
  ["fields", "The record's fields: a list of objects with a name and a type."],
  ["symbols", "The enum's values: a list of names, each once."],
  ["items", "The type of the array's items."],
  ["values", "The type of the map's values. Its keys are strings."],
  ["size", "How many bytes the fixed type has."],
  [
    "logicalType",
    "What the value means, beyond its type: a date, a decimal. Readers that do not know it see the plain type.",
  ],
  ["precision", "The most digits that the decimal has."],
  ["scale", "How many of the decimal's digits are after the point. 0 when left out."],
]);

export const FIELD_WORDS: ReadonlyMap<string, string> = new Map([
  ["type", "The field's type: a name, a list of types (a union), or an object."],
  ["name", "The field's name: letters, digits and _, and no digit at the start."],
  ["doc", "A description for people; readers ignore it."],
  [
    "default",
    "What a reader takes where a message lacks the field. With one, the field can be added and removed without breaking readers. Bytes are written as characters up to \\u00ff; that of a union is of its first branch.",
  ],
  ["order", "How records are sorted by the field: ascending, descending, or ignore."],
  [
    "aliases",
    "Other names under which the field may have been written. A reader finds old data by them after a rename.",
  ],
]);

export const ENUM_DEFAULT =
  "The symbol that a reader takes for symbols that it does not know. It is not the default of fields of this type.";

export const ORDER_WORDS: ReadonlyMap<string, string> = new Map([
  ["ascending", "Records are sorted by this field, smaller values first. So it is when nothing is said."],
  ["descending", "Records are sorted by this field, larger values first."],
  ["ignore", "The field does not count when records are sorted."],
]);
