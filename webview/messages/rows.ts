import type { ReaderStatus, RowsWindow, RowView } from "../../src/shared/messages.ts";
import { isCancelled } from "../../src/shared/userError.ts";

/** Rows beyond what is drawn that are fetched along with it, so that slow scrolling finds them there. */
const ahead = 60;
/** Rows kept on this side; the rest is asked for again when it is scrolled to. */
const maxKept = 4000;

/**
 * The rows of the current run that this side knows: asks for windows, one at a time and only for what was wanted last, so that a
 * fast scroll over a million rows costs a few requests and none of them is for rows nobody looks at any more.
 */
export class RowCache {
  run = -1;
  first = 0;
  next = 0;
  private readonly rows = new Map<number, RowView>();
  private wanted: { from: number; to: number } | null = null;
  private flight: { from: number; to: number; abort: AbortController } | null = null;
  /** rows that the engine did not have when asked: not asked for again until it says something new */
  private absent = new Set<number>();
  private readonly fetch: (from: number, to: number, signal: AbortSignal) => Promise<RowsWindow>;
  private readonly changed: () => void;
  private readonly failed: (error: unknown) => void;

  constructor(
    fetch: (from: number, to: number, signal: AbortSignal) => Promise<RowsWindow>,
    changed: () => void,
    failed: (error: unknown) => void,
  ) {
    this.fetch = fetch;
    this.changed = changed;
    this.failed = failed;
  }

  /** Takes the bounds that the engine says; another run forgets every row. */
  status(status: Pick<ReaderStatus, "run" | "firstSeq" | "nextSeq">): void {
    if (status.run !== this.run) {
      this.run = status.run;
      this.rows.clear();
      this.flight?.abort.abort();
      this.flight = null;
      this.wanted = null;
    }
    this.absent.clear();
    this.first = status.firstSeq;
    this.next = status.nextSeq;
  }

  get(seq: number): RowView | undefined {
    return this.rows.get(seq);
  }

  /** Fetches what is missing of [from, to), with some rows around it. */
  ensure(from: number, to: number): void {
    const missing = this.missing(from, to);
    if (!missing) {
      this.wanted = null;
      return;
    }
    if (this.flight) {
      const { from: a, to: b, abort } = this.flight;
      if (missing.from >= a && missing.to <= b) return;
      this.wanted = { from, to };
      // nothing of what is under way is on screen any more
      if (missing.to <= a || missing.from >= b) abort.abort();
      return;
    }
    void this.load(Math.max(this.first, missing.from - ahead), Math.min(this.next, missing.to + ahead));
  }

  private missing(from: number, to: number): { from: number; to: number } | null {
    let a = -1;
    let b = -1;
    for (let seq = Math.max(from, this.first); seq < Math.min(to, this.next); seq++) {
      if (this.rows.has(seq) || this.absent.has(seq)) continue;
      if (a < 0) a = seq;
      b = seq + 1;
    }
    return a < 0 ? null : { from: a, to: b };
  }

  private async load(from: number, to: number): Promise<void> {
    const abort = new AbortController();
    const run = this.run;
    this.flight = { from, to, abort };
    try {
      const window = await this.fetch(from, to, abort.signal);
      if (run !== this.run || window.run !== run) return;
      for (const row of window.rows) this.rows.set(row.seq, row);
      for (let seq = from; seq < to; seq++) if (!this.rows.has(seq)) this.absent.add(seq);
      this.trim(from, to);
    } catch (error) {
      if (!isCancelled(error)) {
        for (let seq = from; seq < to; seq++) this.absent.add(seq);
        this.failed(error);
      }
    } finally {
      if (this.flight?.abort === abort) this.flight = null;
    }
    const wanted = this.wanted;
    this.wanted = null;
    if (wanted && run === this.run) this.ensure(wanted.from, wanted.to);
    this.changed();
  }

  private trim(from: number, to: number): void {
    if (this.rows.size <= maxKept) return;
    const around = maxKept / 2;
    for (const seq of this.rows.keys()) if (seq < from - around || seq >= to + around) this.rows.delete(seq);
  }
}
