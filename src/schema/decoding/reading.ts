import type { ReaderSchema } from "../../shared/decoding.ts";
import { messageOf } from "../../shared/userError.ts";
import type { DecodeContext, RegisteredSchema, SchemaQuery } from "../api.ts";
import { fingerprintOf } from "../avro/canonical.ts";
import { type ResolutionChange, type ResolvedAvro, resolveAvro } from "../avro/resolve.ts";
import { type AvroType, parseAvro } from "../avro/schema.ts";
import { fingerprintText } from "../avro/singleObject.ts";
import { listed } from "../problemWords.ts";
import { subjectVersion } from "../registry/subjectSchemas.ts";
import { subjectFor } from "../registry/subjects.ts";
import { type Decoded, type SchemaFormat, type SchemaFormats, schemaName } from "../schemaFormats.ts";
import { containerMeaning, type Meaning } from "./step.ts";

/** A reader's schema, or why there is none. `label` is what it is called: "schemas/order.avsc", "orders-value version 3". */
type Reader = { label: string; type: AvroType } | { label: string; problem: string };

/** How payloads are read that name their writer's schema, where a person has chosen a reader's. */
export interface Reading {
  /** Values of one writer's schema. Never throws; a promise while a schema or code is being fetched. */
  format(writer: RegisteredSchema): SchemaFormat | Promise<SchemaFormat>;
  /** The reader's schema itself, where its fingerprint is this one: it may be the writer's as well. */
  own(fingerprint: bigint): RegisteredSchema | null;
  /** The values of a container, by the schema inside it. Throws a sentence, or rejects with one, when it is none that can be read. */
  container(bytes: Buffer, maxChars: number): Meaning | Promise<Meaning>;
}

/** What a payload that names no Avro schema says, so that nobody takes it for what the reader's schema makes of it. */
export const NAMES_NO_WRITER =
  "It names no Avro schema that it was written with, so the reader's schema that was chosen does not apply.";

/**
 * The readers' schemas that were chosen, and what they make of writers' schemas. What cannot be resolved is a problem, and the value is then there
 * as its writer wrote it.
 */
export class Readers {
  readonly #formats: SchemaFormats;
  readonly #files = new WeakMap<ReaderSchema, Reader>();
  readonly #registered = new WeakMap<RegisteredSchema, Reader>();
  readonly #resolved = new WeakMap<RegisteredSchema, WeakMap<Reader, SchemaFormat>>();

  constructor(formats: SchemaFormats) {
    this.#formats = formats;
  }

  reading(choice: ReaderSchema, context: DecodeContext): Reading {
    return {
      format: (writer) => {
        const plain = this.#formats.of(writer);
        if (plain instanceof Promise || writer.type !== "AVRO") return andThen(plain, (format) => noting(format));
        // what is wrong with the writer's schema says it all
        if (plain.format !== "avro") return plain;
        return andThen(this.#reader(choice, context, writer), (reader) => this.#resolving(plain, writer, reader));
      },
      own: (fingerprint) => {
        const reader = choice.from === "file" ? this.#file(choice) : null;
        if (choice.from !== "file" || !reader || "problem" in reader || fingerprintOf(reader.type) !== fingerprint)
          return null;
        const found = { id: fingerprintText(fingerprint), type: "AVRO", references: [], subject: null, version: null };
        return { ...found, schema: choice.schema, file: choice.label };
      },
      container: (bytes, maxChars) =>
        andThen(this.#reader(choice, context, null), (reader) => readContainer(bytes, maxChars, reader)),
    };
  }

  #resolving(plain: SchemaFormat, writer: RegisteredSchema, reader: Reader): SchemaFormat {
    let known = this.#resolved.get(writer);
    if (!known) {
      known = new WeakMap();
      this.#resolved.set(writer, known);
    }
    let format = known.get(reader);
    if (!format) {
      format = resolving(plain, writer, reader);
      known.set(reader, format);
    }
    return format;
  }

  /** @param writer null: a container, which is registered nowhere */
  #reader(choice: ReaderSchema, context: DecodeContext, writer: RegisteredSchema | null): Reader | Promise<Reader> {
    if (choice.from === "file") return this.#file(choice);
    const { schemas, topic } = context;
    const part = context.part === "header" ? "value" : context.part;
    const subject = choice.subject ?? writer?.subject ?? subjectFor("topic", topic, part, null)!;
    const { version } = choice;
    const label = version === null ? `the latest version of ${subject}` : `${subject} version ${version}`;
    if (!schemas) return { label, problem: "this connection has no schema registry" };
    const query: SchemaQuery = version === null ? `latest:${subject}` : subjectVersion(subject, version);
    const reader = (schema: RegisteredSchema): Reader =>
      this.#of(schema, version === null ? `${label} (${schema.version ?? "unknown"})` : label);
    const known = schemas.cached(query, topic, part);
    if (known) return reader(known);
    return schemas.byId(query, topic, part).then(reader, (error: unknown) => ({
      label,
      problem: `it could not be fetched: ${messageOf(error).replace(/\.$/, "")}`,
    }));
  }

  #file(choice: Extract<ReaderSchema, { from: "file" }>): Reader {
    let reader = this.#files.get(choice);
    if (!reader) {
      reader = parsed(choice.label, { schema: choice.schema, references: [] });
      this.#files.set(choice, reader);
    }
    return reader;
  }

  #of(schema: RegisteredSchema, label: string): Reader {
    let reader = this.#registered.get(schema);
    if (!reader) {
      reader =
        schema.type === "AVRO" ? parsed(label, schema) : { label, problem: `it is no Avro schema (${schema.type})` };
      this.#registered.set(schema, reader);
    }
    return reader;
  }
}

/** For what is a promise only while something is being fetched. */
const andThen = <T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> =>
  value instanceof Promise ? value.then(next) : next(value);

function parsed(label: string, schema: Pick<RegisteredSchema, "schema" | "references">): Reader {
  try {
    return { label, type: parseAvro(schema) };
  } catch (error) {
    return { label, problem: `it cannot be used as a schema: ${messageOf(error)}` };
  }
}

/** Of a value that another format's schema was written with. */
function noting(format: SchemaFormat): SchemaFormat {
  const noted = (decoded: Decoded): Decoded => ({ ...decoded, notes: [NAMES_NO_WRITER] });
  const { decodeMessage } = format;
  return {
    ...format,
    decode: (...all) => noted(format.decode(...all)),
    ...(decodeMessage && { decodeMessage: (...all) => noted(decodeMessage(...all)) }),
  };
}

function resolving(plain: SchemaFormat, writer: RegisteredSchema, reader: Reader): SchemaFormat {
  const asWritten = (why: string, ...all: Parameters<SchemaFormat["decode"]>): Decoded => {
    const decoded = plain.decode(...all);
    return { ...decoded, problems: [notReadable(reader, why), ...decoded.problems] };
  };
  const resolved = resolution(() => parseAvro(writer), reader);
  if (typeof resolved === "string") return { ...plain, decode: (...all) => asWritten(resolved, ...all) };
  const notes = [seenAs(reader, schemaName(writer)), changed(resolved.changes)];
  return {
    ...plain,
    decode(...all) {
      let decoded: Decoded;
      try {
        decoded = resolved.decode(...all);
      } catch (error) {
        // bytes that are no value of the writer's either make this throw, with what is wrong with them
        return asWritten(messageOf(error), ...all);
      }
      return { ...decoded, notes };
    },
  };
}

/** A sentence when there is none. */
function resolution(writer: () => AvroType, reader: Reader): ResolvedAvro | string {
  if ("problem" in reader) return reader.problem;
  try {
    return resolveAvro(writer(), reader.type);
  } catch (error) {
    return messageOf(error);
  }
}

function readContainer(bytes: Buffer, maxChars: number, reader: Reader): Meaning {
  let resolved: ResolvedAvro | string = "";
  let seen: Meaning | null = null;
  let why = "";
  try {
    seen = containerMeaning(bytes, maxChars, (type) => {
      resolved = resolution(() => type, reader);
      if (typeof resolved === "string") throw new Error(resolved);
      return resolved.decodeNext;
    });
    if (seen.problems.length === 0) return noted(seen, reader, resolved);
  } catch (error) {
    why = messageOf(error);
  }
  const written = containerMeaning(bytes, maxChars);
  const unlike = seen?.problems.find((problem) => !written.problems.includes(problem));
  // damage is the same for both
  if (seen && unlike === undefined) return noted(seen, reader, resolved);
  return { ...written, problems: [notReadable(reader, unlike ?? why), ...written.problems] };
}

function noted(seen: Meaning, reader: Reader, resolved: ResolvedAvro | string): Meaning {
  const changes = typeof resolved === "string" ? [] : [changed(resolved.changes)];
  return { ...seen, notes: [...seen.notes, seenAs(reader, "the schema inside it"), ...changes] };
}

const seenAs = ({ label }: Reader, writer: string): string =>
  `As a program with ${label} sees it; it was written with ${writer}.`;

const notReadable = ({ label }: Reader, why: string): string =>
  `not readable with ${label}: ${why}; shown as it was written`;

const CHANGES: readonly [ResolutionChange["kind"], string][] = [
  ["default", "Filled in by default"],
  ["omitted", "Left out"],
  ["alias", "By alias"],
  ["promotion", "Of a wider type"],
  ["symbols", "Unknown symbols"],
];

/** What resolution changes, in one line. */
function changed(changes: readonly ResolutionChange[]): string {
  if (changes.length === 0) return "Both schemas show it alike.";
  const parts = CHANGES.flatMap(([kind, what]) => {
    const texts = changes.filter((change) => change.kind === kind).map(({ text }) => text);
    return texts.length === 0 ? [] : [`${what}: ${listed(texts)}.`];
  });
  return parts.join(" ");
}
