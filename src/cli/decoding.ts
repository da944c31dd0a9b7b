import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { openDescriptorSet, openProtoFiles, type ProtoFiles } from "../schema/protobuf/workspace.ts";
import { automatically, type DecodeAs, FIXED_FORMATS, type TopicDecoding } from "../shared/decoding.ts";
import { messageOf, UserError } from "../shared/userError.ts";

/** How keys or values are to be decoded, as it stands on the command line. */
type Decoding =
  | Extract<DecodeAs, { kind: "auto" | "format" }>
  | { kind: "file"; type: "avsc" | "proto" | "desc" | "json-schema"; file: string; message: string | null };

export interface Decodings {
  key: Decoding;
  value: Decoding;
}

const FILE_TYPES = ["avsc", "proto", "desc", "json-schema"] as const;

export const DECODE_USAGE = `FORMAT: auto, ${FIXED_FORMATS.map(({ id }) => id).join(", ")};
a schema of a file: avsc:FILE, json-schema:FILE, proto:FILE#MESSAGE, or desc:FILE#MESSAGE of a descriptor set`;

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

function parseDecoding(text: string, how: string): Decoding {
  if (how === "auto") return { kind: "auto" };
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

const bad = (text: string, why: string): UserError =>
  new UserError(`--decode ${text} is unknown: ${why}.`, { code: "bad-option" });

/** With the schemas of the files; rejects with a UserError when a file cannot be read or used. */
export async function openDecodings({ key, value }: Decodings): Promise<TopicDecoding> {
  return { key: await opened(key), value: await opened(value) };
}

async function opened(decoding: Decoding): Promise<DecodeAs> {
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
    throw new UserError(`${file} cannot be used as a schema: ${messageOf(error)}.`, {
      code: "schema-file",
      cause: error,
    });
  }
}

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
