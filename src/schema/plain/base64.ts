/** The alphabets of RFC 4648, sections 4 and 5. */
export type Base64Alphabet = "base64" | "base64url";

const STANDARD = /^[A-Za-z0-9+/]*(={0,2})$/;
const URL_SAFE = /^[A-Za-z0-9_-]*(={0,2})$/;

/**
 * The bytes of base64 or base64url text in bytes [start, end of bytes): strict, so that encoding the result again gives the same text. With or
 * without padding; no line ends, no bits beyond the last byte. Throws a sentence.
 */
export function decodeBase64(
  bytes: Buffer,
  start: number,
): { bytes: Buffer; alphabet: Base64Alphabet; padded: boolean } {
  const text = bytes.toString("latin1", start);
  const standard = STANDARD.exec(text);
  const found = standard ?? URL_SAFE.exec(text);
  if (!found) {
    const wrong = text.search(/[^A-Za-z0-9+/_=-]/);
    throw new Error(
      wrong >= 0
        ? `not base64: the byte at byte ${start + wrong} is in neither of its alphabets`
        : "not base64: it mixes two alphabets, or = stands before the end",
    );
  }
  const padding = found[1]!.length;
  const digits = text.length - padding;
  if (digits % 4 === 1 || (padding > 0 && text.length % 4 !== 0))
    throw new Error(`not base64: ${text.length} characters are no whole number of bytes`);
  const alphabet = standard ? "base64" : "base64url";
  const decoded = Buffer.from(text, alphabet);
  if (encodeBase64(decoded, alphabet, padding > 0) !== text)
    throw new Error(`not base64: the last character, at byte ${start + digits - 1}, has bits that belong to no byte`);
  return { bytes: decoded, alphabet, padded: padding > 0 };
}

/** The same text again: takes what decodeBase64 returns. */
export function encodeBase64(bytes: Buffer, alphabet: Base64Alphabet, padded: boolean): string {
  const text = bytes.toString(alphabet);
  if (alphabet === "base64") return padded ? text : text.replace(/=+$/, "");
  return padded ? text.padEnd(Math.ceil(text.length / 4) * 4, "=") : text;
}

/** characters that say something: a word of ordinary text is base64 too */
const LEAST = 16;

/**
 * Whether bytes [start, end of bytes) are base64 that is worth a look at what it holds: strict, and of some length. Whether it is meant as base64
 * only what it decodes to can tell.
 */
export function mayBeBase64(bytes: Buffer, start: number): boolean {
  if (bytes.length - start < LEAST) return false;
  for (let i = start; i < bytes.length; i++) if (!ALPHABETS[bytes[i]!]) return false;
  try {
    decodeBase64(bytes, start);
    return true;
  } catch {
    // whatever is wrong with it is the answer
    return false;
  }
}

const ALPHABETS = new Uint8Array(256);
for (const c of Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")) ALPHABETS[c] = 1;
