import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Codec } from "../../shared/messages.ts";
import { runWasmBriefly } from "./wasmCodecs.ts";

/** By the lowest three bits of a batch's attributes. */
const CODECS: readonly Codec[] = ["none", "gzip", "snappy", "lz4", "zstd"];

/** Why a batch could not be decompressed, as the second half of a sentence: "…: its gzip data is cut short". */
export class CodecError extends Error {
  override readonly name = "CodecError";
}

/** The codec of a batch's attributes, or null for a number that no codec has. */
export const codecOf = (attributes: number): Codec | null => CODECS[attributes & 7] ?? null;

/**
 * Decompresses the records section of a batch into a buffer of its own. `limit` (bytes) bounds the result whatever the data claims, and is
 * checked before memory is taken. Throws CodecError.
 */
export function decompress(codec: Exclude<Codec, "none">, bytes: Buffer, limit: number): Buffer {
  const data = decompressBriefly(codec, bytes, limit);
  return codec === "snappy" || codec === "lz4" ? Buffer.from(data) : data;
}

/** The same, for a look at the result before the next call: it may lie in memory that is used again. */
export function decompressBriefly(codec: Exclude<Codec, "none">, bytes: Buffer, limit: number): Buffer {
  try {
    switch (codec) {
      case "gzip":
        return gunzipSync(bytes, { maxOutputLength: limit, chunkSize: chunkSize(gzipSize(bytes), bytes, limit) });
      case "zstd":
        return zstdDecompressSync(bytes, {
          maxOutputLength: limit,
          chunkSize: chunkSize(zstdSize(bytes), bytes, limit),
        });
      case "snappy":
        return snappy(bytes, limit);
      case "lz4":
        checkLimit(lz4Bound(bytes), limit);
        return runWasmBriefly("lz4_decompress", bytes);
    }
  } catch (error) {
    if (error instanceof CodecError) throw error;
    const tooLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new CodecError(tooLarge ? beyond(limit) : `its ${codec} data is damaged`, { cause: error });
  }
}

const beyond = (limit: number): string => `it decompresses to more than ${Math.floor(limit / 1048576)} MB`;

function checkLimit(size: number, limit: number): void {
  if (size > limit) throw new CodecError(beyond(limit));
}

/** zlib writes into pieces of this size and joins them: one piece that fits saves the joining. */
function chunkSize(claimed: number, bytes: Buffer, limit: number): number {
  // a claim is only believed as far as it is likely: eight times is common for JSON
  const likely = claimed > 0 && claimed <= bytes.length * 64 ? claimed + 64 : bytes.length * 8;
  return Math.max(1024, Math.min(likely, limit, 4 * 1024 * 1024));
}

/** ISIZE, the last four bytes (RFC 1952): the size modulo 2^32 of the last member. */
const gzipSize = (bytes: Buffer): number => (bytes.length >= 18 ? bytes.readUInt32LE(bytes.length - 4) : 0);

/** Frame_Content_Size where the frame has one (RFC 8878, 3.1.1.1), else 0. */
function zstdSize(bytes: Buffer): number {
  if (bytes.length < 14) return 0;
  const descriptor = bytes[4]!;
  const single = (descriptor & 0x20) !== 0;
  const at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  switch (descriptor >> 6) {
    case 0:
      return single ? bytes[at]! : 0;
    case 1:
      return bytes.readUInt16LE(at) + 256;
    case 2:
      return bytes.length >= at + 4 ? bytes.readUInt32LE(at) : 0;
    default:
      return 0;
  }
}

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);

/** where blocks are joined, used again unless it has grown large */
let joined = Buffer.alloc(0);
const KEEP_JOINED = 16 * 1024 * 1024;

/** One raw block (librdkafka, franz-go), or xerial's framing of several (Java, kafka-python, sarama): header of 16 bytes, then length + block. */
function snappy(bytes: Buffer, limit: number): Buffer {
  if (bytes.length < 16 || bytes.compare(XERIAL, 0, 8, 0, 8) !== 0) {
    checkLimit(snappySize(bytes, 0, bytes.length), limit);
    return runWasmBriefly("snappy_decompress", bytes);
  }
  // a first pass over the lengths, so that the blocks are decompressed into one buffer
  let total = 0;
  for (let at = 16; at < bytes.length; ) {
    const end = at + 4 <= bytes.length ? at + 4 + bytes.readUInt32BE(at) : Number.POSITIVE_INFINITY;
    if (end > bytes.length) throw new CodecError("its snappy data is cut short");
    total += snappySize(bytes, at + 4, end);
    checkLimit(total, limit);
    at = end;
  }
  if (joined.length < total || joined.length > KEEP_JOINED) joined = Buffer.allocUnsafeSlow(total);
  const output = joined;
  let filled = 0;
  for (let at = 16; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > at + 4) {
      const block = runWasmBriefly("snappy_decompress", bytes.subarray(at + 4, end));
      if (block.length > total - filled) throw new CodecError("its snappy data is damaged");
      output.set(block, filled);
      filled += block.length;
    }
    at = end;
  }
  return output.subarray(0, filled);
}

/** The uncompressed size that a raw block starts with, a varint of at most 32 bits. */
function snappySize(bytes: Buffer, from: number, to: number): number {
  let size = 0;
  for (let i = 0, at = from; at < to && i < 5; i++, at++) {
    size += (bytes[at]! & 0x7f) * 2 ** (7 * i);
    if (bytes[at]! < 0x80) return size;
  }
  return 0;
}

/** The most that an lz4 frame can hold (LZ4 frame format 1.6): the sum over its blocks, each at most 255 times its size and at most the block size. */
function lz4Bound(bytes: Buffer): number {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== 0x184d2204) throw new CodecError("its lz4 data is damaged");
  const flags = bytes[4]!;
  const blockMax = 1 << (8 + 2 * ((bytes[5]! >> 4) & 7));
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
  let total = 0;
  while (at + 4 <= bytes.length) {
    const word = bytes.readUInt32LE(at);
    if (word === 0) break;
    const size = word & 0x7fffffff;
    total += word & 0x80000000 ? size : Math.min(blockMax, size * 255);
    at += 4 + size + (flags & 0x10 ? 4 : 0);
  }
  return total;
}
