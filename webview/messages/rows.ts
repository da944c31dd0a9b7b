import type { ReaderStatus, RowsWindow, RowView } from "../../src/shared/messages.ts";
import { isCancelled } from "../../src/shared/userError.ts";

/** Rows beyond what is drawn that are fetched along with it, so that slow scrolling finds them there. */
const ahead = 60;
/** Rows kept on this side; the rest is asked for again when it is scrolled to. */
const maxKept = 4000;

/**
 * The rows of the current view that this side knows, by their place: asks for windows, one at a time and only for what was wanted last, so that a
 * fast scroll over a million rows costs a few requests and none of them is for rows nobody looks at any more.
 */
export class RowCache {
  run = -1;
  revision = -1;
  first = 0;
  next = 0;
  private rows = new Map<number, RowView>();
  /** what was shown before the view changed: drawn until its new rows are here, so that nothing flickers */
  private former = new Map<number, RowView>();
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

  /** Takes the bounds that the engine says; another run forgets every row, another revision asks for them again. */
  status({ run, view }: Pick<ReaderStatus, "run" | "view">): void {
    if (run !== this.run || view.revision !== this.revision) {
      if (run !== this.run) this.former.clear();
      else if (this.rows.size > 0) this.former = this.rows;
      this.run = run;
      this.revision = view.revision;
      this.rows = new Map();
      this.flight?.abort.abort();
      this.flight = null;
      this.wanted = null;
    }
    this.absent.clear();
    this.first = view.first;
    this.next = view.next;
  }

  get(place: number): RowView | undefined {
    return this.rows.get(place) ?? this.former.get(place);
  }

  /** The place of a row, where it is known here. */
  placeOf(seq: number): number | null {
    for (const [place, row] of this.rows) if (row.seq === seq) return place;
    return null;
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
    for (let place = Math.max(from, this.first); place < Math.min(to, this.next); place++) {
      if (this.rows.has(place) || this.absent.has(place)) continue;
      if (a < 0) a = place;
      b = place + 1;
    }
    return a < 0 ? null : { from: a, to: b };
  }

  private async load(from: number, to: number): Promise<void> {
    const abort = new AbortController();
    const { run, revision } = this;
    const current = (): boolean => run === this.run && revision === this.revision;
    this.flight = { from, to, abort };
    try {
      const window = await this.fetch(from, to, abort.signal);
      // rows of a later revision are asked for again once its status is here
      if (!current() || window.run !== run) return;
      if (window.revision === revision) for (const row of window.rows) this.rows.set(row.at, row);
      for (let place = from; place < to; place++) if (!this.rows.has(place)) this.absent.add(place);
      this.former.clear();
      this.trim(from, to);
    } catch (error) {
      if (!isCancelled(error)) {
        for (let place = from; place < to; place++) this.absent.add(place);
        this.failed(error);
      }
    } finally {
      if (this.flight?.abort === abort) this.flight = null;
    }
    const wanted = this.wanted;
    this.wanted = null;
    if (wanted && current()) this.ensure(wanted.from, wanted.to);
    this.changed();
  }

  private trim(from: number, to: number): void {
    if (this.rows.size <= maxKept) return;
    const around = maxKept / 2;
    for (const place of this.rows.keys()) {
      if (place < from - around || place >= to + around) this.rows.delete(place);
    }
  }
}
