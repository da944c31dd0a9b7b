import type { ReaderStatus, ReadQuery, ViewSpec } from "../../src/shared/messages.ts";
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
  /** how the kept messages are looked at */
  view: ViewSpec;
  /** the key that the view is narrowed to, as it is shown */
  keyText: string | null = null;
  /** the registry is being asked again */
  askingRegistry = false;
  private place: MessagesState["place"];
  private readonly panel: Panel;

  constructor(panel: Panel, state: MessagesState) {
    this.panel = panel;
    this.query = state.query;
    this.view = state.view;
    this.place = state.place;
    this.rows = new RowCache(
      (from, to, signal) => panel.rpc.call("rows", [from, to], signal),
      () => panel.changed(),
      (error) => panel.failed(error, () => panel.changed()),
    );
  }

  take(status: ReaderStatus): void {
    const newRun = status.run !== this.rows.run;
    const moved = newRun || status.view.revision !== this.rows.revision;
    const anchor = moved && !newRun ? this.topRow() : null;
    const live = this.status?.state === "live";
    const answersAgain = this.status?.registry && !status.registry;
    this.status = status;
    this.rows.status(status);
    if (newRun) this.panel.selection.newRun();
    else if (moved) {
      this.panel.selection.locate();
      if (anchor) this.keepInPlace(anchor);
    }
    if (answersAgain) {
      this.panel.selection.reload();
      this.panel.schemas.askAgain();
    }
    // new is what arrives live while the grid stands elsewhere: not what was read on the way there
    if (newRun || !live || !this.panel.grid || this.panel.grid.position.follow) this.seenUpTo = this.rows.next;
    this.panel.selection.search();
    this.panel.changed();
    if (newRun) this.placeGrid();
  }

  /** The row at the upper edge, unless the grid stands at an end on purpose. */
  private topRow(): { seq: number; fraction: number } | null {
    const grid = this.panel.grid;
    if (!grid || grid.position.follow || grid.position.top <= grid.position.minTop) return null;
    const place = grid.position.top / grid.position.rowHeight;
    const seq = this.rows.get(Math.floor(place))?.seq;
    return seq === undefined ? null : { seq, fraction: place - Math.floor(place) };
  }

  /** After the view has changed: what was looked at stays where it was, if it is still shown. */
  private keepInPlace({ seq, fraction }: { seq: number; fraction: number }): void {
    const { run, revision } = this.rows;
    void this.panel.attempt(async () => {
      const at = await this.panel.rpc.call("locate", [seq]);
      const grid = this.panel.grid;
      if (at === null || !grid || run !== this.rows.run || revision !== this.rows.revision) return;
      grid.position.moveTo((at + fraction) * grid.position.rowHeight);
      grid.requestUpdate();
    });
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
    grid.startAt = place && !place.following ? place.top : null;
    this.seenUpTo = this.rows.next;
    grid.requestUpdate();
  }

  start(change: Partial<ReadQuery>): void {
    void this.panel.attempt(() => this.tryStart(change));
  }

  /** Reads anew; rejects with what is wrong with the query, and what was being read goes on. */
  async tryStart(change: Partial<ReadQuery>): Promise<void> {
    const former = this.query;
    const next = { ...this.query, ...change };
    this.query = next;
    this.panel.trouble = null;
    this.panel.changed();
    try {
      await this.panel.rpc.call("start", [next]);
      this.cleared = false;
    } catch (error) {
      if (this.query === next) this.query = former;
      throw error;
    } finally {
      this.panel.save();
      this.panel.changed();
    }
  }

  /** Looks at the kept messages in another way. */
  look(change: Partial<ViewSpec>): void {
    void this.panel.attempt(() => this.tryLook(change));
  }

  /** The same; rejects with what is wrong with it, and everything is as it was. */
  async tryLook(change: Partial<ViewSpec>): Promise<void> {
    const former = this.view;
    const next = { ...this.view, ...change };
    this.view = next;
    this.panel.changed();
    try {
      await this.panel.rpc.call("setView", [next]);
    } catch (error) {
      if (this.view === next) this.view = former;
      throw error;
    } finally {
      this.panel.save();
      this.panel.changed();
    }
  }

  restart(): void {
    this.start({});
  }

  /** Asks a schema registry that did not answer again, now. */
  askRegistry(): void {
    if (this.askingRegistry) return;
    this.askingRegistry = true;
    this.panel.changed();
    void this.panel
      .attempt(async () => {
        const why = await this.panel.rpc.call("retrySchemas", []);
        if (why !== null) this.panel.say("The schema registry still does not answer.");
        // what could not be decoded was not kept: only another reading finds it
        else if (this.query.filter?.kind === "cel" && (this.status?.filterProblems.count ?? 0) > 0) this.restart();
      })
      .finally(() => {
        this.askingRegistry = false;
        this.panel.changed();
      });
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
    // with a filter it counts what matches, and how much there is to come nobody knows
    if (to.kind === "count") return this.query.filter || this.query.schema ? null : Math.min(1, s.scanned / to.count);
    const behind = Number(s.behind);
    return s.scanned + behind === 0 ? null : s.scanned / (s.scanned + behind);
  }

  /** How long reading to the end will take at the speed it has, ms; null when there is no telling. */
  get remainingMs(): number | null {
    const s = this.status;
    if (s?.state !== "reading" || s.rate <= 0 || this.progress === null) return null;
    const { to } = this.query;
    const left = to.kind === "count" ? to.count - s.scanned : Number(s.behind);
    return left > 0 ? (left / s.rate) * 1000 : null;
  }
}
