import type { AvroNamed, AvroType } from "./schema.ts";

/** Canonical forms longer than this are refused: a schema text of megabytes would be asked for by nobody. */
const MAX_CHARS = 16_000_000;

/**
 * The Parsing Canonical Form: full names, nothing but what decoding needs, no white space. Types of references stand in it where they
 * are used first. Logical types, docs, defaults and aliases are not in it.
 * Source: Apache Avro 1.12 specification, "Transforming into Parsing Canonical Form".
 */
export function canonicalForm(type: AvroType): string {
  const defined = new Set<AvroNamed>();
  let length = 0;

  function form(type: AvroType): string {
    const text = textOf(type);
    if ((length += text.length) > MAX_CHARS) throw new Error("the schema is too large for a fingerprint");
    return text;
  }

  function textOf(type: AvroType): string {
    switch (type.kind) {
      case "array":
        return `{"type":"array","items":${form(type.items)}}`;
      case "map":
        return `{"type":"map","values":${form(type.values)}}`;
      case "union":
        return `[${type.branches.map(form).join(",")}]`;
      case "record":
      case "enum":
      case "fixed": {
        const name = JSON.stringify(type.name);
        if (defined.has(type)) return name;
        defined.add(type);
        return `{"name":${name},"type":"${type.kind}",${bodyOf(type)}}`;
      }
      default:
        return `"${type.kind}"`;
    }
  }

  function bodyOf(type: AvroNamed): string {
    switch (type.kind) {
      case "record":
        return `"fields":[${type.fields.map((field) => `{"name":${JSON.stringify(field.name)},"type":${form(field.type)}}`).join(",")}]`;
      case "enum":
        return `"symbols":${JSON.stringify(type.symbols)}`;
      case "fixed":
        return `"size":${type.size}`;
    }
  }

  return form(type);
}

const EMPTY = 0xc15d213aa4d7a795n;

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let fingerprint = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) fingerprint = (fingerprint >> 1n) ^ ((fingerprint & 1n) === 0n ? 0n : EMPTY);
  return fingerprint;
});

/**
 * CRC-64-AVRO, the 64-bit Rabin fingerprint of a schema's Parsing Canonical Form, as an unsigned integer.
 * Source: Apache Avro 1.12 specification, "Schema Fingerprints".
 */
export function fingerprintOf(type: AvroType): bigint {
  let fingerprint = EMPTY;
  for (const byte of Buffer.from(canonicalForm(type), "utf8"))
    fingerprint = (fingerprint >> 8n) ^ TABLE[Number(fingerprint & 0xffn) ^ byte]!;
  return fingerprint;
}
