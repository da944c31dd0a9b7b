import type { TopicChoice } from "../shared/messages.ts";
import { wholeView } from "../shared/messages.ts";
import type { FilterDraft, MessagesState, PanelLayout, SerializedPanel } from "../shared/protocol.ts";
import { type Loose, number, object, oneOf, positive, recordRef, text, texts } from "./loose.ts";
import { restoredDraft } from "./restoredDraft.ts";
import { restoredFilterDraft, restoredQuery, restoredView } from "./restoredQuery.ts";

/** A panel that is opened for the first time: the last messages of the topics, then live; several topics in the order of time. */
export const initialState = (choice: TopicChoice, last: number): MessagesState => ({
  query: {
    ...choice,
    from: { kind: "last", count: last },
    to: { kind: "live" },
    partitions: null,
    isolation: "read_committed",
    filter: null,
    schema: null,
    control: false,
  },
  view:
    choice.topics.length === 1 && choice.pattern === null
      ? wholeView
      : { ...wholeView, sort: { by: "time", descending: false } },
  filter: noFilter,
  detailTab: "value",
  detailOpen: false,
  selected: null,
  draft: null,
  produceOpen: false,
  layout: noLayout,
  place: null,
});

const noFilter: FilterDraft = {
  kind: "contains",
  text: "",
  caseSensitive: false,
  parts: ["key", "value"],
  scope: "kept",
};

export const noLayout: PanelLayout = {
  columns: {},
  order: null,
  time: "local",
  density: "normal",
  timeline: true,
  detailWidth: null,
  detailHeight: null,
  produceWidth: null,
  tree: false,
};

/**
 * What VS Code kept of a panel, perhaps written by another version: everything that still makes sense is taken, the rest is as on
 * opening. Null when it does not even say which topic of which connection it was.
 */
export function restoredPanel(kept: unknown, last: number): SerializedPanel | null {
  const panel = object(kept);
  const state = object(panel?.["state"]);
  const query = object(state?.["query"]);
  const connectionId = text(panel?.["connectionId"]);
  const choice: TopicChoice = { topics: texts(query?.["topics"]) ?? [], pattern: text(query?.["pattern"]) };
  if (!panel || !state || !query || !connectionId || (choice.topics.length === 0 && !choice.pattern)) return null;
  const start = initialState(choice, last);
  return {
    connectionId,
    connectionName: text(panel["connectionName"]) ?? connectionId,
    state: {
      query: restoredQuery(query, start.query),
      view: restoredView(object(state["view"]), start.view),
      filter: restoredFilterDraft(object(state["filter"]), start.filter),
      detailTab: text(state["detailTab"]) ?? start.detailTab,
      detailOpen: state["detailOpen"] === true,
      selected: recordRef(state["selected"]),
      draft: restoredDraft(object(state["draft"])),
      produceOpen: state["produceOpen"] === true,
      layout: restoredLayout(object(state["layout"])),
      // rows of before the reload had other numbers
      place: null,
    },
  };
}

export function restoredLayout(layout: Loose | null): PanelLayout {
  const columns = Object.entries(object(layout?.["columns"]) ?? {}).flatMap(([id, width]) =>
    positive(width) === null ? [] : [[id, width as number] as const],
  );
  return {
    columns: Object.fromEntries(columns),
    order: texts(layout?.["order"]),
    time: oneOf(["local", "utc", "relative", "epoch"], layout?.["time"]) ?? noLayout.time,
    density: oneOf(["compact", "normal", "comfortable"], layout?.["density"]) ?? noLayout.density,
    timeline: layout?.["timeline"] !== false,
    detailWidth: number(layout?.["detailWidth"]),
    detailHeight: number(layout?.["detailHeight"]),
    produceWidth: number(layout?.["produceWidth"]),
    tree: layout?.["tree"] === true,
  };
}
