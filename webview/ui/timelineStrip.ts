import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Timeline } from "../../src/shared/messages.ts";
import { count, gridTime } from "./format.ts";
import { barsPath, bucketAt, bucketOf, bucketStart, buckets, placeOf, type Span, spanOf } from "./timelineModel.ts";

export interface StripEvents {
  narrow(span: Span | null): void;
  /** to the first message that is not older than a time, ms */
  jump(time: number): void;
  /** Escape with nothing left to reset */
  leave(): void;
  /** so many bars fit */
  room(bars: number): void;
}

/** pixels that a bar takes */
const barWidth = 6;
/** and at most, where there are few: a message alone is no block */
const widestBar = 24;
/** pixels that a press may move and still be a click */
const clickSlack = 4;
/** pixels around an edge of the chosen span in which it can be taken hold of */
const edgeReach = 6;
const height = 30;

/**
 * Messages over time: bars of what is kept, and brighter ones of what is shown. Dragging chooses a span, its edges can be dragged, a click jumps.
 * By keyboard it is a slider over the bars: arrows move, Shift+arrows choose a span, Enter narrows to it, Space jumps, Escape resets.
 */
export class TimelineStrip extends LitElement {
  static override properties = { line: { attribute: false }, span: { attribute: false }, events: { attribute: false } };
  declare line: Timeline | null;
  /** what the view is narrowed to */
  declare span: Span | null;
  declare events: StripEvents;

  /** by time, not by bar: bars move while messages arrive */
  private cursor: number | null = null;
  private anchor: number | null = null;
  private focused = false;
  /** bar under the pointer */
  private hover: number | null = null;
  /** the span that is being dragged, in bars */
  private drag: { from: number; to: number } | null = null;
  private sizes: ResizeObserver | null = null;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes = new ResizeObserver(() => this.events.room(Math.max(20, Math.floor(this.clientWidth / barWidth))));
    this.sizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes?.disconnect();
  }

  /** The line, where there is something on it. */
  private get drawn(): Timeline | null {
    return this.line && buckets(this.line) > 0 ? this.line : null;
  }

  private cursorBar(line: Timeline): number {
    return this.cursor === null ? buckets(line) - 1 : bucketOf(line, this.cursor);
  }

  /** What is being chosen, by pointer or keyboard, before it narrows anything. */
  private chosen(line: Timeline): { from: number; to: number } | null {
    if (this.drag) return this.drag;
    if (this.anchor === null) return null;
    return { from: bucketOf(line, this.anchor), to: this.cursorBar(line) };
  }

  private along(e: PointerEvent): number {
    const { left, width } = this.getBoundingClientRect();
    return (e.clientX - left) / Math.max(1, width);
  }

  private readonly onPointerDown = (e: PointerEvent): void => {
    const line = this.drawn;
    if (!line || e.button !== 0) return;
    const pressed = e.clientX;
    const at = bucketAt(line, this.along(e));
    const fixed = this.otherEdge(line, e);
    this.setPointerCapture(e.pointerId);
    let moved = false;
    const move = (m: PointerEvent) => {
      const now = this.drawn;
      if (!now || (!moved && Math.abs(m.clientX - pressed) < clickSlack)) return;
      moved = true;
      this.drag = { from: fixed ?? at, to: bucketAt(now, this.along(m)) };
      this.requestUpdate();
    };
    const end = (m: PointerEvent) => {
      this.removeEventListener("pointermove", move);
      this.removeEventListener("pointerup", end);
      this.removeEventListener("pointercancel", end);
      const { drag } = this;
      const now = this.drawn;
      this.drag = null;
      this.requestUpdate();
      if (m.type === "pointercancel" || !now) return;
      if (drag) this.narrow(now, drag.from, drag.to);
      else if (fixed === null) {
        this.cursor = bucketStart(now, at);
        this.events.jump(this.cursor);
      }
    };
    this.addEventListener("pointermove", move);
    this.addEventListener("pointerup", end);
    this.addEventListener("pointercancel", end);
  };

  /** The bar at the edge that stays, when the pointer takes hold of the other one; null when it takes hold of none. */
  private otherEdge(line: Timeline, e: PointerEvent): number | null {
    const place = this.span && placeOf(line, this.span);
    if (!place) return null;
    const { left, width } = this.getBoundingClientRect();
    const near = (part: number): boolean => Math.abs(e.clientX - left - part * width) <= edgeReach;
    if (near(place.to)) return bucketAt(line, place.from + 1e-9);
    if (near(place.from)) return bucketAt(line, place.to - 1e-9);
    return null;
  }

  private narrow(line: Timeline, a: number, b: number): void {
    const { from, to } = spanOf(line, a, b);
    this.anchor = null;
    // up to the newest bar means: also what is still to come
    this.events.narrow({ from, to: Math.max(a, b) === buckets(line) - 1 ? null : to });
  }

  private readonly onKey = (e: KeyboardEvent): void => {
    const line = this.drawn;
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "Escape") {
      e.preventDefault();
      if (this.anchor !== null) this.anchor = null;
      else if (this.span) this.events.narrow(null);
      else this.events.leave();
      this.requestUpdate();
      return;
    }
    if (!line) return;
    const at = this.cursorBar(line);
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[e.key];
    const to = step === undefined ? { Home: 0, End: buckets(line) - 1 }[e.key] : at + step;
    if (to !== undefined) {
      e.preventDefault();
      this.anchor = e.shiftKey ? (this.anchor ?? bucketStart(line, at)) : null;
      this.cursor = bucketStart(line, Math.max(0, Math.min(buckets(line) - 1, to)));
    } else if (e.key === "Enter") {
      e.preventDefault();
      const { from, to: end } = this.chosen(line) ?? { from: at, to: at };
      this.narrow(line, from, end);
    } else if (e.key === " ") {
      e.preventDefault();
      this.events.jump(bucketStart(line, at));
    } else return;
    this.requestUpdate();
  };

  /** "10:02:11.000 – 10:02:12.999: 120 messages, 12 shown" */
  private sentence(line: Timeline, a: number, b: number): string {
    const [low, high] = a < b ? [a, b] : [b, a];
    const { from, to } = spanOf(line, low, high);
    const now = new Date();
    const sum = (counts: readonly number[]) => counts.slice(low, high + 1).reduce((all, one) => all + one, 0);
    const [kept, shown] = [sum(line.kept), sum(line.shown)];
    const part = shown === kept ? "" : `, ${count(shown, "shown", "shown")}`;
    return `${gridTime(from, now)} – ${gridTime(to, now)}: ${count(kept, "message")}${part}`;
  }

  protected override render(): TemplateResult {
    const line = this.drawn;
    const bars = line ? buckets(line) : 1;
    const at = line ? this.cursorBar(line) : 0;
    const chosen = line && this.chosen(line);
    const place = chosen && {
      from: Math.min(chosen.from, chosen.to) / bars,
      to: (Math.max(chosen.from, chosen.to) + 1) / bars,
    };
    const held = line && this.span ? placeOf(line, this.span) : null;
    const most = line ? Math.max(1, ...line.kept) : 1;
    const widest = (widestBar * bars) / Math.max(1, this.clientWidth);
    const told =
      line &&
      (this.drag ??
        (this.hover === null ? null : { from: this.hover, to: this.hover }) ??
        (this.focused ? (chosen ?? { from: at, to: at }) : null));
    const tipAt = told ? (told.to + 0.5) / bars : 0;
    const box = (name: string, { from, to }: { from: number; to: number }) =>
      html`<div class=${name} .style=${`left: ${from * 100}%; width: ${(to - from) * 100}%`}></div>`;
    return html`<div
      class="strip"
      role="slider"
      tabindex="0"
      aria-label="Time line"
      aria-description="Arrows move, Shift and arrows choose a span, Enter narrows to it, Space jumps there, Escape resets."
      aria-disabled=${line ? nothing : "true"}
      aria-valuemin="0"
      aria-valuemax=${bars - 1}
      aria-valuenow=${at}
      aria-valuetext=${line ? this.sentence(line, chosen?.from ?? at, chosen?.to ?? at) : "No messages with a time"}
      @pointerdown=${this.onPointerDown}
      @pointermove=${(e: PointerEvent) => {
        this.hover = line ? bucketAt(line, this.along(e)) : null;
        this.requestUpdate();
      }}
      @pointerleave=${() => {
        this.hover = null;
        this.requestUpdate();
      }}
      @dblclick=${() => this.span && this.events.narrow(null)}
      @keydown=${this.onKey}
      @focus=${(e: FocusEvent) => {
        // a click leaves no cursor behind it
        this.focused = (e.currentTarget as HTMLElement).matches(":focus-visible");
        this.requestUpdate();
      }}
      @blur=${() => {
        this.focused = false;
        this.anchor = null;
        this.requestUpdate();
      }}
    >
      ${held ? box("strip-span", held) : nothing}
      ${
        line
          ? html`<svg viewBox=${`0 0 ${bars} ${height}`} preserveAspectRatio="none" aria-hidden="true">
              <path class="bars-kept" d=${barsPath(line.kept, most, height, widest)}></path>
              <path class="bars-shown" d=${barsPath(line.shown, most, height, widest)}></path>
            </svg>`
          : nothing
      }
      ${place ? box("strip-chosen", place) : nothing}
      ${line && this.focused ? box("strip-cursor", { from: at / bars, to: (at + 1) / bars }) : nothing}
      ${
        line && told
          ? html`<div class="strip-tip" aria-hidden="true" .style=${tipAt > 0.5 ? `right: ${(1 - tipAt) * 100}%` : `left: ${tipAt * 100}%`}>
              ${this.sentence(line, told.from, told.to)}
            </div>`
          : nothing
      }
    </div>`;
  }
}
customElements.define("kw-timeline", TimelineStrip);
