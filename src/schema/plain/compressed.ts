import {
  constants,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from "node:zlib";
import { LZ4_MAGIC, unpackLz4 } from "./lz4.ts";
import { packLz4 } from "./lz4Pack.ts";
import { FRAMED, unpackFramed, unpackSnappy, unpackXerial, XERIAL } from "./snappy.ts";
import { packFramed, packSnappy, packXerial } from "./snappyPack.ts";

/** Ways in which a payload may be compressed as a whole. Raw snappy has no sign of its own: it is for who knows. */
export const COMPRESSIONS = ["gzip", "zlib", "zstd", "lz4", "snappy-xerial", "snappy-framed", "snappy"] as const;

export type Compression = (typeof COMPRESSIONS)[number];

/**
 * How bytes [start, end of bytes) are compressed by the signs at their beginning; null when there are none. The signs of zlib are weak (one pair
 * of bytes in a thousand has them): it is a guess until it unpacks.
 */
export function detectCompressed(bytes: Buffer, start = 0): Compression | null {
  const size = bytes.length - start;
  if (size < 8) return null;
  const [a, b, c, d] = [bytes[start]!, bytes[start + 1]!, bytes[start + 2]!, bytes[start + 3]!];
  // RFC 1952: deflate is the only method; the three highest flags are reserved
  if (a === 0x1f && b === 0x8b && c === 8 && d < 0x20) return "gzip";
  switch (bytes.readUInt32LE(start)) {
    case 0xfd2fb528:
      return "zstd";
    case LZ4_MAGIC:
      return "lz4";
  }
  if (bytes.compare(XERIAL, 0, 8, start, start + 8) === 0) return "snappy-xerial";
  if (size >= 10 && bytes.compare(FRAMED, 0, 10, start, start + 10) === 0) return "snappy-framed";
  // RFC 1950: deflate, a window of up to 32 KB, a check of both bytes, no preset dictionary
  if ((a & 15) === 8 && a >> 4 <= 7 && (256 * a + b) % 31 === 0 && (b & 0x20) === 0) return "zlib";
  return null;
}

/** zstd's window, which is memory beside the result: 8 MB, what every decoder ought to have (RFC 8878, 3.1.1.1.2), or the limit if that is more */
const WINDOW_LOG = { least: 23, most: 27 };

/**
 * What bytes [start, end of bytes) unpack to, all of it, `maxBytes` bytes at most. A payload that holds more is refused, before memory is taken for it where its
 * lengths say so. Besides the result it takes as much again, and for zstd its window. Throws a sentence that begins with "its" or "it".
 */
export function unpack(bytes: Buffer, start: number, compression: Compression, maxBytes: number): Buffer {
  const packed = bytes.subarray(start);
  switch (compression) {
    case "lz4":
      return unpackLz4(packed, maxBytes);
    case "snappy":
      return unpackSnappy(packed, maxBytes);
    case "snappy-xerial":
      return unpackXerial(packed, maxBytes);
    case "snappy-framed":
      return unpackFramed(packed, maxBytes);
    default:
      return unpackByZlib(packed, compression, maxBytes);
  }
}

/** frames of zstd in one payload: each costs a decoder of its own */
const MAX_FRAMES = 1000;

function unpackByZlib(packed: Buffer, compression: "gzip" | "zlib" | "zstd", maxBytes: number): Buffer {
  const parts: Buffer[] = [];
  let room = maxBytes;
  for (let at = 0; ; ) {
    const { buffer, read } = runZlib(packed.subarray(at), compression, room, maxBytes);
    if (buffer.length > room) throw tooLarge(maxBytes);
    parts.push(buffer);
    room -= buffer.length;
    at += read;
    if (at >= packed.length) return parts.length === 1 ? buffer : Buffer.concat(parts);
    // zlib itself goes on with the next member of gzip; of zstd it reads one frame
    const another = compression === "zstd" && packed.length - at >= 4 && isZstdFrame(packed.readUInt32LE(at));
    if (!another || parts.length > MAX_FRAMES)
      throw new Error(`its ${compression} data is followed by ${packed.length - at} more bytes at byte ${at}`);
  }
}

function runZlib(
  piece: Buffer,
  compression: "gzip" | "zlib" | "zstd",
  room: number,
  maxBytes: number,
): { buffer: Buffer; read: number } {
  // pieces of this size are joined: fewer for what is likely, never more than the limit
  const chunkSize = Math.max(1024, Math.min(8 * piece.length, room, 1 << 20));
  try {
    // with `info` the result comes with the engine, which counts the bytes that it has read
    const options = { maxOutputLength: Math.max(1, room), chunkSize, info: true } as const;
    const { buffer, engine } = inflate(piece, compression, options, maxBytes) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return { buffer, read: engine.bytesWritten };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
    if (code === "Z_BUF_ERROR") throw new Error(`its ${compression} data is cut short`, { cause: error });
    throw new Error(`its ${compression} data is damaged: ${message}`, { cause: error });
  }
}

/** a frame, or one that is to be skipped */
const isZstdFrame = (magic: number): boolean => magic === 0xfd2fb528 || magic >>> 4 === 0x184d2a5;

function inflate(
  packed: Buffer,
  compression: "gzip" | "zlib" | "zstd",
  options: { maxOutputLength: number; chunkSize: number; info: true },
  maxBytes: number,
): Buffer {
  switch (compression) {
    case "gzip":
      return gunzipSync(packed, options);
    case "zlib":
      return inflateSync(packed, options);
    case "zstd": {
      const needed = Math.ceil(Math.log2(Math.max(1, maxBytes)));
      const windowLog = Math.min(WINDOW_LOG.most, Math.max(WINDOW_LOG.least, needed));
      return zstdDecompressSync(packed, { ...options, params: { [constants.ZSTD_d_windowLogMax]: windowLog } });
    }
  }
}

const tooLarge = (maxBytes: number): Error => new Error(`it unpacks to more than ${maxBytes} bytes`);

/** Compresses bytes, for `unpack` to give them back. */
export function pack(bytes: Buffer, compression: Compression): Buffer {
  switch (compression) {
    case "gzip":
      return gzipSync(bytes);
    case "zlib":
      return deflateSync(bytes);
    case "zstd":
      return zstdCompressSync(bytes);
    case "lz4":
      return packLz4(bytes);
    case "snappy":
      return packSnappy(bytes);
    case "snappy-xerial":
      return packXerial(bytes);
    case "snappy-framed":
      return packFramed(bytes);
  }
}
