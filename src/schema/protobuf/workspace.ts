import protobuf from "protobufjs";
import { messageOf } from "../../shared/userError.ts";
import { isBuiltIn } from "./builtIn.ts";
import { descriptorIndexes, type FileDescriptor, parseDescriptorSet } from "./descriptor.ts";
import { type ProtobufSchema, type ProtoSource, parseProto, schemaOf } from "./schema.ts";
import { type Place, placeOfImport, placeOfSyntaxError, placeOfType } from "./syntaxPlace.ts";

/** .proto files or a descriptor set, as a place to take schemas from. */
export interface ProtoFiles {
  /** every message of the files asked for, without those of their imports, in the files' order */
  messages: { name: string; file: string }[];
  /** The schema whose main file has this message. Throws an Error with a sentence when there is none or it cannot be used. */
  schemaOf(message: string): ProtobufSchema;
}

/** What is wrong with a file, where that is known: lines and columns count from 1. */
export interface ProtoFileProblem {
  file: string;
  line: number | null;
  column: number | null;
  message: string;
}

/** A file and all that it imports, as texts that `parseProtobuf` takes. */
export interface ProtoTexts {
  text: string;
  imports: { name: string; text: string }[];
}

export interface ProtoFolders {
  /** folders that imports are relative to, the first that has a file wins; a file's own folder is tried last */
  roots: string[];
  /** the text of a file, null when it does not exist */
  read(path: string): Promise<string | null>;
}

/** Files that are read in all: a cycle of links or a whole disk is not a schema. */
const MAX_FILES = 2000;

/**
 * Opens .proto files with everything that they import. A file that cannot be used is left out and said in `problems`, one sentence
 * each; the others can be used all the same. Paths have forward slashes.
 */
export async function openProtoFiles(
  files: string[],
  folders: ProtoFolders,
): Promise<ProtoFiles & { problems: ProtoFileProblem[]; textsOf(message: string): ProtoTexts }> {
  const loader = new Loader(folders);
  const problems: ProtoFileProblem[] = [];
  const messages: ProtoFiles["messages"] = [];
  const mains = new Map<string, { main: ProtoSource; imports: ProtoSource[] }>();
  for (const file of files) {
    try {
      const { main, imports } = await loader.whole(file);
      const schema = placed(file, main.content as string, () => schemaOf(main, imports));
      for (const name of schema.names) messages.push({ name, file });
      mains.set(file, { main, imports });
    } catch (error) {
      if (!(error instanceof ProtoFileError)) throw error;
      problems.push(error.problem);
    }
  }
  const known = new Map<string, ProtobufSchema>();
  const sourcesOf = (message: string) => {
    const found = messages.find(({ name }) => name === message);
    if (!found) throw new Error(`none of the files has a message called ${message}`);
    return { file: found.file, ...mains.get(found.file)! };
  };
  return {
    messages,
    problems,
    schemaOf(message) {
      const { file, main, imports } = sourcesOf(message);
      return kept(known, file, () => schemaOf(main, imports));
    },
    textsOf(message) {
      const { main, imports } = sourcesOf(message);
      const text = ({ content }: ProtoSource): string => content as string;
      return { text: text(main), imports: imports.map((source) => ({ name: source.name, text: text(source) })) };
    },
  };
}

/**
 * Opens a FileDescriptorSet, as `protoc --descriptor_set_out` writes it (with --include_imports, unless nothing but built-in files is
 * imported). Throws an Error with a sentence when it is none.
 */
export function openDescriptorSet(bytes: Uint8Array): ProtoFiles {
  const files = parseDescriptorSet(bytes);
  const byName = new Map(files.map((file) => [file.name ?? "", file]));
  const imported = new Set(files.flatMap(({ dependency }) => dependency));
  const messages: ProtoFiles["messages"] = [];
  const places = new Map<string, FileDescriptor>();
  // what others import comes last: it is seldom what is asked for
  for (const file of [...files].sort(
    (a, b) => Number(imported.has(a.name ?? "")) - Number(imported.has(b.name ?? "")),
  )) {
    for (const name of descriptorIndexes(file).names) {
      messages.push({ name, file: file.name ?? "" });
      places.set(name, file);
    }
  }
  const known = new Map<string, ProtobufSchema>();
  return {
    messages,
    schemaOf(message) {
      const main = places.get(message);
      if (!main) throw new Error(`the descriptor set has no message called ${message}`);
      return kept(known, main.name ?? "", () => {
        const imports = new Map<string, FileDescriptor>();
        const pending = [...main.dependency];
        for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
          const file = byName.get(name);
          if (!file || imports.has(name)) continue;
          imports.set(name, file);
          pending.push(...file.dependency);
        }
        const source = { name: main.name ?? "", content: main };
        const sources = (of: Iterable<[string, FileDescriptor]>) =>
          [...of].map(([name, content]) => ({ name, content }));
        try {
          // an Any may hold what the file does not import
          return schemaOf(source, sources(new Map([...imports, ...byName])));
        } catch (error) {
          // another file of the set may be in nobody's way
          if (imports.size === byName.size) throw error;
          return schemaOf(source, sources(imports));
        }
      });
    },
  };
}

function kept<V>(known: Map<string, V>, key: string, make: () => V): V {
  let value = known.get(key);
  if (value === undefined) known.set(key, (value = make()));
  return value;
}

class ProtoFileError extends Error {
  override readonly name = "ProtoFileError";
  readonly problem: ProtoFileProblem;
  constructor(file: string, place: Place | null, message: string) {
    super(message);
    this.problem = { file, line: place?.line ?? null, column: place?.column ?? null, message };
  }
}

/** Runs; what it throws is said of the file, with its place where the sentence tells enough to find it. */
function placed<T>(file: string, content: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const message = messageOf(error);
    const missing = /^no such (?:Type or Enum|type|Type|Enum) '([\w.]+)'(?: in Type ([\w.]+))?/.exec(message);
    if (!missing) throw new ProtoFileError(file, null, message);
    const [, type = "", within = ""] = missing;
    const where = within === "" ? "" : ` (in ${within.replace(/^\./, "")})`;
    throw new ProtoFileError(
      file,
      placeOfType(content, type, within),
      `the type ${type} is neither defined nor imported${where}`,
    );
  }
}

class Loader {
  readonly #folders: ProtoFolders;
  readonly #texts = new Map<string, Promise<string | null>>();

  constructor(folders: ProtoFolders) {
    this.#folders = folders;
  }

  /** A file and all files that it imports, directly or not, by the names they are imported by. */
  async whole(file: string): Promise<{ main: ProtoSource; imports: ProtoSource[] }> {
    const text = await this.#read(file);
    if (text === null) throw new ProtoFileError(file, null, "the file does not exist");
    const imports = new Map<string, string>();
    const pending = this.#importsOf(file, text).map((name) => ({ name, from: file, text }));
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (imports.has(next.name)) continue;
      const found = await this.#find(next.name, next.from);
      if (!found) {
        if (isBuiltIn(next.name)) continue;
        const looked = [...this.#folders.roots, folderOf(next.from)];
        throw new ProtoFileError(
          next.from,
          placeOfImport(next.text, next.name),
          `the import "${next.name}" was not found in ${[...new Set(looked)].map((each) => each || ".").join(", ")}`,
        );
      }
      // a file that imports the main one, itself perhaps, needs no second copy of it
      if (found.path === file) continue;
      imports.set(next.name, found.text);
      const { path: from, text } = found;
      pending.push(...this.#importsOf(from, text).map((name) => ({ name, from, text })));
    }
    return {
      main: { name: file, content: text },
      imports: [...imports].map(([name, content]) => ({ name, content })),
    };
  }

  async #find(name: string, from: string): Promise<{ path: string; text: string } | null> {
    for (const root of [...this.#folders.roots, folderOf(from)]) {
      const path = root === "" || root === "." ? name : `${root.replace(/\/+$/, "")}/${name}`;
      const text = await this.#read(path);
      if (text !== null) return { path, text };
    }
    return null;
  }

  #read(path: string): Promise<string | null> {
    let text = this.#texts.get(path);
    if (!text) {
      if (this.#texts.size >= MAX_FILES)
        throw new ProtoFileError(path, null, `it and others import more than ${MAX_FILES} files`);
      text = this.#folders.read(path);
      this.#texts.set(path, text);
    }
    return text;
  }

  #importsOf(file: string, text: string): string[] {
    try {
      const { imports = [], weakImports = [] } = parseProto(text, new protobuf.Root());
      return [...imports, ...weakImports];
    } catch (error) {
      const message = messageOf(error);
      throw new ProtoFileError(file, placeOfSyntaxError(text, message), said(message));
    }
  }
}

/** The parser's words, without the line that is told apart. */
function said(message: string): string {
  const plain = message.replace(/ \(line \d+\)$/, "");
  const token = /^illegal token '(.*)', (.+) expected$/s.exec(plain);
  if (token)
    return token[1] === "null"
      ? `the file ends where ${token[2]} is expected`
      : `${token[2]} is expected here, not '${token[1]}'`;
  return /^illegal [\w ]+ 'null'$/.test(plain) ? "the file ends too early" : plain;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));
