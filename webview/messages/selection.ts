import { JSON_FORMATS } from "../../src/shared/decoding.ts";
import type { BytesView, PayloadPart, RecordDetail, RowView } from "../../src/shared/messages.ts";
import type { MessagesState, RecordRef } from "../../src/shared/protocol.ts";
import { isCancelled, messageOf } from "../../src/shared/userError.ts";
import type { Panel } from "./panel.ts";

/** How much of a payload's text is asked for at first, and at most; "show more" multiplies it. */
const firstChars = 100_000;
const mostChars = 10_000_000;
/** Values of up to this size, bytes, are fetched whole when they are shown as a tree. */
export const TREE_BYTES = 4_000_000;
const rawPage = 512;
const hexPage = 4096;

export type DetailTab = "value" | "key" | "headers" | "record" | "hex" | "history";
const allTabs: readonly string[] = ["value", "key", "headers", "record", "hex", "history"] satisfies DetailTab[];

/** The selected row and its record in full. */
export class Selection {
  seq: number | null = null;
  /** its place in the view; null when the view does not show it */
  at: number | null = null;
  /** which record that is, known also when it is no longer kept */
  record: RecordRef | null = null;
  /** the row, for what is not a record but a problem */
  row: RowView | null = null;
  detail: RecordDetail | null = null;
  /** why there is no detail, a sentence; null while it comes or is there */
  problem: string | null = null;
  open: boolean;
  tab: DetailTab;
  maxChars = firstChars;
  hexPart: PayloadPart = "value";
  hex: BytesView | null = null;
  /** the first bytes of what is binary or could not be decoded */
  readonly rawBytes = new Map<"key" | "value", BytesView>();
  /** a record to select as soon as it is kept, if that is before `until` (ms); and whether to scroll there */
  private wanted: (RecordRef & { until: number; go: boolean }) | null;
  private searching = false;
  private abort: AbortController | null = null;
  private readonly panel: Panel;

  constructor(panel: Panel, state: MessagesState) {
    this.panel = panel;
    this.open = state.detailOpen;
    this.tab = allTabs.includes(state.detailTab) ? (state.detailTab as DetailTab) : "value";
    this.wanted = state.selected && { ...state.selected, until: Date.now() + 15_000, go: true };
  }

  /** Looks at the row at a place of the view; `alone`: it is what is selected, too. */
  selectAt(at: number, alone = true): void {
    const row = this.panel.reading.rows.get(at);
    this.at = at;
    if (row) {
      this.select(row, at, alone);
      return;
    }
    // it is drawn as selected at once; which record that is, is known when the row is here
    this.panel.changed();
    const { run, revision } = this.panel.reading.rows;
    void this.panel.attempt(async () => {
      const { rows, ...window } = await this.panel.rpc.call("rows", [at, at + 1]);
      const same = window.run === run && window.revision === revision && this.at === at;
      if (same && rows[0]) this.select(rows[0], at, alone);
    });
  }

  private select(row: RowView, at: number | null, alone = true): void {
    const { seq } = row;
    this.at = at;
    if (seq === this.seq && this.detail) {
      this.panel.changed();
      return;
    }
    this.wanted = null;
    // beside a selection of several the row that is looked at stays one of them
    if (alone && this.panel.marks.count <= 1) this.panel.marks.only(seq, at);
    this.seq = seq;
    this.row = row;
    this.record = { topic: row.topic, partition: row.partition, offset: row.offset };
    this.maxChars = firstChars;
    void this.load(seq);
    this.panel.save();
    this.panel.changed();
  }

  /** Selects a kept row wherever it stands, and scrolls there if the view shows it. */
  async jump(seq: number): Promise<void> {
    await this.panel.attempt(async () => {
      const at = await this.panel.rpc.call("locate", [seq]);
      if (at === null) return;
      const { rows } = await this.panel.rpc.call("rows", [at, at + 1]);
      if (rows[0]?.seq !== seq) return;
      this.panel.marks.only(seq, at);
      this.select(rows[0], at);
      this.panel.grid?.reveal(at);
    });
  }

  step(by: number): void {
    if (this.at === null) return;
    const { first, next } = this.panel.reading.rows;
    const at = this.at + by;
    if (at < first || at >= next) return;
    this.panel.marks.only(null, at);
    this.selectAt(at);
    this.panel.grid?.reveal(at, false);
  }

  /** The view has changed: the selected row may stand elsewhere. */
  locate(): void {
    const { seq } = this;
    if (seq === null) return;
    void this.panel.attempt(async () => {
      const at = await this.panel.rpc.call("locate", [seq]);
      if (this.seq !== seq) return;
      this.at = at;
      this.panel.changed();
    });
  }

  show(): void {
    this.open = true;
    this.panel.save();
    this.panel.changed();
  }

  close(): void {
    this.open = false;
    this.panel.save();
    this.panel.changed();
    this.panel.grid?.focusRows();
  }

  /** Selects nothing. */
  forget(): void {
    this.abort?.abort();
    this.seq = null;
    this.at = null;
    this.record = null;
    this.row = null;
    this.detail = null;
    this.problem = null;
    this.wanted = null;
    this.panel.save();
    this.panel.changed();
  }

  /** Shows the message pane at one of its tabs. */
  showTab(tab: DetailTab): void {
    this.open = true;
    this.chooseTab(tab);
  }

  chooseTab(tab: string): void {
    if (!allTabs.includes(tab)) return;
    this.tab = tab as DetailTab;
    if (tab === "hex") void this.loadHex(this.hexPart, hexPage);
    this.panel.save();
    this.panel.changed();
  }

  /** Rows of another run have other numbers: what is selected is looked for anew. */
  newRun(): void {
    this.abort?.abort();
    this.panel.history.forget();
    this.panel.marks.only(null, null);
    this.seq = null;
    this.at = null;
    if (this.record) this.wanted ??= { ...this.record, until: Date.now() + 5000, go: false };
  }

  /** Selects a record once it is kept, if that is within `ms`. */
  await(record: RecordRef, ms: number): void {
    this.wanted = { ...record, until: Date.now() + ms, go: true };
    this.search();
  }

  /** Called when rows arrived: looks for a record that is waited for. */
  search(): void {
    const wanted = this.wanted;
    if (!wanted || this.searching) return;
    if (Date.now() > wanted.until) {
      this.wanted = null;
      return;
    }
    this.searching = true;
    const { run, next } = this.panel.reading.rows;
    void this.panel
      .attempt(async () => {
        const { topic, partition, offset } = wanted;
        const current = (): boolean => this.wanted === wanted && run === this.panel.reading.rows.run;
        const seq = await this.panel.rpc.call("find", [topic, partition, offset]);
        if (seq === null || !current()) return;
        const at = await this.panel.rpc.call("locate", [seq]);
        const row = at === null ? undefined : (await this.panel.rpc.call("rows", [at, at + 1])).rows[0];
        if (!current() || at === null || row?.seq !== seq) return;
        this.select(row, at);
        if (wanted.go) this.panel.grid?.reveal(at);
        this.record = { topic, partition, offset };
        this.panel.changed();
      })
      .finally(() => {
        this.searching = false;
        const { rows } = this.panel.reading;
        // more came while the engine looked; when reading is done nothing else would ask again
        if (this.wanted && (rows.next !== next || rows.run !== run)) this.search();
      });
  }

  get hasMore(): boolean {
    return this.maxChars < mostChars;
  }

  /** A tree is of the whole value: asks for it, where one is shown and the value is not too large for that. */
  wholeForTree(): void {
    const { seq } = this;
    const value = this.detail?.value;
    if (seq === null || !this.panel.layout.tree || !value || value.textCut === 0 || !this.hasMore) return;
    if (value.size > TREE_BYTES || !JSON_FORMATS.has(value.format)) return;
    this.maxChars = mostChars;
    void this.load(seq);
  }

  /** Asks for more of the payloads' text. */
  more(): void {
    this.maxChars = Math.min(mostChars, this.maxChars * 5);
    if (this.seq !== null) void this.load(this.seq);
    this.panel.changed();
  }

  /** The selected record is decoded in another way now. */
  reload(): void {
    if (this.seq === null || !this.detail) return;
    this.rawBytes.clear();
    void this.load(this.seq);
  }

  private async load(seq: number): Promise<void> {
    this.abort?.abort();
    const abort = new AbortController();
    this.abort = abort;
    const same = this.detail?.seq === seq;
    if (!same) {
      this.problem = null;
      this.rawBytes.clear();
      this.hex = null;
    }
    try {
      const detail = await this.panel.rpc.call("detail", [seq, this.maxChars], abort.signal);
      if (abort.signal.aborted || this.seq !== seq) return;
      this.detail = detail;
      if (detail) this.record = { topic: detail.topic, partition: detail.partition, offset: detail.offset };
      else if (this.row?.kind !== "problem")
        this.problem =
          "This message is no longer kept: newer ones took its place. Read from its offset to see it again.";
      this.panel.changed();
      if (detail && this.tab === "hex") await this.loadHex(this.hexPart, hexPage);
      if (detail) await this.loadRaw(detail);
      this.wholeForTree();
    } catch (error) {
      if (isCancelled(error) || this.seq !== seq) return;
      this.detail = null;
      this.problem = messageOf(error);
    }
    this.panel.changed();
  }

  /** Has the user choose how the topic's keys or values are to be understood, and shows them so. */
  async decodeAs(part: "key" | "value"): Promise<void> {
    const { detail } = this;
    if (!detail) return;
    await this.panel.attempt(async () => {
      if (!(await this.panel.rpc.call("chooseDecoding", [detail.topic, part]))) return;
      this.reload();
    });
  }

  /** The first bytes of whatever is bytes, or could not be decoded: those stand right below the reason. */
  private async loadRaw(detail: RecordDetail): Promise<void> {
    const parts: ("key" | "value")[] = [];
    for (const part of ["key", "value"] as const) {
      const view = detail[part];
      if (view?.problems.length || view?.format === "binary") parts.push(part);
    }
    for (const part of parts) {
      const bytes = await this.panel.rpc.call("bytes", [detail.seq, part, 0, rawPage], this.abort?.signal);
      if (bytes && this.detail === detail) this.rawBytes.set(part, bytes);
    }
  }

  /** Bytes [0, to) of a part for the hex tab. */
  async loadHex(part: PayloadPart, to: number): Promise<void> {
    this.hexPart = part;
    const seq = this.seq;
    if (seq === null) return;
    await this.panel.attempt(async () => {
      const hex = await this.panel.rpc.call("bytes", [seq, part, 0, to], this.abort?.signal);
      if (this.seq === seq && this.hexPart === part) this.hex = hex;
    });
    this.panel.changed();
  }

  /** Shows a part in the hex tab. */
  showBytes(part: PayloadPart): void {
    this.hexPart = part;
    this.hex = null;
    this.chooseTab("hex");
  }

  moreHex(): void {
    void this.loadHex(this.hexPart, (this.hex?.bytes.length ?? 0) * 4 || hexPage);
  }

  /** The whole text of the selected key or value, for the clipboard: what is not all here does not come by here either. */
  async copy(part: "key" | "value"): Promise<void> {
    const { seq } = this;
    if (seq === null) return;
    const whole = this.detail?.seq === seq && !this.detail[part]?.textCut;
    await this.panel.attempt(async () => {
      if (whole || this.row?.kind === "problem")
        await this.panel.rpc.call("copyText", [this.detail?.[part]?.text ?? this.row?.problem ?? ""]);
      else await this.panel.rpc.call("copyRows", [[seq], part]);
    });
  }
}
