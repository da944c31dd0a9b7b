/** The UUID in 16 bytes, in lower case with hyphens. */
export function uuidText(bytes: Uint8Array, start: number): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + start, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of a UUID. Throws when the text is none. */
export function uuidBytes(text: string): Buffer {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw new Error(`${text} is not a UUID`);
  return Buffer.from(text.replaceAll("-", ""), "hex");
}
