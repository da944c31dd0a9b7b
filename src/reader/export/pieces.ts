import { cutAt } from "../../shared/cutAt.ts";

/** Characters of a piece: small enough that making one takes well under a millisecond or so. */
export const PIECE = 256 * 1024;

/**
 * The JSON text of plain data (what JSON.stringify(value) gives), in pieces: a 50 MB value with its escapes need not be one string, which
 * V8 may refuse, and whoever writes can let other events in between.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (typeof value === "string" && value.length > PIECE) {
    yield '"';
    for (const part of cutUp(value)) yield JSON.stringify(part).slice(1, -1);
    yield '"';
  } else if (typeof value !== "object" || value === null || isSmall(value)) {
    yield JSON.stringify(value);
  } else if (Array.isArray(value)) {
    yield "[";
    for (let i = 0; i < value.length; i++) {
      if (i > 0) yield ",";
      yield* jsonPieces(value[i]);
    }
    yield "]";
  } else {
    let separator = "{";
    for (const [key, inner] of Object.entries(value)) {
      if (inner === undefined) continue;
      yield `${separator}${JSON.stringify(key)}:`;
      yield* jsonPieces(inner);
      separator = ",";
    }
    yield separator === "{" ? "{}" : "}";
  }
}

/** A text in parts of at most PIECE characters, none of which ends inside a surrogate pair. */
export function* cutUp(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const part = cutAt(text.slice(at, at + PIECE + 1), PIECE);
    yield part;
    at += part.length;
  }
}

/** Whether all the text in it is short enough to be one piece. */
function isSmall(value: object): boolean {
  return measure(value, PIECE) >= 0;
}

/** What is left of `room` after the text in a value; negative as soon as nothing is. */
function measure(value: unknown, room: number): number {
  if (typeof value === "string") return room - value.length;
  if (typeof value !== "object" || value === null) return room - 8;
  let left = room;
  for (const key in value) {
    left = measure((value as Record<string, unknown>)[key], left - key.length);
    if (left < 0) break;
  }
  return left;
}
