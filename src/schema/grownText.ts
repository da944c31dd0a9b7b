/** a power of 2: characters that may be in pieces, each of which takes some 30 bytes beside its own */
const LEAST = 16;

const read = new Uint16Array(1);

/**
 * In V8 a text that is made by adding to it is a tree of all its pieces, which takes many times the memory of its characters. Call this with
 * the length before something was added: every so often it makes one piece of the text, in a time that is in proportion to the length in the end.
 */
export function settle(before: number, text: string): void {
  // beyond a million characters, each time a sixteenth has come to them
  const power = Math.max(LEAST, 27 - Math.clz32(text.length));
  // to read a character of a tree makes it one piece; what is read goes somewhere, or V8 would not read it
  if (before >>> power !== text.length >>> power) read[0] = text.charCodeAt(0);
}
