import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Memento } from "vscode";
import { formatLike } from "../../../src/panels/draftFormat.ts";
import { FormatStore } from "../../../src/panels/formatStore.ts";
import { restoredDraft, restoredFormat } from "../../../src/panels/restoredDraft.ts";
import { FIXED_FORMATS } from "../../../src/shared/decoding.ts";
import type { DraftFormat, ProduceDraft } from "../../../src/shared/draft.ts";

const FORMATS: DraftFormat[] = [
  { encoding: "json", wrap: "gzip" },
  { encoding: "schema", subject: "orders-value", place: "header", message: "shop.Order" },
  { encoding: "schema", pinned: { key: "contentId:7", type: "AVRO", label: "orders-value v3" } },
  { encoding: "schema", subject: "orders-value", pinned: { key: 7, type: "AVRO", label: "orders-value v3" } },
  { encoding: "file", file: { uri: "file:///a.avsc", label: "a.avsc", type: "AVRO" }, framing: "single-object" },
  { encoding: "avro-container", container: { schema: '"long"', codec: "null" } },
  { encoding: "null" },
];

describe("Drafts that were kept", () => {
  it("come back as they were, with the bytes of the message that they are a copy of", () => {
    for (const format of FORMATS) {
      const draft: ProduceDraft = {
        key: { ...format, text: "x", original: { text: "x", bytes: "eA==" } },
        value: { ...format, text: "y" },
        headers: [
          { key: "a", value: "00 ff", kind: "hex" },
          { key: "b", value: "", kind: "null" },
        ],
        partition: 2,
      };
      assert.deepEqual(restoredDraft(JSON.parse(JSON.stringify(draft))), draft);
    }
  });

  it("of an earlier version keep their headers' nulls", () => {
    const headers = [
      { key: "a", value: "v", isNull: false },
      { key: "b", value: "", isNull: true },
    ];
    const field = { encoding: "text", text: "" };
    const kinds = restoredDraft({ key: field, value: field, headers, partition: null })?.headers.map((h) => h.kind);
    assert.deepEqual(kinds, ["text", "null"]);
  });

  it("are nothing without what they are written by", () => {
    for (const kept of [
      { encoding: "nonsense" },
      { encoding: "schema" },
      { encoding: "schema", pinned: { key: {}, type: "AVRO", label: "x" } },
      { encoding: "file", file: { uri: 5, label: "a", type: "AVRO" } },
      { encoding: "file", file: { uri: "a", label: "a", type: "THRIFT" } },
      { encoding: "avro-container", container: { codec: "null" } },
    ])
      assert.equal(restoredFormat(kept), null, JSON.stringify(kept));
  });
});

describe("Formats of topics", () => {
  const content: Record<string, unknown> = {};
  const storage = {
    keys: () => Object.keys(content),
    get: (key: string, otherwise?: unknown) => content[key] ?? otherwise,
    update: async (key: string, value: unknown) => {
      content[key] = JSON.parse(JSON.stringify(value));
    },
  } as Memento;

  it("are kept for each part of each topic, and can be forgotten", async () => {
    const store = new FormatStore(storage);
    assert.deepEqual(store.get("c1", "orders"), { key: null, value: null });
    await store.set("c1", "orders", "value", { encoding: "xml" });
    await store.set("c1", "orders", "key", { encoding: "long" });
    await store.set("c1", "other", "key", { encoding: "uuid" });
    assert.deepEqual(store.get("c1", "orders"), { key: { encoding: "long" }, value: { encoding: "xml" } });
    assert.deepEqual(store.get("c2", "orders"), { key: null, value: null });
    await store.set("c1", "orders", "value", null);
    assert.deepEqual(store.get("c1", "orders"), { key: { encoding: "long" }, value: null });
  });

  it("are like what the topic is read as, wherever that can be written", () => {
    for (const { id } of FIXED_FORMATS) {
      const format = formatLike(id);
      if (id === "protobuf-raw" || id === "avro-container") assert.equal(format, null);
      else assert.deepEqual(restoredFormat({ ...format }), format, id);
    }
    assert.deepEqual(formatLike("snappy"), { encoding: "json", wrap: "snappy" });
    assert.deepEqual(formatLike("long"), { encoding: "long" });
  });
});
