import type { Panel } from "./panel.ts";

/** rows that one range may span */
const MOST = 100_000;
const WINDOW = 1000;

/** The rows that are selected together, beside the one that is looked at: by their seqs, or all that the view shows. */
export class Marks {
  /** everything that the view shows, whatever that is */
  all = false;
  private seqs = new Set<number>();
  /** place where a range begins */
  private anchor: number | null = null;
  private readonly panel: Panel;

  constructor(panel: Panel) {
    this.panel = panel;
  }

  get count(): number {
    const { rows } = this.panel.reading;
    return this.all ? rows.next - rows.first : this.seqs.size;
  }

  has(seq: number): boolean {
    return this.all || this.seqs.has(seq);
  }

  /** null: all */
  get list(): number[] | null {
    return this.all ? null : [...this.seqs];
  }

  /** Only this row, and ranges begin here. */
  only(seq: number | null, at: number | null): void {
    this.all = false;
    this.seqs = new Set(seq === null ? [] : [seq]);
    this.anchor = at;
  }

  toggle(seq: number, at: number): void {
    this.all = false;
    if (!this.seqs.delete(seq)) this.seqs.add(seq);
    this.anchor = at;
    this.panel.changed();
  }

  /** All rows from where the range began to a place. */
  extendTo(at: number): void {
    this.all = false;
    const anchor = this.anchor ?? at;
    const from = Math.min(anchor, at);
    const to = Math.min(Math.max(anchor, at) + 1, from + MOST);
    this.anchor = anchor;
    void this.panel.attempt(async () => {
      const seqs = new Set<number>();
      const { rows } = this.panel.reading;
      for (let place = from; place < to; ) {
        const known = rows.get(place);
        if (known) {
          seqs.add(known.seq);
          place++;
          continue;
        }
        const window = await this.panel.rpc.call("rows", [place, Math.min(to, place + WINDOW)]);
        if (window.rows.length === 0) break;
        for (const row of window.rows) seqs.add(row.seq);
        place = window.from + window.rows.length;
      }
      this.seqs = seqs;
      this.panel.changed();
    });
  }

  everything(): void {
    this.all = true;
    this.seqs.clear();
    this.panel.changed();
  }
}
