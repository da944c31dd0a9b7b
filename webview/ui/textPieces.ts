/** Lines, or a part of one that is too long, that are drawn together. */
export interface TextPiece {
  /** characters [start, end) of the text, without the line end */
  start: number;
  end: number;
  /** lines in it; a part of a line counts as one */
  lines: number;
}

export const PIECE_LINES = 100;
export const PIECE_CHARS = 20_000;

/** Cuts the first `maxLines` lines of a text into pieces of at most 100 lines and 20,000 characters. Nothing of them is lost or there twice. */
export function textPieces(text: string, maxLines: number): TextPiece[] {
  const pieces: TextPiece[] = [];
  let left = maxLines;
  let start = 0;
  while (left > 0) {
    let lines = 0;
    let end = start;
    /** where the next line begins; -1: the text ends */
    let next = start;
    while (lines < PIECE_LINES && lines < left && next >= 0) {
      const feed = text.indexOf("\n", next);
      const lineEnd = feed < 0 ? text.length : feed;
      if (lines > 0 && lineEnd - start > PIECE_CHARS) break;
      end = lineEnd;
      lines++;
      next = feed < 0 ? -1 : feed + 1;
    }
    if (end - start <= PIECE_CHARS) pieces.push({ start, end, lines });
    else {
      // one long line
      for (let at = start; at < end; ) {
        const to = Math.min(end, wholeCharacter(text, at + PIECE_CHARS));
        pieces.push({ start: at, end: to, lines: 1 });
        at = to;
      }
    }
    left -= lines;
    if (next < 0) break;
    start = next;
  }
  return pieces;
}

/** A place that is not inside a pair of surrogates. */
function wholeCharacter(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff ? at + 1 : at;
}
