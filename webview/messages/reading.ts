import type { ReaderStatus, ReadQuery } from "../../src/shared/messages.ts";
import type { MessagesState } from "../../src/shared/protocol.ts";
import type { Panel } from "./panel.ts";
import { RowCache } from "./rows.ts";

/** The query, how reading it goes, and the rows that are known of it. */
export class Reading {
  query: ReadQuery;
  status: ReaderStatus | null = null;
  readonly rows: RowCache;
  /** rows at the moment the grid stopped following: what came since is new */
  seenUpTo = 0;
  /** whether the grid followed when that was last drawn */
  followed = false;
  /** the user dropped what this run had shown */
  cleared = false;
  private place: MessagesState["view"];
  private readonly panel: Panel;

  constructor(panel: Panel, state: MessagesState) {
    this.panel = panel;
    this.query = state.query;
    this.place = state.view;
    this.rows = new RowCache(
      (from, to, signal) => panel.rpc.call("rows", [from, to], signal),
      () => panel.changed(),
      (error) => panel.failed(error, () => panel.changed()),
    );
  }

  take(status: ReaderStatus): void {
    const newRun = status.run !== this.rows.run;
    const live = this.status?.state === "live";
    this.status = status;
    this.rows.status(status);
    if (newRun) this.panel.selection.newRun();
    // new is what arrives live while the grid stands elsewhere: not what was read on the way there
    if (newRun || !live || !this.panel.grid || this.panel.grid.position.follow) this.seenUpTo = this.rows.next;
    this.panel.selection.search();
    this.panel.changed();
    if (newRun) this.placeGrid();
  }

  /** Puts the grid where a new run begins: at the end to follow, at the start for what is read from a place on; or where it was before it was hidden. */
  placeGrid(): void {
    const grid = this.panel.grid;
    if (!grid || this.rows.run < 0) return;
    const place = this.place?.run === this.rows.run ? this.place : null;
    this.place = null;
    grid.position.follow = place
      ? place.following
      : this.query.from.kind === "latest" || this.query.from.kind === "last";
    grid.startAt = place && !place.following ? place.topSeq : null;
    this.seenUpTo = this.rows.next;
    grid.requestUpdate();
  }

  start(change: Partial<ReadQuery>): void {
    this.query = { ...this.query, ...change };
    this.cleared = false;
    this.panel.trouble = null;
    this.panel.save();
    this.panel.changed();
    void this.panel.attempt(() => this.panel.rpc.call("start", [this.query]));
  }

  restart(): void {
    this.start({});
  }

  pause(): void {
    void this.panel.attempt(() => this.panel.rpc.call("pause", []));
  }

  resume(): void {
    void this.panel.attempt(() => this.panel.rpc.call("resume", []));
  }

  clear(): void {
    this.cleared = true;
    this.panel.selection.forget();
    void this.panel.attempt(() => this.panel.rpc.call("clear", []));
  }

  get busy(): boolean {
    const state = this.status?.state;
    return state === "connecting" || state === "reading" || state === "live" || state === undefined;
  }

  /** Part of the work that is done, 0…1; null when there is no telling. */
  get progress(): number | null {
    const s = this.status;
    if (s?.state !== "reading") return null;
    const to = this.query.to;
    if (to.kind === "count") return Math.min(1, s.scanned / to.count);
    const behind = Number(s.behind);
    return s.scanned + behind === 0 ? null : s.scanned / (s.scanned + behind);
  }
}
