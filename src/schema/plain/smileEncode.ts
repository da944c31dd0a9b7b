import type { JsonNode } from "../jsonTree.ts";
import { type Encoded, Encoding, type Shape, stepOf } from "./encoding.ts";
import { readDecimal, readNumber } from "./notation.ts";

/**
 * JSON as Smile (specification 1.0.7); takes what decodeSmile shows. Without references to earlier names and strings, which the header says, and with
 * binary data in seven bits a byte: what every reader takes.
 */
export function encodeSmile(node: JsonNode): Encoded {
  const encoding = new Encoding();
  // version 0; neither shared names, nor shared strings, nor raw binary
  encoding.raw(Buffer.from([0x3a, 0x29, 0x0a, 0x00]));
  encode(encoding, node);
  return encoding.finish();
}

function encode(out: Encoding, node: JsonNode): void {
  switch (node.kind) {
    case "null":
      out.byte(0x21);
      return;
    case "boolean":
      out.byte(node.value ? 0x23 : 0x22);
      return;
    case "number": {
      const read = readNumber(node.text);
      if ("problem" in read) out.problem(read.problem);
      else if ("float" in read) float(out, read.float, read.bits);
      else integer(out, read.integer);
      return;
    }
    case "string": {
      const bytes = out.utf8(node.value);
      if (bytes) text(out, bytes, bytes.length === node.value.length);
      return;
    }
    case "array":
      out.byte(0xf8);
      for (const [i, item] of node.items.entries()) out.within(`[${i}]`, () => encode(out, item));
      out.byte(0xf9);
      return;
    case "object": {
      const shape = out.shape(node);
      if (shape?.kind === "form") form(out, shape);
      else if (shape) {
        out.byte(0xfa);
        for (const { name, key, value } of shape.entries) {
          out.within(stepOf(name), () => {
            if ("string" in key) keyName(out, key.string);
            else out.problem("a name in Smile is a string");
            encode(out, value);
          });
        }
        out.byte(0xfb);
      }
    }
  }
}

const END_OF_STRING = 0xfc;

function text(out: Encoding, bytes: Buffer, ascii: boolean): void {
  const size = bytes.length;
  if (size === 0) out.byte(0x20);
  else if (ascii && size <= 64) out.byte(0x40 + size - 1);
  else if (!ascii && size >= 2 && size <= 65) out.byte(0x80 + size - 2);
  else {
    out.byte(ascii ? 0xe0 : 0xe4);
    out.raw(bytes);
    out.byte(END_OF_STRING);
    return;
  }
  out.raw(bytes);
}

function keyName(out: Encoding, name: string): void {
  const bytes = out.utf8(name);
  if (!bytes) return;
  const size = bytes.length;
  const ascii = size === name.length;
  if (size === 0) out.byte(0x20);
  else if (ascii && size <= 64) out.byte(0x80 + size - 1);
  else if (!ascii && size <= 57) out.byte(0xc0 + size - 2);
  else {
    out.byte(0x34);
    out.raw(bytes);
    out.byte(END_OF_STRING);
    return;
  }
  out.raw(bytes);
}

function integer(out: Encoding, value: bigint): void {
  if (value >= -16n && value < 16n) out.byte(0xc0 + Number(zigzag(value)));
  else if (BigInt.asIntN(32, value) === value) {
    out.byte(0x24);
    vint(out, zigzag(value));
  } else if (BigInt.asIntN(64, value) === value) {
    out.byte(0x25);
    vint(out, zigzag(value));
  } else {
    out.byte(0x26);
    safe(out, twosComplement(value));
  }
}

const zigzag = (value: bigint): bigint => (value < 0n ? -2n * value - 1n : 2n * value);

/** seven bits a byte, six and the highest bit in the last */
function vint(out: Encoding, value: bigint): void {
  const bytes = [Number(value & 63n) | 0x80];
  for (let rest = value >> 6n; rest > 0n; rest >>= 7n) bytes.unshift(Number(rest & 127n));
  out.raw(Buffer.from(bytes));
}

/** the fewest bytes of a big-endian two's complement, as Java's BigInteger has them */
function twosComplement(value: bigint): Buffer {
  const bits = (value < 0n ? -1n - value : value).toString(2).length + 1;
  const size = Math.ceil(bits / 8);
  return Buffer.from(
    BigInt.asUintN(8 * size, value)
      .toString(16)
      .padStart(2 * size, "0"),
    "hex",
  );
}

/** its length, then seven bits a byte; what is left at the end in the lowest bits of the last */
function safe(out: Encoding, bytes: Buffer): void {
  vint(out, BigInt(bytes.length));
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 7) {
      bits -= 7;
      out.byte((held >> bits) & 0x7f);
      held &= (1 << bits) - 1;
    }
  }
  if (bits > 0) out.byte(held);
}

function float(out: Encoding, value: number, width: 32 | 64): void {
  out.byte(width === 32 ? 0x28 : 0x29);
  const bytes = Buffer.alloc(8);
  if (width === 32) bytes.writeFloatBE(value, 4);
  else bytes.writeDoubleBE(value);
  const bits = bytes.readBigUInt64BE();
  for (let shift = width === 32 ? 28n : 63n; shift >= 0n; shift -= 7n) out.byte(Number((bits >> shift) & 0x7fn));
}

function form(out: Encoding, { form, value }: Shape & { kind: "form" }): void {
  const given = value.kind === "string" ? value.value : "";
  switch (form) {
    case "$bytes": {
      const bytes = out.hex(form, value);
      if (!bytes) return;
      out.byte(0xe8);
      safe(out, bytes);
      return;
    }
    case "$string": {
      const bytes = out.hex(form, value);
      if (bytes?.includes(END_OF_STRING) && (bytes.length < 2 || bytes.length > 65))
        out.problem("a string in Smile has no byte 0xfc");
      else if (bytes) text(out, bytes, false);
      return;
    }
    case "$float":
    case "$float32":
      if (/^(?:NaN|-?Infinity)$/.test(given)) float(out, Number(given), form === "$float" ? 64 : 32);
      else out.problem(`${form} takes "NaN", "Infinity" or "-Infinity"`);
      return;
    case "$decimal": {
      const read = readDecimal(given);
      const scale = read ? -read.exponent : 0n;
      if (!read) out.problem('$decimal takes a decimal number like "12.30"');
      else if (BigInt.asIntN(32, scale) !== scale) out.problem("the scale of a decimal has more than 32 bits");
      else {
        out.byte(0x2a);
        vint(out, zigzag(scale));
        safe(out, twosComplement(read.mantissa));
      }
      return;
    }
    default:
      out.problem(`Smile has no ${form}`);
  }
}
