import type { ReadFrom, ReadQuery, ReadTo } from "../shared/messages.ts";
import type { DraftField, MessagesState, PanelLayout, ProduceDraft, SerializedPanel } from "../shared/protocol.ts";

/** A panel that is opened for the first time: the last messages of the topic, then live. */
export const initialState = (topic: string, last: number): MessagesState => ({
  query: {
    topic,
    from: { kind: "last", count: last },
    to: { kind: "live" },
    partitions: null,
    isolation: "read_committed",
  },
  detailTab: "value",
  detailOpen: false,
  selected: null,
  draft: null,
  produceOpen: false,
  layout: noLayout,
  view: null,
});

const noLayout: PanelLayout = { columns: {}, detailWidth: null, detailHeight: null, produceWidth: null };

type Loose = Record<string, unknown>;
const object = (value: unknown): Loose | null =>
  typeof value === "object" && value !== null ? (value as Loose) : null;
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
const number = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);
const digits = (value: unknown): string | null =>
  typeof value === "string" && /^\d{1,19}$/.test(value) ? value : null;
const positive = (value: unknown): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;

/**
 * What VS Code kept of a panel, perhaps written by another version: everything that still makes sense is taken, the rest is as on
 * opening. Null when it does not even say which topic of which connection it was.
 */
export function restoredPanel(kept: unknown, last: number): SerializedPanel | null {
  const panel = object(kept);
  const state = object(panel?.["state"]);
  const query = object(state?.["query"]);
  const connectionId = text(panel?.["connectionId"]);
  const topic = text(query?.["topic"]);
  if (!panel || !state || !query || !connectionId || !topic) return null;
  const start = initialState(topic, last);
  const selected = object(state["selected"]);
  const partition = number(selected?.["partition"]);
  const offset = digits(selected?.["offset"]);
  return {
    connectionId,
    connectionName: text(panel["connectionName"]) ?? connectionId,
    state: {
      query: restoredQuery(query, start.query),
      detailTab: text(state["detailTab"]) ?? start.detailTab,
      detailOpen: state["detailOpen"] === true,
      selected: partition !== null && offset !== null ? { partition, offset } : null,
      draft: restoredDraft(object(state["draft"])),
      produceOpen: state["produceOpen"] === true,
      layout: restoredLayout(object(state["layout"])),
      // rows of before the reload had other numbers
      view: null,
    },
  };
}

function restoredQuery(query: Loose, start: ReadQuery): ReadQuery {
  const partitions = query["partitions"];
  return {
    topic: start.topic,
    from: restoredFrom(object(query["from"])) ?? start.from,
    to: restoredTo(object(query["to"])) ?? start.to,
    partitions:
      Array.isArray(partitions) && partitions.length > 0 && partitions.every((p) => Number.isSafeInteger(p))
        ? (partitions as number[])
        : null,
    isolation: query["isolation"] === "read_uncommitted" ? "read_uncommitted" : "read_committed",
  };
}

function restoredFrom(from: Loose | null): ReadFrom | null {
  switch (from?.["kind"]) {
    case "latest":
    case "beginning":
      return { kind: from["kind"] };
    case "last": {
      const count = positive(from["count"]);
      return count ? { kind: "last", count } : null;
    }
    case "offset": {
      const offset = digits(from["offset"]);
      return offset ? { kind: "offset", offset } : null;
    }
    case "time": {
      const timestamp = digits(from["timestamp"]);
      return timestamp ? { kind: "time", timestamp } : null;
    }
    default:
      return null;
  }
}

function restoredTo(to: Loose | null): ReadTo | null {
  switch (to?.["kind"]) {
    case "live":
    case "end":
      return { kind: to["kind"] };
    case "count": {
      const count = positive(to["count"]);
      return count ? { kind: "count", count } : null;
    }
    default:
      return null;
  }
}

function restoredDraft(draft: Loose | null): ProduceDraft | null {
  const key = restoredField(object(draft?.["key"]));
  const value = restoredField(object(draft?.["value"]));
  if (!draft || !key || !value) return null;
  const headers = Array.isArray(draft["headers"]) ? draft["headers"].map(object) : [];
  return {
    key,
    value,
    headers: headers.flatMap((h) =>
      h ? [{ key: text(h["key"]) ?? "", value: text(h["value"]) ?? "", isNull: h["isNull"] === true }] : [],
    ),
    partition: number(draft["partition"]),
  };
}

function restoredField(field: Loose | null): DraftField | null {
  const encoding = field?.["encoding"];
  const value = text(field?.["text"]);
  if (value === null) return null;
  switch (encoding) {
    case "text":
    case "json":
    case "hex":
    case "null":
      return { encoding, text: value };
    case "schema": {
      const subject = text(field?.["subject"]);
      return { encoding, text: value, ...(subject === null ? {} : { subject }) };
    }
    default:
      return null;
  }
}

function restoredLayout(layout: Loose | null): PanelLayout {
  const columns = Object.entries(object(layout?.["columns"]) ?? {}).flatMap(([id, width]) =>
    positive(width) === null ? [] : [[id, width as number] as const],
  );
  return {
    columns: Object.fromEntries(columns),
    detailWidth: number(layout?.["detailWidth"]),
    detailHeight: number(layout?.["detailHeight"]),
    produceWidth: number(layout?.["produceWidth"]),
  };
}
