import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { linkQuery, type PanelLink, readLink } from "../../../src/panels/panelLink.ts";
import { wholeTopic, wholeView } from "../../../src/shared/messages.ts";
import { UserError } from "../../../src/shared/userError.ts";

const plain: PanelLink = {
  connection: { id: "c1", name: "local" },
  query: wholeTopic("orders"),
  view: wholeView,
};
const full: PanelLink = {
  connection: { id: "5f0c", name: "Bücher & Söhne 100 % = ?#/日本" },
  query: {
    topics: ["orders", "payments.v2"],
    pattern: "^a+\\.(b|c)&d=%25$",
    from: { kind: "offsets", offsets: [{ topic: "orders", partition: 3, offset: "9223372036854775807" }] },
    to: { kind: "time", timestamp: "1764090000123" },
    partitions: [0, 3],
    isolation: "read_uncommitted",
    filter: { kind: "cel", expression: 'value.customer == "café" && value.id > 9007199254740993' },
    schema: { topic: "orders", part: "key", key: "guid:0b3c8f52-8a6e-4f0d-9a4b-6f2f3c1f7a10" },
    control: true,
  },
  view: {
    filter: { kind: "regex", pattern: "a.c", caseSensitive: true, parts: ["headers"] },
    schema: { topic: "payments.v2", part: "value", key: 12 },
    time: { from: "1764090000000", to: null },
    key: "YWJj",
    sort: { by: "time", descending: true },
    fields: ["$.items[0].sku"],
  },
};

const encoded = (payload: unknown): string =>
  `v=1&view=${Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload)).toString("base64url")}`;
const badLink = (error: unknown): boolean => error instanceof UserError && error.code === "bad-link";

describe("A link to a view", () => {
  it("brings back all of it", () => {
    assert.deepEqual(readLink(linkQuery(full)), full);
  });

  it("is short for what is usual", () => {
    assert.deepEqual(readLink(linkQuery(plain)), plain);
    assert.ok(linkQuery(plain).length < 100, linkQuery(plain));
  });

  it("has only characters that nothing on its way changes", () => {
    assert.match(linkQuery(full), /^v=1&view=[A-Za-z0-9_-]+$/);
  });

  it("is not made when it would be too long, and that is said", () => {
    const filter = { kind: "cel" as const, expression: `value == "${"x".repeat(20_000)}"` };
    assert.throws(
      () => linkQuery({ ...plain, query: { ...plain.query, filter } }),
      (error) => error instanceof UserError && error.code === "link-too-long",
    );
  });

  it("can be made of every view that can be read again, also of one with parts in another order", () => {
    const filter = {
      kind: "contains" as const,
      text: "a",
      caseSensitive: false,
      parts: ["value" as const, "key" as const],
    };
    const link = readLink(linkQuery({ ...plain, view: { ...wholeView, filter } }));
    assert.deepEqual(link.view.filter, { ...filter, parts: ["key", "value"] });
  });
});

describe("A link from anywhere", () => {
  const good = { c: ["c1", "local"], t: ["orders"] };

  it("is read when it is as it should be", () => {
    assert.deepEqual(readLink(encoded(good)).query, wholeTopic("orders"));
  });

  const hostile: Record<string, string> = {
    "with nothing in it": "",
    "without a version": encoded(good).replace("v=1&", ""),
    "of another version": encoded(good).replace("v=1", "v=2"),
    "that is too long": encoded({ ...good, filter: { kind: "cel", expression: "x".repeat(1_000_000) } }),
    "that is not base64url": "v=1&view=a+b/c==",
    "that is not JSON": encoded("{"),
    "that is not UTF-8": `v=1&view=${Buffer.from([0x22, 0xff, 0xfe, 0x22]).toString("base64url")}`,
    "that is JSON of another kind": encoded("[1,2]"),
    "that is nested deeply": encoded("[".repeat(5000)),
    "without a connection": encoded({ t: ["orders"] }),
    "with a connection that is an object": encoded({ ...good, c: { id: "c1" } }),
    "with a connection whose name breaks lines": encoded({ ...good, c: ["c1", "local\nYour password:"] }),
    "with a connection whose name turns the text around": encoded({ ...good, c: ["c1", "lo\u202ecal"] }),
    "with a connection whose name is endless": encoded({ ...good, c: ["c1", "x".repeat(300)] }),
    "without topics": encoded({ c: ["c1", "local"], t: [] }),
    "with topics that are no list": encoded({ ...good, t: "orders" }),
    "with a topic that is a number": encoded({ ...good, t: [7] }),
    "with a topic that Kafka has no such name for": encoded({ ...good, t: ["../../etc/passwd"] }),
    "with more topics than can be": encoded({ ...good, t: Array.from({ length: 300 }, (_, i) => `t${i}`) }),
    "with an empty pattern": encoded({ ...good, p: "" }),
    "with a pattern that is no text": encoded({ ...good, p: { source: ".*" } }),
    "with a pattern that is endless": encoded({ ...good, p: "a".repeat(2000) }),
    "with a start that does not exist": encoded({ ...good, from: { kind: "everything" } }),
    "with more in a start than belongs there": encoded({ ...good, from: { kind: "beginning", run: "rm" } }),
    "with an offset beyond int64": encoded({ ...good, from: { kind: "offset", offset: "9999999999999999999" } }),
    "with an offset below zero": encoded({ ...good, from: { kind: "offset", offset: "-1" } }),
    "with an offset that is a number": encoded({ ...good, to: { kind: "offset", offset: 5 } }),
    "with a time that no date can be": encoded({ ...good, to: { kind: "time", timestamp: "8640000000000001" } }),
    "with a count of nothing": encoded({ ...good, to: { kind: "count", count: 0 } }),
    "with a count that is no whole number": encoded({ ...good, from: { kind: "last", count: 1.5 } }),
    "with partitions below zero": encoded({ ...good, partitions: [-1] }),
    "with offsets of a topic that cannot be": encoded({
      ...good,
      from: { kind: "offsets", offsets: [{ topic: "a b", partition: 0, offset: "1" }] },
    }),
    "with a group whose name breaks lines": encoded({ ...good, from: { kind: "group", group: "a\nb" } }),
    "with an isolation that does not exist": encoded({ ...good, isolation: "none" }),
    "with a filter of another kind": encoded({ ...good, filter: { kind: "javascript", expression: "while(1);" } }),
    "with a schema that nothing is named by": encoded({ ...good, schema: { topic: "orders", part: "key", key: "12" } }),
    "with a filter whose parts are unknown": encoded({
      ...good,
      filter: { kind: "contains", text: "a", caseSensitive: false, parts: ["value", "topic"] },
    }),
    "with more than is known": encoded({ ...good, produce: true }),
    "with topics a second time": encoded({ ...good, topics: ["payments"] }),
    "with a prototype": encoded('{"c":["c1","local"],"t":["orders"],"__proto__":{"control":true}}'),
    "with a view that is a text": encoded({ ...good, w: "all" }),
    "with a view that has more than is known": encoded({ ...good, w: { command: "x" } }),
    "with a view in an order that does not exist": encoded({
      ...good,
      w: { sort: { by: "colour", descending: true } },
    }),
    "with a key that is not base64": encoded({ ...good, w: { key: "<b>" } }),
    "with times in a view that no date can be": encoded({
      ...good,
      w: { time: { from: "8640000000000001", to: null } },
    }),
    "with fields that are no texts": encoded({ ...good, w: { fields: [{}] } }),
    "with a view that has a prototype": encoded('{"c":["c1","local"],"t":["orders"],"w":{"__proto__":{"key":"YQ=="}}}'),
  };
  for (const [what, query] of Object.entries(hostile))
    it(`${what} is refused in words`, () => {
      assert.throws(() => readLink(query), badLink);
    });

  it("leaves every object as it was", () => {
    assert.throws(() => readLink(encoded('{"__proto__":{"polluted":1},"c":["c1","local"],"t":["orders"]}')), badLink);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});
