import { html, nothing, type TemplateResult } from "lit";
import { cssName } from "./cssName.ts";
import type { GridColumn, GridEvents } from "./virtualGrid.ts";

/** The heads of a grid's columns: to sort by, to move by drag or key, and with an edge that resizes. */
export const headerCells = (columns: readonly GridColumn[], events: GridEvents): TemplateResult[] =>
  columns.map((c, i) => headerCell(columns, events, c, i));

function headerCell(columns: readonly GridColumn[], events: GridEvents, c: GridColumn, index: number): TemplateResult {
  return html`<div
    role="columnheader"
    aria-colindex=${index + 1}
    aria-label=${c.name ?? c.title}
    title=${c.name ?? c.title}
    aria-sort=${c.sort ?? nothing}
    class=${`cell head c-${cssName(c.id)} ${c.align === "end" ? "end" : ""}`}
    draggable="true"
    @dragstart=${(e: DragEvent) => e.dataTransfer?.setData("application/x-kafka-column", c.id)}
    @dragover=${(e: DragEvent) => e.preventDefault()}
    @drop=${(e: DragEvent) => onDrop(columns, events, e, index)}
  >
    <button
      type="button"
      class="head-button"
      aria-label=${`${c.name ?? c.title}${c.sort ? ": sort" : ""}`}
      aria-keyshortcuts="Alt+Shift+ArrowLeft Alt+Shift+ArrowRight"
      @click=${(e: Event) => {
        e.stopPropagation();
        if (c.sort) events.sort(c.id);
      }}
      @keydown=${(e: KeyboardEvent) => {
        const by = e.altKey && e.shiftKey ? { ArrowLeft: -1, ArrowRight: 1 }[e.key] : undefined;
        if (by !== undefined) {
          e.preventDefault();
          events.move(c.id, by);
        }
        e.stopPropagation();
      }}
    >
      <span class="head-text">${c.title}</span>${
        c.sort && c.sort !== "none"
          ? html`<span class=${`codicon codicon-arrow-${c.sort === "ascending" ? "up" : "down"}`} aria-hidden="true"></span>`
          : nothing
      }
    </button>
    ${
      c.width === null
        ? nothing
        : html`<span
          class="col-handle"
          role="separator"
          aria-orientation="vertical"
          aria-label=${`Width of ${c.name ?? c.title}`}
          aria-valuenow=${Math.round(c.width)}
          tabindex="0"
          @pointerdown=${(e: PointerEvent) => startResize(events, e, c)}
          @click=${(e: Event) => e.stopPropagation()}
          @dblclick=${() => events.fit(c.id)}
          @keydown=${(e: KeyboardEvent) => keyResize(events, e, c)}
        ></span>`
    }
  </div>`;
}

function onDrop(columns: readonly GridColumn[], events: GridEvents, e: DragEvent, to: number): void {
  const id = e.dataTransfer?.getData("application/x-kafka-column");
  const from = columns.findIndex((c) => c.id === id);
  if (!id || from < 0) return;
  e.preventDefault();
  events.move(id, to - from);
}

function keyResize(events: GridEvents, e: KeyboardEvent, c: GridColumn): void {
  const step = { ArrowLeft: -8, ArrowRight: 8 }[e.key];
  if (step === undefined || c.width === null) return;
  e.preventDefault();
  e.stopPropagation();
  events.resize(c.id, Math.max(c.min, c.width + step));
}

function startResize(events: GridEvents, e: PointerEvent, c: GridColumn): void {
  e.preventDefault();
  e.stopPropagation();
  const handle = e.currentTarget as HTMLElement;
  const from = e.clientX;
  const width = c.width ?? c.min;
  handle.setPointerCapture(e.pointerId);
  const move = (m: PointerEvent) => events.resize(c.id, Math.max(c.min, Math.round(width + m.clientX - from)));
  const end = () => {
    handle.removeEventListener("pointermove", move);
    handle.removeEventListener("lostpointercapture", end);
  };
  handle.addEventListener("pointermove", move);
  handle.addEventListener("lostpointercapture", end);
}
