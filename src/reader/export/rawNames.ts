import type { PayloadFormat } from "../../shared/messages.ts";

/** Room for partition, offset, number and extension in the 255 characters that file systems allow. */
const TOPIC_CHARS = 180;

/** Names that Windows keeps for devices, whatever follows their first dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * The name of a value's file, without its extension: a name on every file system, in no other folder, whatever the topic is called (Kafka
 * allows letters, digits, dots, underscores and hyphens; a broker may say anything).
 */
export function rawName(topic: string, partition: number, offset: bigint): string {
  const safe = topic.slice(0, TOPIC_CHARS).replace(/[^A-Za-z0-9._-]/g, "_");
  // ".name" would be hidden, and "-name" an option of many a command
  const shown = /^[A-Za-z0-9_]/.test(safe) && !DEVICE.test(safe) ? safe : `_${safe}`;
  return `${shown}-${partition}-${offset}`;
}

/** With schemas the bytes are those of the topic, schema id in front: no file of the format that they hold. */
const EXTENSIONS: Readonly<Record<PayloadFormat, string>> = {
  json: "json",
  text: "txt",
  empty: "txt",
  avro: "avro",
  protobuf: "pb",
  "json-schema": "bin",
  xml: "xml",
  messagepack: "msgpack",
  cbor: "cbor",
  smile: "smile",
  java: "ser",
  short: "bin",
  integer: "bin",
  long: "bin",
  float: "bin",
  double: "bin",
  boolean: "bin",
  uuid: "txt",
  kafka: "bin",
  extension: "bin",
  "extension-json": "bin",
  binary: "bin",
};

export const extensionOf = (format: PayloadFormat): string => EXTENSIONS[format];
