import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readRecord } from "../../../../src/kafka/log/records.ts";
import { compileWanted } from "../../../../src/reader/filter/filter.ts";
import { Ring } from "../../../../src/reader/ring.ts";
import { schemaUse } from "../../../../src/reader/view/schemaUse.ts";
import type { RegistryKind, SchemaKey, SchemaSource } from "../../../../src/schema/api.ts";
import { createDecoder } from "../../../../src/schema/decoder.ts";
import { frame } from "../../../../src/schema/registry/wire.ts";
import type { Filter } from "../../../../src/shared/messages.ts";
import { isSchemaKey, type NamedSchema } from "../../../../src/shared/schemaUse.ts";
import type { TestRecord } from "../../log/batches.ts";
import { add, randomOf } from "../view/rings.ts";
import { cel, contains, found, regex, selected } from "./support.ts";

const GUID = "guid:0b3c8f52-8a6e-4f0d-9a4b-6f2f3c1f7a10";
const GLUE = "glue:b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63";

const sourceOf = (kind: RegistryKind): SchemaSource => ({
  kind,
  cached: () => undefined,
  byId: () => Promise.reject(new Error("nothing is to be asked of the registry")),
});

/** the topic of a batch that `found` makes */
const { topic } = found([{ value: "" }]).batch.source;

const wanted = (
  key: SchemaKey,
  kind: RegistryKind | null,
  filter: Filter | null = null,
  part: NamedSchema["part"] = "value",
) =>
  compileWanted(
    { filter, schema: { topic, part, key } },
    { decoder: createDecoder(), schemas: kind && sourceOf(kind) },
  );

const framed = (
  key: SchemaKey,
  place: "payload" | "header",
  part: "key" | "value" = "value",
  body = "body",
): TestRecord => {
  const { payload, headers } = frame(key, Buffer.from(body), { part, place, message: null, compress: false });
  return { [part]: payload, headers: headers.map(({ key: name, value }) => ({ key: name, value })) };
};

describe("Only messages with one schema", () => {
  test("are found wherever a serializer names it: before the value or in a header", async () => {
    const cases: [SchemaKey, SchemaKey, RegistryKind, ("payload" | "header")[]][] = [
      [12, 13, "confluent", ["payload", "header"]],
      [GUID, "guid:0b3c8f52-8a6e-4f0d-9a4b-6f2f3c1f7a11", "confluent", ["header"]],
      ["globalId:12", "globalId:13", "apicurio", ["payload", "header"]],
      ["contentId:12", "contentId:13", "apicurio", ["payload", "header"]],
      [GLUE, "glue:b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c64", "glue", ["payload"]],
    ];
    for (const [key, other, kind, places] of cases) {
      const records = places.flatMap((place) => [framed(other, place), framed(key, place), { value: "plain" }]);
      const expected = places.map((_, i) => 3 * i + 1);
      assert.deepEqual(await selected((await wanted(key, kind))!, records), expected, `${key} of ${kind}`);
    }
  });

  test("are those whose value has it, when it is the value's, and whose key has it, when it is the key's", async () => {
    const records = [framed(12, "payload", "key"), framed(12, "payload", "value"), framed(12, "header", "key")];
    assert.deepEqual(await selected((await wanted(12, "confluent"))!, records), [1]);
    assert.deepEqual(await selected((await wanted(12, "confluent", null, "key"))!, records), [0, 2]);
  });

  test("do not have its bytes anywhere else, nor another kind's reading of them, nor no value", async () => {
    const id = framed(12, "payload").value as Buffer;
    const records: TestRecord[] = [
      { value: Buffer.concat([Buffer.from("x"), id]) },
      { key: id, value: "plain" },
      { value: null, headers: framed(12, "header").headers ?? [] },
      { value: "x", headers: [{ key: "trace", value: id }] },
      framed(GLUE, "payload"),
      framed(12, "payload"),
    ];
    assert.deepEqual(await selected((await wanted(12, "confluent"))!, records), [5]);
    assert.deepEqual(await selected((await wanted(12, "glue"))!, records), []);
    const elsewhere = await compileWanted(
      { filter: null, schema: { topic: "another", part: "value", key: 12 } },
      { decoder: createDecoder(), schemas: null },
    );
    assert.deepEqual(await selected(elsewhere!, records), []);
  });

  test("are narrowed further by a text, a pattern or an expression, which is never asked about the others", async () => {
    const records: TestRecord[] = [
      framed(12, "payload", "value", '{"a":1,"who":"ann"}'),
      framed(13, "payload", "value", '{"a":1,"who":"ann"}'),
      framed(12, "payload", "value", '{"a":2,"who":"bob"}'),
      { value: "ann" },
      framed(12, "header", "value", '{"a":2,"who":"ann"}'),
    ];
    assert.deepEqual(await selected((await wanted(12, "confluent", contains("ann")))!, records), [0, 4]);
    assert.deepEqual(await selected((await wanted(12, "confluent", regex("b.b|o")))!, records), [0, 2, 4]);
    const offsets = (await wanted(12, "confluent", cel("offset > 0 && offset < 4")))!;
    assert.deepEqual(await selected(offsets, records), [2]);
    // the registry does not answer: not applicable, but only to the three that name the schema
    const fields = (await wanted(12, "confluent", cel("value.a == 1")))!;
    assert.deepEqual(await selected(fields, records), []);
    assert.equal(fields.problems.count, 3);
  });

  test("are asked for again where a schema has to be fetched first", async () => {
    const records = [framed(13, "payload"), framed(12, "payload"), framed(12, "payload")];
    const filter = (await wanted(12, "confluent", cel("value.a == 1")))!;
    const { batch, positions, count, data, dataEnd } = found(records);
    const out = new Uint32Array(count);
    assert.equal(filter.selectNow(batch.source, data, dataEnd, batch, positions, count, out), null);
    assert.equal(filter.problems.count, 0);
    assert.equal(await filter.select(batch.source, data, dataEnd, batch, positions, count, out), 0);
    assert.equal(filter.problems.count, 2);
  });

  test("are as many as were counted, one by one and in a batch", async () => {
    const random = randomOf(7);
    const keys: SchemaKey[] = [1, 12, 256, 0x0c00, GUID, "globalId:12", "contentId:7"];
    const records: TestRecord[] = Array.from({ length: 600 }, (_, i) => {
      if (random(4) === 0) return { value: random(9) === 0 ? null : `plain ${i}`, key: `k${random(5)}` };
      const key = keys[random(keys.length)]!;
      const place = typeof key === "number" && random(2) === 0 ? "payload" : "header";
      return { ...framed(key, place), key: random(3) === 0 ? (framed(12, "payload", "key").key ?? null) : "k" };
    });
    const ring = new Ring({ bytes: 1 << 20, rows: 1000 });
    add(ring, { topic, partition: 3 }, records);
    const { counts } = await schemaUse(ring, sourceOf("confluent"));
    assert.ok(counts.length > keys.length);
    const { batch, positions } = found(records);
    for (const { part, key, count } of counts) {
      const filter = (await wanted(key as SchemaKey, "confluent", null, part))!;
      const some = await selected(filter, records);
      assert.equal(some.length, count, `${part} ${key}`);
      const one = [...positions.keys()].filter((i) => filter.test(batch.source, readRecord(batch, positions[i]!)));
      assert.deepEqual(one, some);
    }
  });

  test("are not looked for by something that names no schema", () => {
    for (const key of [1, 2 ** 31 - 1, GUID, GLUE, "globalId:1", "contentId:9007199254740991"])
      assert.equal(isSchemaKey(key), true, String(key));
    for (const key of [
      0,
      -1,
      1.5,
      2 ** 31,
      Number.NaN,
      "12",
      "guid:12",
      GUID.toUpperCase(),
      "globalId:0",
      "globalId:1e9",
      null,
      {},
    ])
      assert.equal(isSchemaKey(key), false, String(key));
  });
});
