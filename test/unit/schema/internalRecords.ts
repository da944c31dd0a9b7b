import { readFileSync } from "node:fs";
import { internalFormat } from "../../../src/schema/internal/internalFormat.ts";

/** A record that Kafka's own classes wrote, and what they read in it: see MakeRecords.java beside the file. */
export interface KafkaRecord {
  topic: string;
  name: string;
  /** numbers are their digits, as strings */
  version: string;
  keyBytes: Buffer;
  key: unknown;
  valueBytes: Buffer;
  value: unknown;
}

const file = new URL("../../fixtures/internalRecords/records.jsonl", import.meta.url);

export const kafkaRecords = (): KafkaRecord[] =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const record = exactJson(line) as KafkaRecord & { keyBytes: string; valueBytes: string };
      return {
        ...record,
        keyBytes: Buffer.from(record.keyBytes, "hex"),
        valueBytes: Buffer.from(record.valueBytes, "hex"),
      };
    });

/** JSON with numbers as the strings of their digits, so that none is rounded. */
export function exactJson(text: string): unknown {
  const digits = (_name: string, value: unknown, context: { source: string }): unknown =>
    typeof value === "number" ? context.source : value;
  return JSON.parse(text, digits as (name: string, value: unknown) => unknown);
}

/** Without what a person reads beside a number. */
export function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.endsWith("Text"))
      .map(([name, inner]) => [name, withoutTexts(inner)]),
  );
}

export const known = (topic: string) => {
  const format = internalFormat(topic);
  if (!format) throw new Error(`${topic} is not known`);
  return format;
};

/** Bytes of hex digits; spaces are for the reader. */
export const hex = (digits: string): Buffer => Buffer.from(digits.replace(/\s/g, ""), "hex");
