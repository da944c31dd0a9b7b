import { html, type TemplateResult } from "lit";

export interface SplitterOptions {
  label: string;
  /** "vertical": a line between left and right */
  orientation: "vertical" | "horizontal";
  /** id of the pane after it, whose size it changes */
  controls: string;
  min: number;
  onResize(size: number): void;
}

/** A line between two panes that can be dragged, or moved with the arrow keys. The pane after it gets the size. */
export function splitter(o: SplitterOptions): TemplateResult {
  const vertical = o.orientation === "vertical";
  const size = () => {
    const pane = document.getElementById(o.controls)?.getBoundingClientRect();
    return (vertical ? pane?.width : pane?.height) ?? o.min;
  };
  const limit = (wanted: number) => {
    const whole = document.getElementById(o.controls)?.parentElement?.getBoundingClientRect();
    const space = ((vertical ? whole?.width : whole?.height) ?? 800) - 160;
    return Math.round(Math.max(o.min, Math.min(wanted, space)));
  };
  const onPointerDown = (e: PointerEvent) => {
    e.preventDefault();
    const line = e.currentTarget as HTMLElement;
    line.setPointerCapture(e.pointerId);
    const from = vertical ? e.clientX : e.clientY;
    const start = size();
    const move = (m: PointerEvent) => o.onResize(limit(start + from - (vertical ? m.clientX : m.clientY)));
    line.addEventListener("pointermove", move);
    line.addEventListener("lostpointercapture", () => line.removeEventListener("pointermove", move), { once: true });
  };
  const onKey = (e: KeyboardEvent) => {
    const step = (vertical ? { ArrowLeft: 24, ArrowRight: -24 } : { ArrowUp: 24, ArrowDown: -24 })[e.key as never];
    if (step === undefined) return;
    e.preventDefault();
    o.onResize(limit(size() + step));
  };
  return html`<div
    class=${`splitter ${o.orientation}`}
    role="separator"
    tabindex="0"
    aria-orientation=${o.orientation}
    aria-label=${o.label}
    aria-controls=${o.controls}
    aria-valuemin=${o.min}
    aria-valuenow=${Math.round(size())}
    title=${o.label}
    @pointerdown=${onPointerDown}
    @keydown=${onKey}
  ></div>`;
}
