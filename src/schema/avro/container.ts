import { isUtf8 } from "node:buffer";
import { crc32, inflateRawSync, zstdDecompressSync } from "node:zlib";
import { messageOf } from "../../shared/userError.ts";
import { unpackSnappy } from "../plain/snappy.ts";
import type { Decoded } from "../schemaFormats.ts";
import { compileSequence, type DecodeNext } from "./decode.ts";
import { AvroInput, AvroProblem } from "./input.ts";
import { type AvroType, parseAvro } from "./schema.ts";

/**
 * Object container files: a header with the schema, then blocks of values, as files and as messages of their own.
 * Source: Apache Avro 1.12 specification, "Object Container Files".
 */
export interface ContainerHeader {
  /** the schema's text, as it is written */
  schema: string;
  type: AvroType;
  /** "null", "deflate", "snappy", "zstandard"; others are named by the error of the first block */
  codec: string;
  /** all of the header's entries; what is not UTF-8 as "0x" and hex digits */
  metadata: ReadonlyMap<string, string>;
}

/** Bounds a block's size, compressed and not, whatever it claims. */
const MAX_BLOCK = 64 * 1024 * 1024;
const MAX_HEADER = 16 * 1024 * 1024;
const SYNC = 16;

/** Values that take no bytes, in all: a block can claim any number of them. */
const MAX_FREE = 10_000;

/** How the values of a container with this schema are read. May throw a sentence. */
export type DecodeNextOf = (type: AvroType) => DecodeNext;

export const isContainer = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x4f && bytes[1] === 0x62 && bytes[2] === 0x6a && bytes[3] === 0x01;

/**
 * A container that is a message's payload. Throws with a sentence when its header cannot be used. `values` yields the JSON text of one
 * value after the other, each cut beyond `maxChars`, and throws with a sentence where the container is damaged.
 */
export function openContainer(
  bytes: Buffer,
  decodeNextOf: DecodeNextOf = compileSequence,
): {
  header: ContainerHeader;
  values(maxChars: number): Generator<Decoded>;
} {
  const { header, end, sync } = parseHeader(bytes, true)!;
  return {
    header,
    *values(maxChars) {
      const blocks = new Blocks(header, sync, decodeNextOf);
      for (let at = end; at < bytes.length; ) {
        const block = blockAt(bytes, at);
        if (block.next > bytes.length) throw new Error(endsWithin(block, bytes.length - block.from));
        yield* blocks.values(bytes, block, maxChars);
        at = block.next;
      }
    },
  };
}

/**
 * All values of a payload as one JSON array, and what is wrong after those that could be read. Throws as `openContainer` does.
 *
 * @param maxChars stops once the text is longer
 * @param decodeNextOf by the container's own schema without it
 */
export function decodeContainer(
  bytes: Buffer,
  maxChars: number,
  decodeNextOf?: DecodeNextOf,
): Decoded & { header: ContainerHeader } {
  const { header, values } = openContainer(bytes, decodeNextOf);
  const problems = new Set<string>();
  let text = "[";
  let count = 0;
  let cut = false;
  try {
    for (const value of values(maxChars)) {
      text += (count++ === 0 ? "" : ",") + value.text;
      for (const problem of value.problems) problems.add(problem);
      if (text.length > maxChars) {
        cut = true;
        break;
      }
    }
  } catch (error) {
    // what came before stays readable
    problems.add(`after ${count} ${count === 1 ? "value" : "values"}: ${messageOf(error)}`);
  }
  return { header, text: cut ? text : `${text}]`, cut, problems: [...problems] };
}

/**
 * The same for a file of any size, block by block: `chunks` may be a read stream. Yields the header first, then the values. Throws with a
 * sentence where the file is damaged; what was yielded before is right.
 */
export async function* readContainer(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxChars: number,
): AsyncGenerator<ContainerHeader | Decoded> {
  const input = new Chunks(chunks);
  try {
    let opened: ReturnType<typeof parseHeader> = null;
    for (let need = 1024; !opened; need = 2 * input.bytes.length) {
      const all = !(await input.fill(need));
      opened = parseHeader(input.bytes, all);
      if (!opened && input.bytes.length > MAX_HEADER) throw new Error("the container's header is larger than 16 MB");
    }
    yield opened.header;
    const blocks = new Blocks(opened.header, opened.sync, compileSequence);
    input.drop(opened.end);
    while (await input.fill(1)) {
      // count and size are 20 bytes at most
      await input.fill(20);
      const block = blockAt(input.bytes, 0);
      if (!(await input.fill(block.next))) throw new Error(endsWithin(block, input.bytes.length - block.from));
      yield* blocks.values(input.bytes, block, maxChars);
      input.drop(block.next);
    }
  } finally {
    await input.close();
  }
}

interface Block {
  /** values */
  count: number;
  from: number;
  to: number;
  /** where the next block starts */
  next: number;
}

class Blocks {
  readonly #header: ContainerHeader;
  readonly #sync: Buffer;
  readonly #decode: DecodeNext;
  #free = MAX_FREE;
  #number = 0;

  constructor(header: ContainerHeader, sync: Buffer, decodeNextOf: DecodeNextOf) {
    this.#header = header;
    this.#sync = sync;
    this.#decode = decodeNextOf(header.type);
  }

  *values(bytes: Buffer, { count, from, to, next }: Block, maxChars: number): Generator<Decoded> {
    const name = `block ${++this.#number}`;
    if (bytes.compare(this.#sync, 0, SYNC, to, next) !== 0)
      throw new Error(`${name} does not end with the container's sync marker`);
    let data: Buffer;
    try {
      data = decompressed(this.#header.codec, bytes.subarray(from, to));
    } catch (error) {
      throw new Error(`${name} cannot be decompressed: ${messageOf(error)}`, { cause: error });
    }
    let at = 0;
    for (let i = 0; i < count; i++) {
      const value = this.#value(data, at, maxChars, `value ${i + 1} of ${name}`);
      if (value.end === at && --this.#free < 0)
        throw new Error(`${name} claims more than ${MAX_FREE} values that take no bytes`);
      at = value.end;
      yield { text: value.text, cut: value.cut, problems: value.problems };
    }
    if (at < data.length) throw new Error(`${data.length - at} bytes follow the ${count} values of ${name}`);
  }

  #value(data: Buffer, at: number, maxChars: number, name: string): Decoded & { end: number } {
    try {
      return this.#decode(data, at, maxChars);
    } catch (error) {
      throw new Error(`${name}: ${messageOf(error)}`, { cause: error });
    }
  }
}

function decompressed(codec: string, data: Buffer): Buffer {
  const limit = { maxOutputLength: MAX_BLOCK };
  try {
    switch (codec) {
      case "null":
        return data;
      case "deflate":
        return inflateRawSync(data, limit);
      case "zstandard":
        return zstdDecompressSync(data, limit);
      case "snappy": {
        if (data.length < 4) throw new Error("its checksum is missing");
        const out = unpackSnappy(data.subarray(0, -4), MAX_BLOCK);
        if (crc32(out) !== data.readUInt32BE(data.length - 4)) throw new Error("its checksum (CRC-32) is wrong");
        return out;
      }
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") throw new Error("it takes more than 64 MB", { cause: error });
    throw code === undefined ? error : new Error(`its ${codec} data is damaged`, { cause: error });
  }
  throw new Error(
    `the codec ${JSON.stringify(codec.slice(0, 60))} is not supported: null, deflate, snappy and zstandard are`,
  );
}

/** null while more bytes are needed, unless these are `all`. */
function parseHeader(bytes: Buffer, all: boolean): { header: ContainerHeader; sync: Buffer; end: number } | null {
  if (bytes.length >= 4 && !isContainer(bytes))
    throw new Error("the bytes do not start like an Avro container (Obj 01)");
  const entries = new Map<string, Buffer>();
  const input = new AvroInput();
  input.start(bytes, 4, 0);
  try {
    if (bytes.length < 4) input.take(4);
    for (let count = input.long(); count !== 0; count = input.long()) {
      if (count < 0) input.long();
      for (let i = 0; i < (count < 0 ? -count : count); i++) {
        const key = bytes.toString("utf8", input.take(input.length("a metadata key")), input.pos);
        const from = input.take(input.length("metadata"));
        entries.set(key, bytes.subarray(from, input.pos));
      }
    }
    input.take(SYNC);
  } catch (error) {
    if (!(error instanceof AvroProblem)) throw error;
    if (error.atEnd && !all) return null;
    throw new Error(
      error.atEnd ? "the container's header is cut off" : `the container's header is damaged: ${error.message}`,
    );
  }
  const schema = entries.get("avro.schema");
  if (!schema) throw new Error("the container's header has no schema");
  let type: AvroType;
  try {
    type = parseAvro({ schema: schema.toString("utf8"), references: [] });
  } catch (error) {
    throw new Error(`the container's schema cannot be used: ${messageOf(error)}`, { cause: error });
  }
  const header: ContainerHeader = {
    schema: schema.toString("utf8"),
    type,
    codec: entries.get("avro.codec")?.toString("utf8") ?? "null",
    metadata: new Map(
      [...entries].map(([key, value]) => [key, isUtf8(value) ? value.toString("utf8") : `0x${value.toString("hex")}`]),
    ),
  };
  return { header, sync: Buffer.from(bytes.subarray(input.pos - SYNC, input.pos)), end: input.pos };
}

function blockAt(bytes: Buffer, at: number): Block {
  const input = new AvroInput();
  input.start(bytes, at, 0);
  try {
    const count = Number(input.long());
    const size = Number(input.long());
    if (count < 0 || size < 0) throw new AvroProblem(`a block of ${count} values and ${size} bytes`);
    if (size > MAX_BLOCK) throw new AvroProblem("a block of more than 64 MB");
    return { count, from: input.pos, to: input.pos + size, next: input.pos + size + SYNC };
  } catch (error) {
    if (!(error instanceof AvroProblem)) throw error;
    throw new Error(error.atEnd ? "the container ends within a block" : `the container is damaged: ${error.message}`);
  }
}

const endsWithin = ({ count, from, next }: Block, left: number): string =>
  `the container ends within a block of ${count} ${count === 1 ? "value" : "values"}: ${left} of its ${next - from} bytes are there`;

/** Bytes of chunks, joined only as far as they are needed. */
class Chunks {
  bytes: Buffer = Buffer.alloc(0);
  readonly #source: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #ended = false;

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    this.#source = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  }

  /** true once there are at least `size` bytes; false when the chunks end before */
  async fill(size: number): Promise<boolean> {
    const parts = [this.bytes];
    let length = this.bytes.length;
    while (length < size && !this.#ended) {
      const { done, value } = await this.#source.next();
      if (done) this.#ended = true;
      else {
        parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
        length += value.byteLength;
      }
    }
    if (parts.length > 1) this.bytes = Buffer.concat(parts, length);
    return length >= size;
  }

  /** A stream that is not read to its end has to be told. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#source.return?.();
    this.#ended = true;
  }

  drop(size: number): void {
    this.bytes = this.bytes.subarray(size);
  }
}
