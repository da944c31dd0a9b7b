import type { Timeline } from "../../src/shared/messages.ts";

/** A span of time, ms since the epoch, both ends included, as ViewSpec.time has them; null: no bound. */
export interface Span {
  from: string | null;
  to: string | null;
}

/** How many buckets there are. */
export const buckets = (line: Timeline): number => line.kept.length;

/** Times fit a double: the engine leaves absurd ones out of the line. */
const start = (line: Timeline): number => Number(line.from);

/** The bucket that a place along the line is in; `part` 0…1. */
export function bucketAt(line: Timeline, part: number): number {
  return Math.max(0, Math.min(buckets(line) - 1, Math.floor(part * buckets(line))));
}

/** The bucket that a time falls into, the nearest one for times outside of the line. */
export function bucketOf(line: Timeline, time: number): number {
  return Math.max(0, Math.min(buckets(line) - 1, Math.floor((time - start(line)) / line.step)));
}

/** The time that a bucket starts with. */
export const bucketStart = (line: Timeline, bucket: number): number => start(line) + bucket * line.step;

/** The time of buckets [a, b], in either order. */
export function spanOf(line: Timeline, a: number, b: number): { from: string; to: string } {
  const [low, high] = a < b ? [a, b] : [b, a];
  return { from: String(bucketStart(line, low)), to: String(bucketStart(line, high + 1) - 1) };
}

/** Where a span lies along the line, 0…1; null where it is not on it. */
export function placeOf(line: Timeline, span: Span): { from: number; to: number } | null {
  const whole = buckets(line) * line.step;
  if (whole === 0) return null;
  const from = span.from === null ? 0 : (Number(span.from) - start(line)) / whole;
  const to = span.to === null ? 1 : (Number(span.to) + 1 - start(line)) / whole;
  if (to <= 0 || from >= 1) return null;
  return { from: Math.max(0, from), to: Math.min(1, to) };
}

/** of the unit that a bucket has, where bars stand close */
const CLOSE = 0.82;

/**
 * The bars as an SVG path: one in each unit, `height` units high at most. A square-root scale: one message among thousands still shows, and at
 * least a unit of it.
 * @param widest units that a bar may take: few buckets, over a wide line, are narrow bars in the middle of their units
 */
export function barsPath(counts: readonly number[], most: number, height: number, widest = 1): string {
  const width = Math.min(CLOSE, widest);
  const left = width < CLOSE ? (1 - width) / 2 : 0;
  let path = "";
  for (const [i, count] of counts.entries()) {
    if (count === 0) continue;
    const high = Math.max(1, Math.sqrt(count / most) * height).toFixed(2);
    path += `M${+(i + left).toFixed(4)} ${height}v-${high}h${+width.toFixed(4)}v${high}z`;
  }
  return path;
}
