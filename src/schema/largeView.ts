import { cutAt } from "../shared/cutAt.ts";
import type { PayloadView } from "../shared/messages.ts";
import { opensContainer, scanJson, scanJsonInParts } from "./json.ts";
import { JsonLayout, prettyLayout, prettyLength } from "./jsonLayout.ts";
import { byteOrderMark, characterStart, closesContainer, isText, mayBeJson } from "./text.ts";
import { Turns } from "./turns.ts";

/** bytes from which on a payload is not worked on at once */
export const LARGE = 1024 * 1024;
/** bytes that are worked on between two looks at the clock */
const PART = 128 * 1024;

/** What a large payload is shown as when no schema decodes it; null: its bytes. `length`: UTF-16 units of all of the text. */
export interface LargeText {
  json: boolean;
  text: string;
  length: number;
  /** bytes that the text stands for, where only the beginning was looked at */
  shownBytes: number | null;
}

/**
 * The text of a large payload. When it has more bytes than `maxChars`, it is judged by so many of its bytes, and of no more the text is made; otherwise all of it
 * is. Others have their turn in between. Rejects when the signal aborts.
 */
export async function largeText(bytes: Buffer, maxChars: number, signal?: AbortSignal): Promise<LargeText | null> {
  const turns = new Turns(signal);
  const size = bytes.length;
  const partial = size > maxChars;
  const end = partial ? characterStart(bytes, 0, maxChars) : size;
  const isReadable = bytes[0] !== 0 && (await isTextInTurns(bytes, end, turns));
  if (!isReadable && !mayBeJson(bytes, end)) return null;
  const start = byteOrderMark(bytes);
  if (opensContainer(bytes, start) && (!partial || closesContainer(bytes))) {
    const scan = scanJsonInParts(bytes, start, end, partial);
    await turns.work(start, PART, (pause) => scan.advance(pause));
    if (scan.ok) {
      // how much all levels would take is only known of what was seen whole; a beginning is short anyway
      const layout = partial
        ? new JsonLayout(bytes, start, end, Number.POSITIVE_INFINITY, maxChars)
        : prettyLayout(bytes, start, end, scan, 3 * maxChars + 4);
      await turns.work(start, PART, (pause) => layout.advance(pause));
      const { written } = layout;
      const whole = written.toString("utf8", 0, characterStart(written, 0, written.length));
      const text = cutAt(whole, maxChars);
      const length = partial ? text.length : prettyLength(scan, size - start);
      return { json: true, text, length, shownBytes: partial ? layout.at : null };
    }
  }
  if (!isReadable) return null;
  const text = bytes.toString("utf8", 0, end);
  return { json: false, text: cutAt(text, maxChars), length: text.length, shownBytes: partial ? end : null };
}

/** The beginning of a JSON text, laid out in at most about `maxChars` characters; as it is where it is none. */
export function jsonBeginning(text: string, maxChars: number): string {
  const bytes = Buffer.from(cutAt(text, maxChars));
  if (!scanJson(bytes, 0, bytes.length, true).ok) return cutAt(text, maxChars);
  const layout = new JsonLayout(bytes, 0, bytes.length, Number.POSITIVE_INFINITY, maxChars);
  layout.advance(Number.POSITIVE_INFINITY);
  const { written } = layout;
  return written.toString("utf8", 0, characterStart(written, 0, written.length));
}

/** The view of it; `notJson`: problems of the payload besides. */
export function largeView(
  { json, text, length, shownBytes }: LargeText,
  size: number,
  problems: string[],
): PayloadView {
  const view = { format: json ? ("json" as const) : ("text" as const), text, size, schema: null, problems, notes: [] };
  return shownBytes === null
    ? { ...view, textCut: length - text.length }
    : { ...view, textCut: Math.max(1, size - shownBytes), shownBytes };
}

async function isTextInTurns(bytes: Buffer, end: number, turns: Turns): Promise<boolean> {
  for (let from = 0; from < end; ) {
    let to = Math.min(end, from + 8 * PART);
    // neither inside a character nor between ESC and what follows it
    if (to < end) to = characterStart(bytes, from, to);
    if (to < end && bytes[to - 1] === 0x1b) to++;
    if (!isText(bytes, from, to)) return false;
    from = to;
    await turns.next();
  }
  return true;
}
