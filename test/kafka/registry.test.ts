import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Registry, SchemaDraft } from "../../src/schema/registry/api.ts";
import { ApicurioRegistry } from "../../src/schema/registry/apicurio.ts";
import { ConfluentRegistry } from "../../src/schema/registry/confluent.ts";
import { schemaSource } from "../../src/schema/registry/source.ts";
import { frame, wireOf } from "../../src/schema/registry/wire.ts";
import { UserError } from "../../src/shared/userError.ts";
import { registryVersions } from "../harness/jars.ts";
import { type Registry as Server, startRegistry } from "../harness/registry.ts";
import { useStack } from "../harness/stack.ts";

// names of our own: the registry may be shared
const prefix = `registry-test-${process.pid}-${Date.now()}`;

const record = (name: string, ...fields: unknown[]): SchemaDraft => ({
  type: "AVRO",
  schema: JSON.stringify({ type: "record", name, namespace: "kw", fields }),
  references: [],
});
const id = { name: "id", type: "long" };
const note = (more: object = { default: "" }) => ({ name: "note", type: "string", ...more });
const endpoint = (url: string) => ({ urls: [url], auth: { kind: "none" }, tls: null, timeoutMs: 30_000 }) as const;

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "none",
    (error: unknown) => (error instanceof UserError ? error.code : error),
  );

let version3: Server;

before(async () => {
  const deletion = ["artifact", "artifact-version"].map((what) => `-Dapicurio.rest.deletion.${what}.enabled=true`);
  version3 = await startRegistry({ version: registryVersions.v3, settings: deletion });
});

after(() => version3?.stop());

interface Kind {
  name: string;
  open(): Promise<Registry>;
  /** how its payloads name the schema of a version */
  key: RegExp;
  /** versions can be deleted here */
  deletesVersions: boolean;
}

const origin = async (): Promise<string> => new URL((await useStack()).registry.url).origin;

const kinds: Kind[] = [
  {
    name: "Confluent's API (Apicurio 2)",
    open: async () => new ConfluentRegistry(endpoint((await useStack()).registry.url)),
    key: /^\d+$/,
    deletesVersions: true,
  },
  {
    name: "Confluent's API (Apicurio 3)",
    open: async () => new ConfluentRegistry(endpoint(version3.url)),
    key: /^\d+$/,
    deletesVersions: true,
  },
  {
    name: "Apicurio's API, version 2",
    open: async () => new ApicurioRegistry(endpoint(await origin())),
    key: /^globalId:\d+$/,
    deletesVersions: false,
  },
  {
    name: "Apicurio's API, version 3",
    open: async () => new ApicurioRegistry(endpoint(`${version3.base}/apis/registry/v3/`)),
    key: /^contentId:\d+$/,
    deletesVersions: true,
  },
];

for (const [place, { name, open, key, deletesVersions }] of kinds.entries()) {
  describe(name, () => {
    let registry: Registry;
    const made = new Set<string>();
    const subject = (what: string): string => {
      const full = `${prefix}-${place}-${what}`;
      made.add(full);
      return full;
    };

    before(async () => {
      registry = await open();
    });
    after(async () => {
      // in reverse: what others refer to cannot be deleted before them
      for (const subject of [...made].reverse()) await codeOf(registry.deleteSubject(subject, "hard"));
      registry.close();
    });

    test("answers, and lists what is registered", async () => {
      const orders = subject("list-value");
      const before = (await registry.test()).subjects;
      await registry.register(orders, record("Listed", id));
      assert.ok((await registry.subjects()).includes(orders));
      assert.ok((await registry.test()).subjects > before);
    });

    test("registers versions, the same text only once, and reads them by what payloads name", async () => {
      const orders = subject("orders-value");
      const first = await registry.register(orders, record("Order", id));
      const second = await registry.register(orders, record("Order", id, note()));
      const again = await registry.register(orders, record("Order", id, note()));
      assert.deepEqual([first.version, second.version, again.version], [1, 2, 2]);
      assert.deepEqual(await registry.versions(orders), [1, 2]);
      assert.deepEqual(await registry.latest(orders), second);
      assert.deepEqual(await registry.version(orders, 1), first);
      const named = second.key ?? second.id;
      assert.match(String(named), key);
      const options = { part: "value", place: "payload", message: null, compress: false } as const;
      const framed = frame(named as number, Buffer.of(2), options);
      const wire = wireOf(framed.payload, null, "value", registry.kind);
      assert.equal(wire?.key, named);
      const topic = orders.replace(/-value$/, "");
      assert.deepEqual(await schemaSource(registry).byId(wire.key, topic, "value"), second);
    });

    test("keeps references, through two levels", async () => {
      const inner = await registry.register(subject("inner"), record("Inner", id));
      const reference = (name: string, to: { subject: string | null; version: number | string | null }) => ({
        name,
        subject: to.subject!,
        version: to.version!,
      });
      const middle = await registry.register(subject("middle"), {
        ...record("Middle", { name: "inner", type: "kw.Inner" }),
        references: [reference("kw.Inner", inner)],
      });
      const outer = await registry.register(subject("outer"), {
        ...record("Outer", { name: "middle", type: "kw.Middle" }),
        references: [reference("kw.Middle", middle)],
      });
      const named = (outer.key ?? outer.id) as number;
      for (const schema of [outer, await registry.schema(named)]) {
        assert.deepEqual(
          schema.references.map((entry) => [entry.name, entry.subject, Number(entry.version), entry.schema]),
          [
            ["kw.Middle", middle.subject, 1, middle.schema],
            ["kw.Inner", inner.subject, 1, inner.schema],
          ],
        );
      }
    });

    test("keeps Protobuf and JSON Schema as what they are", async () => {
      const proto = { type: "PROTOBUF", schema: 'syntax = "proto3"; message A { int64 id = 1; }', references: [] };
      const json = { type: "JSON", schema: '{"type":"object","properties":{"a":{"type":"integer"}}}', references: [] };
      for (const [what, draft] of [
        ["proto-value", proto],
        ["json-value", json],
      ] as const) {
        const { type, key, id } = await registry.register(subject(what), draft);
        assert.equal(type, draft.type);
        assert.equal((await registry.schema((key ?? id) as number)).type, draft.type);
      }
    });

    test("has compatibility levels, and says what does not keep to them", async () => {
      const orders = subject("compatible-value");
      const bad = record("Order", id, note({}));
      assert.deepEqual(await registry.checkCompatibility(orders, bad, "latest"), { compatible: true, messages: [] });
      await registry.register(orders, record("Order", id));
      // Apicurio answers Confluent's API with the registry's level as if it were the subject's own
      const tells = registry.kind === "apicurio";
      assert.equal((await registry.compatibility(orders)).inherited, tells);
      await registry.setCompatibility(orders, "BACKWARD");
      assert.deepEqual(await registry.compatibility(orders), { value: "BACKWARD", inherited: false });
      const good = await registry.checkCompatibility(orders, record("Order", id, note()), "latest");
      assert.deepEqual(good, { compatible: true, messages: [] });
      assert.deepEqual(await registry.versions(orders), [1], "a check registers nothing");
      const verdict = await registry.checkCompatibility(orders, bad, "latest");
      assert.equal(verdict.compatible, false);
      assert.ok(registry.kind === "confluent" || verdict.messages.join().includes("note"), verdict.messages.join());
      assert.equal(await codeOf(registry.register(orders, bad)), "incompatible");
      await registry.setCompatibility(orders, "NONE");
      await registry.register(orders, bad);
      await registry.clearCompatibility(orders);
      await registry.clearCompatibility(orders);
      assert.deepEqual(await registry.compatibility(orders), {
        value: (await registry.compatibility(null)).value,
        inherited: tells,
      });
      assert.equal((await registry.compatibility(null)).inherited, false);
    });

    test("deletes versions and subjects for good", async () => {
      const orders = subject("deleted-value");
      await registry.register(orders, record("Gone", id));
      await registry.register(orders, record("Gone", id, note()));
      if (deletesVersions) {
        await registry.deleteVersion(orders, 1, "hard");
        assert.deepEqual(await registry.versions(orders), [2]);
      } else {
        assert.equal(await codeOf(registry.deleteVersion(orders, 1, "hard")), "unsupported");
      }
      await registry.deleteSubject(orders, "hard");
      assert.equal(await codeOf(registry.latest(orders)), "unknown-subject");
      assert.equal(await codeOf(registry.versions(orders)), "unknown-subject");
    });

    test("says what is not there, and what is wrong with a schema", async () => {
      const unknown = registry.kind === "confluent" ? 2_000_000_000 : ("globalId:2000000000" as const);
      assert.equal(await codeOf(registry.schema(unknown)), "unknown-schema");
      assert.deepEqual(await registry.versionsOf(unknown), []);
      assert.equal(await codeOf(registry.latest(`${prefix}-nothing`)), "unknown-subject");
      const orders = subject("latest-value");
      await registry.register(orders, record("Order", id));
      assert.equal(await codeOf(registry.version(orders, 7)), "unknown-subject");
      // by its own API Apicurio takes whatever it has no rule against
      if (registry.kind === "apicurio") return;
      const nonsense = await registry.register(subject("nonsense"), { ...record("X"), schema: "{" }).catch((e) => e);
      assert.ok(nonsense instanceof UserError, "nonsense was registered");
      assert.match(nonsense.message, /^the schema registry /);
    });
  });
}

describe("Apicurio", () => {
  test("names groups in its subjects, with whatever is in a name", async () => {
    for (const registry of [
      new ApicurioRegistry(endpoint(await origin())),
      new ApicurioRegistry(endpoint(version3.base)),
    ]) {
      const subject = `${prefix}-group/with.a-${registry.url.length}`;
      const { version, key } = await registry.register(subject, record("Grouped", id));
      assert.equal(version, 1);
      assert.ok((await registry.subjects()).includes(subject));
      const where = await registry.versionsOf(key!);
      assert.ok(
        where.some((found) => found.subject === subject && found.version === 1),
        JSON.stringify(where),
      );
      await registry.deleteSubject(subject, "hard");
      registry.close();
    }
  });

  test("is told from a server that is none, and from one of the other type", async () => {
    const confluentUrl = (await useStack()).registry.url;
    assert.equal(await codeOf(new ApicurioRegistry(endpoint(confluentUrl)).test()), "not-a-registry");
    assert.equal(await codeOf(new ConfluentRegistry(endpoint(version3.base)).test()), "not-a-registry");
    assert.equal(await codeOf(new ApicurioRegistry(endpoint(`${version3.base}/nothing`)).test()), "not-a-registry");
  });

  test("has no soft deletion, modes and contexts", async () => {
    const registry = new ApicurioRegistry(endpoint(version3.base));
    for (const refused of [registry.deleteSubject("x", "soft"), registry.mode(), registry.contexts()])
      assert.equal(await codeOf(refused), "unsupported");
  });
});
