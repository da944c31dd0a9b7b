import { html, nothing, type TemplateResult } from "lit";
import "../ui/timelineStrip.ts";
import type { StripEvents } from "../ui/timelineStrip.ts";
import type { Panel } from "./panel.ts";
import { TimelineState } from "./timelineState.ts";

const states = new WeakMap<Panel, { state: TimelineState; events: StripEvents }>();

function stateOf(panel: Panel): { state: TimelineState; events: StripEvents } {
  const known = states.get(panel);
  if (known) return known;
  const state = new TimelineState(panel);
  const made = {
    state,
    events: {
      narrow: (time) => panel.reading.look({ time }),
      jump: (time) => state.jump(time),
      leave: () => panel.grid?.focusRows(),
      room: (bars) => state.room(bars),
    } satisfies StripEvents,
  };
  states.set(panel, made);
  return made;
}

/** Messages over time, above the grid: where they are, and a way to narrow the view to a part of it. */
export function timelineBar(panel: Panel): TemplateResult | typeof nothing {
  if (!panel.layout.timeline) return nothing;
  const { state, events } = stateOf(panel);
  state.refresh();
  return html`<kw-timeline role="region" aria-label="Messages over time" .line=${state.line} .span=${panel.reading.view.time} .events=${events}></kw-timeline>`;
}
