import { Uri, workspace } from "vscode";
import { openDescriptorSet, openProtoFiles } from "../schema/protobuf/workspace.ts";
import type { DecodeAs } from "../shared/decoding.ts";
import type { SchemaFile } from "../shared/draft.ts";
import { UserError } from "../shared/userError.ts";

export type FileSchema = Extract<DecodeAs, { kind: "schema" }>;

/** Files of the workspace that may hold a schema; more are not offered. */
const mostFiles = 2000;
const mostBytes = 16 * 1024 * 1024;

const patterns = "**/*.{avsc,proto,desc,protoset,schema.json}";
const skipped = "**/{node_modules,target,build,dist,out,.git}/**";

const typeOf = (path: string): "AVRO" | "PROTOBUF" | "JSON" =>
  path.endsWith(".avsc") ? "AVRO" : path.endsWith(".json") ? "JSON" : "PROTOBUF";
/** What stands for a file in a draft. */
export const schemaFileOf = (uri: Uri): SchemaFile => ({
  uri: uri.toString(),
  label: fileLabel(uri),
  type: typeOf(uri.path),
});

const isCompiled = (path: string): boolean => /\.(desc|protoset|pb|binpb)$/.test(path);

/** The workspace's schema files, by path. */
export async function schemaFiles(): Promise<Uri[]> {
  const found = await workspace.findFiles(patterns, skipped, mostFiles);
  return found.sort((a, b) => a.path.localeCompare(b.path));
}

/** How a file is called: its path in the workspace. */
export const fileLabel = (uri: Uri): string => workspace.asRelativePath(uri);

/** Full names of the messages that a file defines; null when its format has but one schema. Rejects with a UserError. */
export async function messagesOf(uri: Uri): Promise<string[] | null> {
  if (typeOf(uri.path) !== "PROTOBUF") return null;
  const names = isCompiled(uri.path)
    ? openSet(uri, await bytesOf(uri)).messages.map(({ name }) => name)
    : (await protoOf(uri)).messages.map(({ name }) => name);
  if (names.length === 0) throw bad(uri, "it defines no message");
  return names;
}

/** The schema of a file as it is now. Rejects with a UserError when it cannot be read or used. */
export async function fileSchema(uri: Uri, message: string | null): Promise<FileSchema> {
  const type = typeOf(uri.path);
  const base = { kind: "schema" as const, type, label: fileLabel(uri), message, references: [], compiled: false };
  if (isCompiled(uri.path)) {
    const bytes = await bytesOf(uri);
    openSet(uri, bytes);
    return { ...base, compiled: true, schema: Buffer.from(bytes).toString("base64") };
  }
  if (type !== "PROTOBUF") return { ...base, schema: await textOf(uri) };
  const files = await protoOf(uri);
  const wanted = message ?? files.messages[0]?.name;
  if (wanted === undefined || !files.messages.some(({ name }) => name === wanted)) {
    throw bad(uri, wanted === undefined ? "it defines no message" : `it has no message called ${wanted}`);
  }
  const { text, imports } = files.textsOf(wanted);
  return {
    ...base,
    message: wanted,
    schema: text,
    references: imports.map((source) => ({ name: source.name, schema: source.text })),
  };
}

async function protoOf(uri: Uri) {
  const folder = workspace.getWorkspaceFolder(uri)?.uri ?? Uri.joinPath(uri, "..");
  // where .proto files usually are imported from
  const roots = ["", "proto", "protos", "src/main/proto", "src/proto"].map((part) => Uri.joinPath(folder, part).path);
  const files = await openProtoFiles([uri.path], {
    roots,
    read: async (path) => {
      const file = uri.with({ path });
      try {
        return await textOf(file);
      } catch {
        // not there: another root may have it
        return null;
      }
    },
  });
  const [problem] = files.problems;
  if (problem) {
    const at = problem.line === null ? "" : ` (${fileLabel(uri.with({ path: problem.file }))}, line ${problem.line})`;
    throw bad(uri, `${problem.message}${at}`);
  }
  return files;
}

function openSet(uri: Uri, bytes: Uint8Array) {
  try {
    return openDescriptorSet(bytes);
  } catch (error) {
    throw bad(uri, error instanceof Error ? error.message : String(error));
  }
}

/** What is open in an editor counts, saved or not. */
async function textOf(uri: Uri): Promise<string> {
  const open = workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  return open ? open.getText() : Buffer.from(await bytesOf(uri)).toString("utf8");
}

async function bytesOf(uri: Uri): Promise<Uint8Array> {
  let size: number;
  try {
    size = (await workspace.fs.stat(uri)).size;
  } catch {
    throw bad(uri, "it is not there any more");
  }
  if (size > mostBytes) throw bad(uri, "it is larger than 16 MB");
  return workspace.fs.readFile(uri);
}

const bad = (uri: Uri, why: string): UserError =>
  new UserError(`${fileLabel(uri)} cannot be used as a schema: ${why}.`, { code: "schema-file" });
