import type { Filter, ReadFrom, ReadQuery, TopicChoice, ViewSpec } from "../shared/messages.ts";
import type { FilterDraft, MessagesState } from "../shared/protocol.ts";

/** What is to be different in a panel from how it is, or would be on opening. */
export interface PanelChange {
  /** all of the query but the topics; the three below are parts of it */
  query?: Omit<ReadQuery, keyof TopicChoice>;
  partitions?: number[];
  from?: ReadFrom;
  /** reads only what matches; null: everything */
  filter?: Filter | null;
  view?: ViewSpec;
  /** with the produce form showing */
  produce?: boolean;
}

/** The state with the change made; the line of the filter shows the filter that was asked for. */
export function changedState(state: MessagesState, change: PanelChange): MessagesState {
  const { partitions, from, filter, view = state.view, produce = false } = change;
  const query: ReadQuery = {
    ...state.query,
    ...change.query,
    ...(partitions ? { partitions } : {}),
    ...(from ? { from } : {}),
    ...(filter === undefined ? {} : { filter }),
  };
  const draft =
    change.view?.filter || change.query?.filter || filter
      ? filterDraft(view.filter ?? query.filter, view.filter ? "kept" : "topic")
      : null;
  return { ...state, query, view, filter: draft ?? state.filter, produceOpen: state.produceOpen || produce };
}

function filterDraft(filter: Filter | null, scope: FilterDraft["scope"]): FilterDraft | null {
  switch (filter?.kind) {
    case "contains":
      return { ...filter, scope };
    case "regex": {
      const { kind, pattern, caseSensitive, parts } = filter;
      return { kind, text: pattern, caseSensitive, parts, scope };
    }
    case "cel":
      return { kind: "cel", text: filter.expression, caseSensitive: false, parts: ["key", "value"], scope };
    default:
      return null;
  }
}
