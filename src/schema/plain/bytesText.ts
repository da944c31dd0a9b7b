import { TextProblem } from "./textProblem.ts";

/** Bytes written as pairs of hex digits; white space between them is ignored, and so is 0x before them. Throws a TextProblem. */
export function bytesOfHex(text: string): Buffer {
  // 0x is how bytes are shown within JSON; blanks in its place keep the positions
  const digits = text.replace(/^(\s*)0[xX]/, "$1  ");
  const wrong = digits.search(/[^0-9a-fA-F\s]/);
  if (wrong >= 0) throw new TextProblem(`${characterAt(digits, wrong)} is not a hex digit`, wrong);
  // a byte may not be divided: "a bc" is more likely a slip than ab c
  for (const { 0: run, index } of digits.matchAll(/\S+/g)) {
    if (run.length % 2 === 1)
      throw new TextProblem("a byte has two hex digits: one is missing here", index + run.length - 1);
  }
  return Buffer.from(digits.replace(/\s+/g, ""), "hex");
}

/**
 * Bytes written in Base64, in either alphabet of RFC 4648, with or without padding; white space is ignored, since mail and PEM files break lines.
 * Throws a TextProblem at the character that is wrong.
 */
export function bytesOfBase64(text: string): Buffer {
  const wrong = text.search(/[^A-Za-z0-9+/_=\s-]/);
  if (wrong >= 0) throw new TextProblem(`${characterAt(text, wrong)} is not a character of Base64`, wrong);
  const mixed = /[+/]/.test(text) ? text.search(/[-_]/) : -1;
  if (mixed >= 0)
    throw new TextProblem(
      `${text[mixed]} is of another alphabet of Base64 than the + or / that is there as well`,
      mixed,
    );
  const padded = text.search(/=/);
  const after = padded < 0 ? -1 : text.slice(padded).search(/[^=\s]/);
  if (after >= 0) throw new TextProblem("nothing may follow the = that ends Base64", padded + after);
  const digits = text.replace(/[\s=]+/g, "");
  const padding = text.replace(/[^=]+/g, "").length;
  const last = Math.max(0, text.trimEnd().length - 1);
  if (digits.length % 4 === 1)
    throw new TextProblem("the text ends within a byte: a byte takes at least two characters of Base64", last);
  if (padding > 0 && (digits.length + padding) % 4 !== 0)
    throw new TextProblem(`${padding} = at the end do not fit ${digits.length} characters`, padded);
  const bytes = Buffer.from(digits, "base64url");
  // bits beyond the last byte would be lost
  if (bytes.toString("base64url") !== digits.replaceAll("+", "-").replaceAll("/", "_"))
    throw new TextProblem("the last character has bits that belong to no byte", text.search(/[A-Za-z0-9+/_-][\s=]*$/));
  return bytes;
}

const characterAt = (text: string, at: number): string => JSON.stringify(String.fromCodePoint(text.codePointAt(at)!));
