import type { DraftProblem, ProduceDraft } from "../../../src/shared/draft.ts";
import { wholeView } from "../../../src/shared/messages.ts";
import type {
  FilterLists,
  MessagesHostEvents,
  MessagesHostMethods,
  MessagesInit,
  MessagesState,
} from "../../../src/shared/protocol.ts";
import { Rpc } from "../../../src/shared/rpc.ts";
import { UserError } from "../../../src/shared/userError.ts";
import { FakeEngine } from "./fakeEngine.ts";

/**
 * Stands in for VS Code and the extension host, so that the webview runs in any browser: `?rows=1000000&rate=50&ring=2000000&scene=…`.
 * What the page under test is told to copy, remember and so on is kept in `window.fake`.
 */
const options = new URLSearchParams(location.search);
const scene = options.get("scene") ?? "";
const rows = Number(options.get("rows") ?? 200);

const log: {
  copied: string[];
  opened: string[];
  commands: string[];
  /** what else was asked for: the method and its arguments */
  asked: [method: string, ...args: unknown[]][];
  remembered: MessagesState | null;
  started: number;
} = {
  copied: [],
  opened: [],
  commands: [],
  asked: [],
  remembered: null,
  started: 0,
};

const filters: FilterLists = {
  saved: [{ name: "paid", scope: "workspace", filter: { kind: "cel", expression: 'value.status == "paid"' } }],
  recent: [{ kind: "contains", text: "c10611", caseSensitive: false, parts: ["key", "value"] }],
};

const toPage = (message: unknown) =>
  window.dispatchEvent(new MessageEvent("message", { data: structuredClone(message) }));
let toHost: (message: unknown) => void = () => {};

const engine = new FakeEngine(
  (status) => host.emit("status", status),
  rows,
  Number(options.get("rate") ?? 0),
  Number(options.get("ring") ?? 2_000_000),
);

const init = (): MessagesInit => ({
  connectionId: "c1",
  connectionName: "local",
  name: "orders",
  topic: "orders",
  partitions: [0, 1, 2, 3, 4, 5],
  hasRegistry: true,
  defaultLast: 200,
  status: engine.status,
  locale: "en-US",
  problem: null,
  state: {
    query: {
      topics: ["orders"],
      pattern: null,
      filter: null,
      schema: null,
      control: false,
      from:
        scene === "latest" ? { kind: "latest" } : rows > 1000 ? { kind: "beginning" } : { kind: "last", count: 200 },
      to: { kind: "live" },
      partitions: null,
      isolation: "read_committed",
    },
    detailTab: "value",
    detailOpen: options.has("detail"),
    selected: null,
    draft: null,
    produceOpen: options.has("produce"),
    layout: {
      columns: {},
      order: null,
      time: "local",
      density: "normal",
      timeline: !options.has("plain"),
      detailWidth: null,
      detailHeight: null,
      produceWidth: null,
      tree: false,
    },
    view: wholeView,
    filter: { kind: "contains", text: "", caseSensitive: false, parts: ["key", "value"], scope: "kept" },
    place: null,
  },
});

function validate(draft: ProduceDraft): DraftProblem[] {
  const problems: DraftProblem[] = [];
  const { value } = draft;
  if (value.encoding === "json" || value.encoding === "schema") {
    try {
      const parsed: unknown = JSON.parse(value.text);
      if (value.subject === "orders-value" && typeof (parsed as { amount?: unknown }).amount !== "number")
        problems.push({ field: "value", path: "$.amount", message: "needs a double, but there is a string" });
    } catch (error) {
      problems.push({ field: "value", message: `This is not JSON: ${(error as Error).message}`, at: 3 });
    }
  }
  for (const [index, h] of draft.headers.entries())
    if (h.key === "") problems.push({ field: "headers", index, message: "A header needs a key." });
  return problems;
}

const wait = (ms: number) => new Promise((r) => setTimeout(r, ms));

const host = new Rpc<MessagesHostMethods, object, MessagesHostEvents>(
  {
    post: (message) => queueMicrotask(() => toPage(message)),
    listen: (receive) => {
      toHost = receive;
      return () => {};
    },
  },
  {
    init,
    start: (query) => {
      log.started++;
      engine.start(query);
    },
    chooseDecoding: (topic, part) => {
      log.asked.push(["chooseDecoding", topic, part]);
      return true;
    },
    pause: () => engine.pause(),
    resume: () => engine.resume(),
    clear: () => engine.clear(),
    rows: async (from, to) => {
      await wait(Number(options.get("lag") ?? 5));
      return engine.rows(from, to);
    },
    detail: (seq, maxChars) => engine.detail(seq, typeof maxChars === "number" ? maxChars : undefined),
    bytes: (seq, part, from, to) => engine.bytes(seq, part, from, to),
    find: (topic, partition, offset) => engine.find(topic, partition, offset),
    setView: (spec) => engine.setView(spec),
    locate: (seq) => engine.locate(seq),
    locateTime: (timestamp) => engine.locateTime(timestamp),
    sameKey: (seq, direction) => engine.sameKey(seq, direction),
    keyHistory: (seq, limit, maxChars) => engine.keyHistory(seq, limit, maxChars),
    fields: (limit) => engine.fields(limit),
    timeline: (buckets) => engine.timeline(buckets),
    copyRows: (seqs, format) => {
      log.asked.push(["copyRows", seqs, format]);
      log.copied.push(engine.copyAs(seqs));
      return seqs.length;
    },
    exportRows: (format, seqs, columns) => void log.asked.push(["exportRows", format, seqs, columns]),
    resendRows: (seqs) => void log.asked.push(["resendRows", seqs]),
    compare: (left, right) => void log.asked.push(["compare", left, right]),
    openPayload: (seq, part) => void log.asked.push(["openPayload", seq, part]),
    checkFilter: (filter) =>
      filter.kind === "cel" && filter.expression.includes("?")
        ? { message: "This is not an expression: unexpected '?'.", at: filter.expression.indexOf("?"), length: 1 }
        : null,
    filters: () => filters,
    saveFilter: (filter) => {
      filters.saved.push({ name: `saved ${filters.saved.length + 1}`, scope: "workspace", filter });
      return filters;
    },
    deleteFilter: (name) => {
      filters.saved = filters.saved.filter((one) => one.name !== name);
      return filters;
    },
    usedFilter: (filter) => void filters.recent.unshift(filter),
    copyLink: () => void log.asked.push(["copyLink"]),
    groups: () => ["billing", "search-index"],
    topics: () => ["orders", "payments", "shipments"],
    openTopics: (choice) => void log.asked.push(["openTopics", choice]),
    remember: (state) => {
      log.remembered = state;
    },
    produceContext: () => ({
      partitions: [0, 1, 2, 3, 4, 5],
      subjects: {
        key: [],
        value: [
          {
            subject: "orders-value",
            version: 3,
            id: 12,
            type: "AVRO",
          },
          { subject: "shop.Shipment", version: 1, id: 14, type: "PROTOBUF" },
        ],
      },
      registry: "confluent" as const,
      registryProblem: null,
      formats: { key: null, value: null },
    }),
    keepFormat: (part, format) => void log.asked.push(["keepFormat", part, format]),
    draftHelp: (_part, field) =>
      field.subject === "shop.Shipment"
        ? {
            example: field.message === "shop.Shipment.Item" ? '{\n  "sku": ""\n}' : '{\n  "id": "0",\n  "items": []\n}',
            messages: ["shop.Shipment", "shop.Shipment.Item"],
          }
        : {
            example: '{\n  "id": 1,\n  "customer": "c10611",\n  "status": "paid",\n  "amount": 12.5\n}',
            messages: null,
          },
    pickSchemaFile: () => ({
      file: { uri: "file:///home/me/shop/schemas/order.avsc", label: "schemas/order.avsc", type: "AVRO" as const },
      message: null,
    }),
    draftOf: (seq) => ({
      key: { encoding: "text", text: `k${seq}`, original: { text: `k${seq}`, bytes: "azE=" } },
      value: {
        encoding: "json",
        text: '{\n  "id": 7\n}',
        wrap: "gzip",
        original: { text: '{\n  "id": 7\n}', bytes: "H4sIAAAAAAAAA6vmUlDKTFGyUjDnqgUAhs0VZAwAAAA=" },
      },
      headers: [
        { key: "trace", value: "abc", kind: "text" },
        { key: "raw", value: "00 ff", kind: "hex" },
      ],
      partition: 2,
    }),
    validateDraft: (draft) => validate(draft),
    produce: async (draft) => {
      await wait(120);
      const problems = validate(draft);
      if (problems.length > 0)
        return { ok: false as const, message: "The message was not sent: see the fields above.", problems };
      if (scene === "toolarge")
        throw new UserError(
          "The broker refused the message: it is larger than the topic's max.message.bytes (1,048,588 bytes).",
        );
      return { ok: true as const, partition: 2, offset: String(166_661 + 13 * 20), timestamp: "0" };
    },
    schemaUse: () => engine.schemaUse(),
    schemaRef: ({ key }) => ({ id: key, type: "AVRO", subject: "orders-value", version: Number(key) - 9 }),
    retrySchemas: () => engine.retrySchemas(),
    schemaChanges: () => ({
      backward: true,
      forward: false,
      changes: [
        {
          path: "$.express",
          message: "The field express is new, with the default false.",
          effect: "New readers take false for old messages; old readers skip it.",
          severity: "compatible",
          breaks: [],
        },
        {
          path: "$.status",
          message: "The symbol refunded of shop.Status is new.",
          effect: "Old readers cannot read messages that have it.",
          severity: "breaking",
          breaks: ["FORWARD"],
        },
      ],
    }),
    openSchema: (schema) => void log.asked.push(["openSchema", schema]),
    copyText: (text) => void log.copied.push(text),
    openText: (text) => void log.opened.push(text),
    command: (name) => void log.commands.push(name),
  },
);

Object.assign(window, {
  acquireVsCodeApi: () => ({
    postMessage: (message: unknown) => toHost(structuredClone(message)),
    setState: () => {},
  }),
  fake: { log, engine, host },
});

if (scene === "failed")
  engine.fail("127.0.0.1:9092 refused the connection: no broker listens there. Start it, or edit the connection.");
else if (scene !== "connecting") engine.start(init().state.query);
if (scene === "trouble") {
  const [first] = engine.status.partitions;
  if (first) first.problem = "it has no leader: broker 3 is down.";
}
