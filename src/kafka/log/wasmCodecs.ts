import { readFileSync } from "node:fs";

/**
 * Raw snappy blocks and lz4 frames, by the wasm build inside @platformatic/wasm-utils (Rust's snap and lz4_flex).
 *
 * The package's own wrapper keeps one instance for ever. On malformed input the module traps, and every trap leaves its stack a little
 * shorter: after some two thousand corrupt batches good ones fail too. So the instance is ours: a new one after every trap (0.2 ms), and after a
 * batch that made its memory grow large, since wasm memory never shrinks.
 */
interface Exports {
  memory: WebAssembly.Memory;
  alloc(size: number): number;
  dealloc(at: number, size: number): void;
  /** each gives (address << 32 | length) of a result to be freed by the caller; traps on malformed input */
  snappy_compress(at: number, size: number): bigint;
  snappy_decompress(at: number, size: number): bigint;
  lz4_compress(at: number, size: number): bigint;
  lz4_decompress(at: number, size: number): bigint;
}

type Operation = "snappy_compress" | "snappy_decompress" | "lz4_compress" | "lz4_decompress";

const KEEP_MEMORY = 32 * 1024 * 1024;

let compiled: WebAssembly.Module | undefined;
let instance: Exports | undefined;
/** in the instance's memory */
interface Piece {
  at: number;
  size: number;
}
const NOTHING: Piece = { at: 0, size: 0 };
let input = NOTHING;
let output = NOTHING;

/** Beside the bundle (esbuild.mjs puts it there), or in the package when running from source. */
function loadModule(): WebAssembly.Module {
  const beside = new URL("./native.wasm", import.meta.url);
  try {
    return new WebAssembly.Module(readFileSync(beside));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const packaged = new URL("./native.wasm", import.meta.resolve("@platformatic/wasm-utils"));
    return new WebAssembly.Module(readFileSync(packaged));
  }
}

function fresh(): Exports {
  compiled ??= loadModule();
  const made = new WebAssembly.Instance(compiled).exports as unknown as Exports;
  input = { at: made.alloc(65536), size: 65536 };
  output = NOTHING;
  instance = made;
  return made;
}

/** Runs one operation over a copy of `bytes`; the result is a buffer of its own. Throws on malformed input. */
export function runWasm(operation: Operation, bytes: Uint8Array): Buffer {
  const result = runWasmBriefly(operation, bytes);
  const output = Buffer.allocUnsafe(result.length);
  output.set(result);
  return output;
}

/** The same without the copy: the result lies in the instance's memory, and is only good until the next operation. */
export function runWasmBriefly(operation: Operation, bytes: Uint8Array): Buffer {
  const wasm = instance ?? fresh();
  let done = false;
  try {
    if (output.size > 0) wasm.dealloc(output.at, output.size);
    output = NOTHING;
    if (input.size < bytes.length) {
      wasm.dealloc(input.at, input.size);
      input = { at: wasm.alloc(bytes.length), size: bytes.length };
    }
    new Uint8Array(wasm.memory.buffer).set(bytes, input.at);
    const result = wasm[operation](input.at, bytes.length);
    const size = Number(BigInt.asUintN(32, result));
    const at = Number(BigInt.asUintN(32, result >> 32n));
    output = { at, size };
    done = wasm.memory.buffer.byteLength <= KEEP_MEMORY;
    return Buffer.from(wasm.memory.buffer, at, size);
  } finally {
    if (!done) instance = undefined;
  }
}
