import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseAvro } from "../schema/avro/schema.ts";
import { openDescriptorSet, openProtoFiles, type ProtoFiles } from "../schema/protobuf/workspace.ts";
import {
  automatically,
  type DecodeAs,
  FIXED_FORMATS,
  type ReaderSchema,
  type TopicDecoding,
} from "../shared/decoding.ts";
import { messageOf, UserError } from "../shared/userError.ts";

/** How keys or values are to be decoded, as it stands on the command line. */
type Decoding =
  | Extract<DecodeAs, { kind: "auto" | "format" }>
  | { kind: "file"; type: "avsc" | "proto" | "desc" | "json-schema"; file: string; message: string | null }
  /** an Avro reader's schema, of a file or of a registry */
  | { kind: "reader"; reader: { from: "file"; file: string } | Extract<ReaderSchema, { from: "registry" }> };

export interface Decodings {
  key: Decoding;
  value: Decoding;
}

const FILE_TYPES = ["avsc", "proto", "desc", "json-schema"] as const;

export const DECODE_USAGE = `FORMAT: auto, ${FIXED_FORMATS.map(({ id }) => id).join(", ")};
a schema of a file: avsc:FILE, json-schema:FILE, proto:FILE#MESSAGE, or desc:FILE#MESSAGE of a descriptor set;
an Avro reader's schema: reader:FILE, reader-latest, or reader-version:SUBJECT#VERSION. Values that name the schema they were written
with (in the payload, a header, as a single object or in a container) are printed as a program with the reader's schema sees them: with its
defaults, aliases and wider types, and without the fields it does not ask for. reader-latest is the latest version of each value's own subject`;

/** Reads "key=long", "value=proto:a.proto#pkg.Message"; throws a UserError whose sentence names what is wrong. */
export function parseDecodings(texts: readonly string[]): Decodings {
  const found: Decodings = { ...automatically } as Decodings;
  for (const text of texts) {
    const [, part, how] = /^(key|value)=(.+)$/s.exec(text) ?? [];
    if (part === undefined || how === undefined) throw bad(text, "write key=FORMAT or value=FORMAT");
    found[part as "key" | "value"] = parseDecoding(text, how);
  }
  return found;
}

/** Whether something of the registry is the reader's schema. */
export const usesRegistry = ({ key, value }: Decodings): boolean =>
  [key, value].some((decoding) => decoding.kind === "reader" && decoding.reader.from === "registry");

function parseDecoding(text: string, how: string): Decoding {
  if (how === "auto") return { kind: "auto" };
  if (/^reader[:-]/.test(how)) return { kind: "reader", reader: parseReader(text, how) };
  const type = FILE_TYPES.find((each) => how.startsWith(`${each}:`));
  if (!type) {
    const format = FIXED_FORMATS.find(({ id }) => id === how);
    if (!format) throw bad(text, `there is no format "${how}" (see --help)`);
    return { kind: "format", format: format.id };
  }
  const rest = how.slice(type.length + 1);
  const hash = type === "proto" || type === "desc" ? rest.lastIndexOf("#") : -1;
  const file = hash < 0 ? rest : rest.slice(0, hash);
  const message = hash < 0 ? null : rest.slice(hash + 1);
  if (file === "" || message === "") throw bad(text, `write ${type}:FILE${hash < 0 ? "" : "#MESSAGE"}`);
  return { kind: "file", type, file, message };
}

function parseReader(text: string, how: string): Extract<Decoding, { kind: "reader" }>["reader"] {
  if (how === "reader-latest") return { from: "registry", subject: null, version: null };
  const [, kind, rest] = /^(reader|reader-version):(.+)$/s.exec(how) ?? [];
  if (kind === "reader" && rest !== undefined) return { from: "file", file: rest };
  const [, subject, version] = /^(.+)#([^#]+)$/s.exec(rest ?? "") ?? [];
  if (subject !== undefined && version !== undefined) return { from: "registry", subject, version };
  throw bad(text, "write reader:FILE, reader-latest or reader-version:SUBJECT#VERSION");
}

const bad = (text: string, why: string): UserError =>
  new UserError(`--decode ${text} is unknown: ${why}.`, { code: "bad-option" });

/** With the schemas of the files; rejects with a UserError when a file cannot be read or used. */
export async function openDecodings({ key, value }: Decodings): Promise<TopicDecoding> {
  return { key: await opened(key), value: await opened(value) };
}

async function opened(decoding: Decoding): Promise<DecodeAs> {
  if (decoding.kind === "reader") return { kind: "reader", reader: await openedReader(decoding.reader) };
  if (decoding.kind !== "file") return decoding;
  const { type, file, message } = decoding;
  const base = { kind: "schema" as const, label: file, message, references: [], compiled: false };
  try {
    switch (type) {
      case "avsc":
        return { ...base, type: "AVRO", schema: await readFile(file, "utf8") };
      case "json-schema":
        return { ...base, type: "JSON", schema: await readFile(file, "utf8") };
      case "desc": {
        const bytes = await readFile(file);
        const wanted = chosenMessage(openDescriptorSet(bytes), message);
        return { ...base, type: "PROTOBUF", compiled: true, schema: bytes.toString("base64"), message: wanted };
      }
      case "proto":
        return { ...base, type: "PROTOBUF", ...(await protoTexts(file, message)) };
    }
  } catch (error) {
    throw unusable(file, error);
  }
}

async function openedReader(reader: Extract<Decoding, { kind: "reader" }>["reader"]): Promise<ReaderSchema> {
  if (reader.from === "registry") return reader;
  const { file } = reader;
  try {
    const schema = await readFile(file, "utf8");
    parseAvro({ schema, references: [] });
    return { from: "file", label: file, schema };
  } catch (error) {
    throw unusable(file, error);
  }
}

const unusable = (file: string, cause: unknown): UserError =>
  new UserError(`${file} cannot be used as a schema: ${messageOf(cause)}.`, { code: "schema-file", cause });

/** The message that is asked for, or the only one. */
function chosenMessage({ messages }: ProtoFiles, message: string | null): string {
  const names = messages.map(({ name }) => name);
  if (message === null && names.length === 1) return names[0]!;
  if (message !== null && names.includes(message)) return message;
  const some = names.length > 10 ? `${names.slice(0, 10).join(", ")}, …` : names.join(", ");
  const has = names.length === 0 ? "it defines no message" : `its messages are ${some}`;
  throw new Error(message === null ? `${has}; name one behind a #` : `it has no message called ${message}; ${has}`);
}

async function protoTexts(file: string, message: string | null) {
  // openProtoFiles joins paths with forward slashes
  const path = (name: string): string => resolve(name).replaceAll("\\", "/");
  // so that a missing file is told as such
  await readFile(file);
  const files = await openProtoFiles([path(file)], {
    roots: [".", "proto", "protos", "src/main/proto", "src/proto"].map(path),
    read: (name) => readFile(name, "utf8").catch(ifMissing),
  });
  const [problem] = files.problems;
  if (problem)
    throw new Error(`${problem.message}${problem.line === null ? "" : ` (${problem.file}, line ${problem.line})`}`);
  const wanted = chosenMessage(files, message);
  const { text, imports } = files.textsOf(wanted);
  const references = imports.map((source) => ({ name: source.name, schema: source.text }));
  return { message: wanted, schema: text, references };
}

/** Another root may have it. */
function ifMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
  throw error;
}
