import { isUtf8 } from "node:buffer";

/*
 * Bytes for POSIX shells (sh, bash, dash, zsh). What is copied gets pasted into a terminal, so nothing but visible characters may be in it:
 * control, bidirectional and other invisible characters are written as octal escapes of printf.
 */

/** all but the plain space */
const INVISIBLE = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
const ESCAPED = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]|['\\%]/gu;

/** A printf command that prints just these bytes. */
export function printf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = isUtf8(buffer)
    ? buffer.toString("utf8").replace(ESCAPED, escaped)
    : buffer.toString("latin1").replace(/[^\x20-\x7e]|['\\%]/g, escapedByte);
  // a format must not look like an option
  return `printf '${format.startsWith("-") ? `\\055${format.slice(1)}` : format}'`;
}

const SHORT: Readonly<Record<string, string>> = { "'": "'\\''", "\\": "\\\\", "%": "%%", "\n": "\\n" };

const escaped = (character: string): string => SHORT[character] ?? [...Buffer.from(character)].map(octal).join("");

const escapedByte = (character: string): string => SHORT[character] ?? octal(character.charCodeAt(0));

/** always three digits, so that a digit may follow */
const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, "0")}`;

/** A word of a command that stands for just these bytes; null when quotes cannot: there are invisible characters, or bytes that are not UTF-8. */
export function shellWord(text: string): string | null {
  if (/^[A-Za-z0-9_.,:/@+-][A-Za-z0-9_.,:/@+=-]*$/.test(text)) return text;
  if (INVISIBLE.test(text) || !text.isWellFormed()) return null;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** An assignment to a variable, and the word that stands for its bytes then. The bytes must be without NUL, which no argument can hold. */
export function shellVariable(name: string, bytes: Uint8Array): { assignment: string; word: string } {
  // $( ) drops line ends at the end, so the last character is another one, and is taken off again
  return {
    assignment: `${name}=$(${printf(Buffer.concat([bytes, Buffer.from(".")]))})`,
    word: `"\${${name}%.}"`,
  };
}

/**
 * A comment line: whatever is in the sentence, no shell takes it for anything else. zsh does not know comments when it is typed into, so no
 * character may mean something to a shell.
 */
export const shellComment = (sentence: string): string => `# ${sentence.replace(/[^A-Za-z0-9 .,:_-]/g, "_")}`;
