/** characters shown before and behind what is marked, and of that */
const AROUND = 20;
const MOST_MARKED = 80;

export interface Excerpt {
  /** of the marked part's beginning, as a person counts: from 1, an emoji as one */
  character: number;
  before: string;
  marked: string;
  after: string;
}

/** The part of a text around [at, at + length), counted in UTF-16 units; no character is torn, whatever stands there. */
export function excerpt(text: string, at: number, length: number): Excerpt {
  const characters = (part: string): string[] => Array.from(part);
  const before = characters(text.slice(0, at));
  const marked = characters(text.slice(at, at + length));
  const after = characters(text.slice(at + length));
  return {
    character: before.length + 1,
    before: (before.length > AROUND ? "…" : "") + before.slice(-AROUND).join(""),
    marked: marked.length > MOST_MARKED ? `${marked.slice(0, MOST_MARKED).join("")}…` : marked.join(""),
    after: after.slice(0, AROUND).join("") + (after.length > AROUND ? "…" : ""),
  };
}
