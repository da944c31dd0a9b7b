import type { Filter, FilterPart, ReadFrom, ReadQuery, ReadTo, SortKey, ViewSpec } from "../shared/messages.ts";
import type { FilterDraft } from "../shared/protocol.ts";
import { isSchemaKey, type NamedSchema } from "../shared/schemaUse.ts";
import { digits, type Loose, object, oneOf, positive, recordRef, text, texts } from "./loose.ts";

// What may have been written by another version, or come with a link from anywhere: what makes sense is taken, the rest is as in `start`.

const FILTER_KINDS = ["contains", "regex", "cel"] as const;
const PARTS: readonly FilterPart[] = ["key", "value", "headers"];
const SCHEMA_PARTS = ["key", "value"] as const;
const SORT_KEYS: readonly SortKey[] = ["arrival", "time", "offset", "size"];
/** of a filter or key, characters */
const MOST_TEXT = 100_000;
/** of a topic's name, characters: as Kafka has it */
const MOST_TOPIC = 249;
const MOST_FIELDS = 100;

/** The topics are those of `start`. */
export function restoredQuery(query: Loose, start: ReadQuery): ReadQuery {
  const partitions = query["partitions"];
  return {
    topics: start.topics,
    pattern: start.pattern,
    from: restoredFrom(object(query["from"])) ?? start.from,
    to: restoredTo(object(query["to"])) ?? start.to,
    partitions:
      Array.isArray(partitions) && partitions.length > 0 && partitions.every((p) => Number.isSafeInteger(p))
        ? (partitions as number[])
        : null,
    isolation: query["isolation"] === "read_uncommitted" ? "read_uncommitted" : "read_committed",
    filter: restoredFilter(object(query["filter"])),
    schema: restoredSchema(object(query["schema"])),
    control: query["control"] === true,
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
    case "offsets": {
      const list = Array.isArray(from["offsets"]) ? from["offsets"].map(recordRef) : [];
      const offsets = list.filter((one) => one !== null);
      return offsets.length > 0 && offsets.length === list.length ? { kind: "offsets", offsets } : null;
    }
    case "time": {
      const timestamp = digits(from["timestamp"]);
      return timestamp ? { kind: "time", timestamp } : null;
    }
    case "group": {
      const group = text(from["group"]);
      return group ? { kind: "group", group } : null;
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
    case "offset": {
      const offset = digits(to["offset"]);
      return offset ? { kind: "offset", offset } : null;
    }
    case "time": {
      const timestamp = digits(to["timestamp"]);
      return timestamp ? { kind: "time", timestamp } : null;
    }
    default:
      return null;
  }
}

export function restoredFilter(filter: Loose | null): Filter | null {
  const kind = oneOf(FILTER_KINDS, filter?.["kind"]);
  const written = text(filter?.[kind === "contains" ? "text" : kind === "regex" ? "pattern" : "expression"]);
  if (!filter || !kind || !written || written.length > MOST_TEXT) return null;
  if (kind === "cel") return { kind, expression: written };
  const look = { caseSensitive: filter["caseSensitive"] === true, parts: partsOf(filter["parts"]) };
  return kind === "contains" ? { kind, text: written, ...look } : { kind, pattern: written, ...look };
}

function restoredSchema(schema: Loose | null): NamedSchema | null {
  const topic = text(schema?.["topic"]);
  const part = oneOf(SCHEMA_PARTS, schema?.["part"]);
  const key = schema?.["key"];
  return topic && topic.length <= MOST_TOPIC && part && isSchemaKey(key) ? { topic, part, key } : null;
}

function partsOf(value: unknown): FilterPart[] {
  const parts = PARTS.filter((part) => Array.isArray(value) && value.includes(part));
  return parts.length > 0 ? parts : ["key", "value"];
}

export function restoredView(view: Loose | null, start: ViewSpec): ViewSpec {
  if (!view) return start;
  const time = object(view["time"]);
  const bounds = time && { from: digits(time["from"]), to: digits(time["to"]) };
  const sort = object(view["sort"]);
  const by = oneOf(SORT_KEYS, sort?.["by"]);
  const key = text(view["key"]);
  return {
    filter: restoredFilter(object(view["filter"])),
    schema: restoredSchema(object(view["schema"])),
    time: bounds && (bounds.from !== null || bounds.to !== null) ? bounds : null,
    key: key !== null && key.length <= MOST_TEXT && /^[A-Za-z0-9+/]*={0,2}$/.test(key) ? key : null,
    sort: by ? { by, descending: sort?.["descending"] === true } : start.sort,
    fields: (texts(view["fields"]) ?? []).slice(0, MOST_FIELDS),
  };
}

export function restoredFilterDraft(draft: Loose | null, start: FilterDraft): FilterDraft {
  const kind = oneOf(FILTER_KINDS, draft?.["kind"]);
  const written = text(draft?.["text"]);
  if (!draft || !kind || written === null || written.length > MOST_TEXT) return start;
  return {
    kind,
    text: written,
    caseSensitive: draft["caseSensitive"] === true,
    parts: partsOf(draft["parts"]),
    scope: draft["scope"] === "topic" ? "topic" : "kept",
  };
}
