import { html, LitElement, noChange, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { cssName } from "./cssName.ts";
import { headerCells } from "./gridHeader.ts";
import { ScrollModel } from "./scrollModel.ts";
import { widthOf } from "./textWidth.ts";

export interface GridColumn {
  id: string;
  title: string;
  /** full name for the tooltip and the screen reader, where `title` is short */
  name?: string;
  /** pixels; null: takes what is left */
  width: number | null;
  min: number;
  align?: "end";
  /** it can be sorted by, and is; missing: it cannot */
  sort?: "none" | "ascending" | "descending";
}

/** What one row looks like; `cells` are `role="gridcell"` elements, one per column (or spanning). */
export interface GridRow {
  class: string;
  /** selected, perhaps together with others */
  marked: boolean;
  cells: unknown;
}

export interface GridSource {
  /** rows are at places [first, next) */
  first: number;
  next: number;
  run: number;
  /** undefined: not here yet, a placeholder is drawn */
  row(seq: number): GridRow | undefined;
  /** the rows about to be drawn: fetch what is missing, in one request */
  ensure(from: number, to: number): void;
}

export type Reach = "one" | "toggle" | "range" | "none";

export interface GridEvents {
  /**
   * `reach`: beside what is selected ("toggle"), from where the selection began ("range"), just this row ("one"), or none: the keys act on it, and
   * what is selected stays ("none")
   */
  select(place: number, how: "pointer" | "keyboard", reach: Reach): void;
  /** Ctrl+A */
  selectAll(): void;
  /** the menu of the selected rows is wanted at a point; `column`: the one that was clicked */
  menu(x: number, y: number, column: string | null): void;
  /** a key that the grid has no use for */
  key(e: KeyboardEvent): void;
  sort(column: string): void;
  move(column: string, by: number): void;
  /** the column as wide as what is in it */
  fit(column: string): void;
  /** Enter on a row */
  open(): void;
  /** Escape */
  leave(): void;
  copy(): void;
  resize(column: string, width: number): void;
  scrolled(follow: boolean): void;
  /** the grid's size or font changed */
  measured(): void;
}

/** rows; beyond it coordinates would lose their pixels */
const maxFromAnchor = 20_000;

/**
 * A grid over millions of rows: draws what is visible and a few more, whatever the count.
 *
 * The rows live in a layer that sticks to the viewport and is placed by our own position (scrollModel.ts); the native scroll bar is only an input.
 * So what is on screen is always what the model says: no blank areas while scrolling fast, and no limit from element heights.
 * ARIA: role grid with `aria-activedescendant`, so focus stays on the grid while rows come and go.
 */
export class VirtualGrid extends LitElement {
  static override properties = {
    label: { attribute: false },
    columns: { attribute: false },
    source: { attribute: false },
    selected: { attribute: false },
    version: { attribute: false },
    events: { attribute: false },
    rowHeight: { attribute: false },
  };
  declare label: string;
  declare columns: GridColumn[];
  declare source: GridSource;
  declare selected: number | null;
  /** anything that changes when rows should be drawn again */
  declare version: unknown;
  declare events: GridEvents;
  /** pixels beyond what the font needs; changes are measured */
  declare rowHeight: number;

  readonly position = new ScrollModel();
  /** row (with its fraction) to stand at once rows are there; null: nothing special */
  startAt: number | null = null;
  /** width of a digit in the rows' font, pixels */
  charWidth = 7.6;
  /** width of its narrow letters: the same, unless the font is proportional */
  narrowest = 7.6;
  /** the row that positions are counted from, so that numbers stay small and a scroll moves one element only */
  private anchor = 0;
  /** what is drawn, and what a row's place has to be less of to be the key of its element */
  private drawn = { from: 0, to: 0 };
  private keyBase = 0;
  private run = -1;
  private lastBar = 0;
  private dragging = false;
  private sizes: ResizeObserver | null = null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes = new ResizeObserver(() => this.measure());
    this.sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes?.disconnect();
  }

  /** Moves the focus to the rows. */
  focusRows(): void {
    this.querySelector<HTMLElement>(".grid-scroll")?.focus();
  }

  /** Brings a row into view and stops following, unless it is the last. */
  reveal(seq: number, center = true): void {
    this.position.reveal(seq, center);
    this.position.follow = this.position.follow && seq === this.position.next - 1;
    this.requestUpdate();
  }

  toEnd(): void {
    this.position.scrollTo(Infinity);
    this.moved();
  }

  private measure(): void {
    const scroller = this.querySelector<HTMLElement>(".grid-scroll");
    const header = this.querySelector<HTMLElement>(".grid-header");
    if (!scroller || !header) return;
    const style = getComputedStyle(scroller);
    const font = Number.parseFloat(style.fontSize) || 12;
    const face = `${style.fontSize} ${style.fontFamily}`;
    this.charWidth = widthOf("0", face, font * 0.6);
    this.narrowest = widthOf("i", face, font * 0.6);
    const rowHeight = Math.max(this.rowHeight, Math.round(font * 1.3 + this.rowHeight / 4));
    this.style.setProperty("--row-height", `${rowHeight}px`);
    this.style.setProperty("--view-height", `${scroller.clientHeight}px`);
    this.position.resize(Math.max(0, scroller.clientHeight - header.offsetHeight), rowHeight);
    this.requestUpdate();
    this.events.measured();
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    const { first, next, run } = this.source;
    if (changed.has("rowHeight") && changed.get("rowHeight") !== undefined) requestAnimationFrame(() => this.measure());
    if (run !== this.run) {
      this.run = run;
      this.position.top = first * this.position.rowHeight;
    }
    this.position.bounds(first, next);
    if (this.startAt !== null && next > first) {
      this.position.moveTo(this.startAt * this.position.rowHeight);
      this.startAt = null;
    }
  }

  protected override updated(): void {
    const scroller = this.querySelector<HTMLElement>(".grid-scroll");
    const spacer = this.querySelector<HTMLElement>(".grid-spacer");
    if (!scroller || !spacer) return;
    if (this.position.view === 0) this.measure();
    // the layer is as high as the viewport, so the spacer is what is scrolled beyond it
    spacer.style.height = `${Math.max(0, Math.floor(this.position.barHeight - this.position.view))}px`;
    if (!this.dragging && Math.abs(scroller.scrollTop - this.position.bar) >= 1) scroller.scrollTop = this.position.bar;
    if (!this.dragging) this.lastBar = scroller.scrollTop;
    const { from, to } = this.position.range(0);
    if (to > from) this.source.ensure(from, to);
  }

  private moved(): void {
    this.requestUpdate();
    this.events.scrolled(this.position.follow);
  }

  private readonly onWheel = (e: WheelEvent): void => {
    if (e.ctrlKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) return;
    const unit = e.deltaMode === 1 ? this.position.rowHeight : e.deltaMode === 2 ? this.position.view : 1;
    if (e.shiftKey) return;
    e.preventDefault();
    const fast = e.altKey ? 5 : 1;
    this.position.scrollTo(this.position.top + e.deltaY * unit * fast);
    this.moved();
  };

  private readonly onScroll = (e: Event): void => {
    const bar = (e.target as HTMLElement).scrollTop;
    if (Math.abs(bar - this.lastBar) < 1) return;
    this.lastBar = bar;
    this.position.dragTo(bar);
    this.moved();
  };

  private readonly onPointerDown = (e: PointerEvent): void => {
    const scroller = e.currentTarget as HTMLElement;
    if (e.target !== scroller || e.offsetX < scroller.clientWidth) return;
    // the thumb is in the user's hand: do not move it away while rows arrive
    this.dragging = true;
    const release = () => {
      this.dragging = false;
      this.requestUpdate();
    };
    window.addEventListener("pointerup", release, { once: true });
    window.addEventListener("blur", release, { once: true });
  };

  private readonly onKey = (e: KeyboardEvent): void => {
    const command = e.ctrlKey || e.metaKey;
    if (command && e.key.toLowerCase() === "a") {
      e.preventDefault();
      this.events.selectAll();
      return;
    }
    if ((e.key === "F10" && e.shiftKey) || e.key === "ContextMenu") {
      e.preventDefault();
      const row = this.querySelector(".grid-row.selected")?.getBoundingClientRect();
      const box = this.getBoundingClientRect();
      this.events.menu(box.left + 40, Math.max(box.top, row?.bottom ?? box.top + 40), null);
      return;
    }
    if (command && e.key.toLowerCase() === "c" && this.selected !== null) {
      if (getSelection()?.isCollapsed ?? true) {
        e.preventDefault();
        this.events.copy();
      }
      return;
    }
    const { first, next, pageRows } = this.position;
    if (next === first || e.altKey) {
      this.events.key(e);
      return;
    }
    // as in VS Code's lists, and as elsewhere
    if (command && this.selected !== null && (e.key === " " || (e.key === "Enter" && e.shiftKey))) {
      e.preventDefault();
      this.events.select(this.selected, "keyboard", "toggle");
      return;
    }
    const current = this.selected ?? null;
    const start = this.position.range(0).from;
    const to = {
      ArrowDown: current === null ? start : current + 1,
      ArrowUp: current === null ? start : current - 1,
      PageDown: (current ?? start) + pageRows,
      PageUp: (current ?? start) - pageRows,
      Home: first,
      End: next - 1,
    }[e.key];
    if (to !== undefined) {
      e.preventDefault();
      const seq = Math.min(Math.max(to, first), next - 1);
      this.position.reveal(seq);
      this.position.follow = e.key === "End";
      // at once: the next key may come before the owner has drawn the selection
      this.selected = seq;
      this.events.select(seq, "keyboard", e.shiftKey ? "range" : command ? "none" : "one");
      this.moved();
    } else if (e.key === "Enter" && current !== null && !command) {
      e.preventDefault();
      this.events.open();
    } else if (e.key === "Escape") this.events.leave();
    else this.events.key(e);
  };

  private readonly onContextMenu = (e: MouseEvent): void => {
    const target = e.target as HTMLElement;
    const row = target.closest<HTMLElement>("[data-seq]");
    if (!row) return;
    e.preventDefault();
    const place = Number(row.dataset["seq"]);
    // a click on what is selected keeps it
    if (!row.classList.contains("marked")) this.events.select(place, "pointer", "one");
    const cell = target.closest<HTMLElement>("[role=gridcell]");
    const index = Number(cell?.getAttribute("aria-colindex") ?? 0) - 1;
    this.events.menu(e.clientX, e.clientY, this.columns[index]?.id ?? null);
  };

  private readonly onClick = (e: MouseEvent): void => {
    const row = (e.target as HTMLElement).closest<HTMLElement>("[data-seq]");
    if (!row || (!e.shiftKey && !(getSelection()?.isCollapsed ?? true))) return;
    this.position.follow = false;
    if (e.shiftKey) getSelection()?.removeAllRanges();
    const reach = e.shiftKey ? "range" : e.ctrlKey || e.metaKey ? "toggle" : "one";
    this.events.select(Number(row.dataset["seq"]), "pointer", reach);
    this.moved();
  };

  private template(): string {
    return this.columns
      .map((c) => (c.width === null ? `minmax(${c.min}px, 1fr)` : `${Math.max(c.min, c.width)}px`))
      .join(" ");
  }

  protected override render(): TemplateResult {
    const { from, to } = this.position.range(4);
    if (Math.abs(from - this.anchor) > maxFromAnchor) this.anchor = from;
    const count = this.position.next - this.position.first;
    // a jump shows none of the rows that are drawn: their elements take the others
    if (to > from && (from >= this.drawn.to || to <= this.drawn.from)) this.keyBase += from - this.drawn.from;
    this.drawn = { from, to };
    const seqs = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    const active =
      this.selected !== null && this.selected >= from && this.selected < to ? `row-${this.selected}` : nothing;
    return html`<div
      class="grid-scroll"
      role="grid"
      tabindex="0"
      aria-label=${this.label}
      aria-rowcount=${count + 1}
      aria-colcount=${this.columns.length}
      aria-multiselectable="true"
      aria-activedescendant=${active}
      .style=${`--columns: ${this.template()}`}
      @wheel=${{ handleEvent: this.onWheel, passive: false }}
      @scroll=${this.onScroll}
      @pointerdown=${this.onPointerDown}
      @keydown=${this.onKey}
      @click=${this.onClick}
      @contextmenu=${this.onContextMenu}
    >
      <div class="grid-layer" role="presentation">
        <div class="grid-header" role="row" aria-rowindex="1">${
          // a scroll leaves it as it is
          guard([this.columns], () => headerCells(this.columns, this.events))
        }</div>
        <div class="grid-rows" role="presentation">
          <div
            class="grid-moved"
            role="presentation"
            .style=${`transform: translateY(${this.anchor * this.position.rowHeight - this.position.top}px)`}
          >
            ${repeat(
              seqs,
              (seq) => seq - this.keyBase,
              (seq) => this.row(seq),
            )}
          </div>
        </div>
      </div>
      <div class="grid-spacer" role="presentation"></div>
    </div>`;
  }

  private row(seq: number): TemplateResult {
    const row = this.source.row(seq);
    const selected = seq === this.selected;
    return html`<div
      id=${`row-${seq}`}
      role="row"
      class=${`grid-row ${row?.class ?? "loading"} ${row?.marked ? "marked" : ""} ${selected ? "selected" : ""}`}
      aria-rowindex=${seq - this.position.first + 2}
      aria-selected=${row ? row.marked : selected}
      aria-busy=${row ? nothing : "true"}
      data-seq=${seq}
      .style=${`transform: translateY(${(seq - this.anchor) * this.position.rowHeight}px)`}
    >
      ${
        // what stood there is not shown meanwhile (grid.css), and becomes the row that comes
        row ? row.cells : noChange
      }
    </div>`;
  }

  /** How wide what is drawn of a column is, pixels; null when nothing is. */
  widthOf(column: string): number | null {
    const cells = [...this.querySelectorAll<HTMLElement>(`.grid-row .c-${cssName(column)}`)];
    if (cells.length === 0) return null;
    const range = document.createRange();
    return Math.ceil(
      Math.max(
        ...cells.map((cell) => {
          range.selectNodeContents(cell);
          return range.getBoundingClientRect().width;
        }),
      ),
    );
  }
}
customElements.define("kw-grid", VirtualGrid);
