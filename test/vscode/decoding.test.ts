import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { KafkaWorkbenchApi } from "../../docs/kafka-workbench.d.ts";
import { chooseDecoding } from "../../src/panels/chooseDecoding.ts";
import { DecodingStore, type KeptChoice } from "../../src/panels/decodingStore.ts";
import { TopicDecodings } from "../../src/panels/topicDecodings.ts";
import { TopicReader } from "../../src/panels/topicReader.ts";
import { wholeTopic } from "../../src/shared/messages.ts";
import { UserError } from "../../src/shared/userError.ts";
import type { TestApi } from "../../src/testApi.ts";
import { stack, storedConnection, testApi } from "./support/api.ts";
import { makeTopics, sendMessages } from "./support/brokers.ts";
import { noFiles, picking, until } from "./support/messages.ts";

const long = Buffer.alloc(8);
long.writeBigInt64BE(9007199254740993n);
/** {"n": 75}, and 100 as a zigzag varint */
const avro = Buffer.from([0x96, 0x01]);

/** How a topic's values are understood, on a real broker: with a reader and choices as a panel has them. */
describe("Decoding a topic's values", () => {
  let api: TestApi & KafkaWorkbenchApi;
  let connection: Awaited<ReturnType<typeof storedConnection>>;
  let store: DecodingStore;
  let decodings: TopicDecodings;
  let reader: TopicReader;
  const folder = mkdtempSync(join(tmpdir(), "schemas-"));
  const topic = `decoding-${Date.now()}`;
  const cleanUp: (() => Promise<unknown> | undefined)[] = [];

  before(async () => {
    api = (await testApi()) as TestApi & KafkaWorkbenchApi;
    const { bootstrap } = stack().kraft;
    cleanUp.push(await makeTopics(bootstrap, { [topic]: { partitions: 1, messagesEach: 0 } }));
    await sendMessages(bootstrap, {
      [topic]: [
        { partition: 0, key: "k", value: long },
        { partition: 0, key: "k", value: avro },
      ],
    });
    connection = await storedConnection(api, "decoding", bootstrap);
    cleanUp.push(() => connection.remove());
    store = new DecodingStore(api.ctx.extension.workspaceState);
    const open = () => {
      const made: TopicDecodings = new TopicDecodings(api.ctx, connection.id, store, (name, decoding) =>
        read.setDecoding(name, decoding),
      );
      const read = new TopicReader(api.ctx, connection.id, made, noFiles, {
        status: () => undefined,
        viewRefused: (_view, why) => assert.fail(String(why)),
      });
      cleanUp.push(() => read.dispose());
      cleanUp.push(async () => made.dispose());
      return { made, read };
    };
    ({ made: decodings, read: reader } = open());
    await reader.start(wholeTopic(topic));
    await until("the topic is read", () => reader.status.state === "done" && reader.status.nextSeq === 2);
  });
  after(async () => {
    for (const clean of cleanUp.reverse()) await clean();
    rmSync(folder, { recursive: true });
  });

  const values = async () => {
    const { rows } = await reader.call("rows", [0, 10]);
    return rows.map(({ value }) => `${value?.format} ${value?.text}${value?.problems.length ? " !" : ""}`);
  };
  const show = async (expected: string[]) => {
    await until(expected.join("; "), async () => JSON.stringify(await values()) === JSON.stringify(expected)).catch(
      async (error) => assert.deepEqual(await values(), expected, String(error)),
    );
  };
  const choose = async (label: string) => {
    const replaced = api.replaceUi(picking(label));
    try {
      await chooseDecoding(api.ctx, decodings, topic, "value");
    } finally {
      replaced.dispose();
    }
  };
  const useFile = (name: string, message: string | null = null): Promise<void> => {
    const choice: KeptChoice = { kind: "file", uri: vscode.Uri.file(join(folder, name)).toString(), message };
    return decodings.choose(topic, "value", choice);
  };

  it("is automatic at first", async () => {
    await show(["binary 00 20 00 00 00 00 00 01", "binary 96 01"]);
  });

  it("follows a format that is picked, at once, and keeps it for the topic", async () => {
    await choose("Long");
    await show(["long 9007199254740993", "binary 96 01 !"]);
    const before = reader.status.view.revision;
    await choose("Bytes");
    await show(["binary 00 20 00 00 00 00 00 01", "binary 96 01"]);
    assert.notEqual(reader.status.view.revision, before, "whoever shows rows has to ask again");
    await choose("Long");
    assert.deepEqual(store.get(connection.id, topic).value, { kind: "format", format: "long" });
    // a new worker, as after a reload
    reader.renew();
    await reader.start(wholeTopic(topic));
    await until("the topic is read again", () => reader.status.state === "done" && reader.status.nextSeq === 2);
    await show(["long 9007199254740993", "binary 96 01 !"]);
  });

  it("follows a schema's file, also when it is changed and saved", async () => {
    const file = join(folder, "n.avsc");
    writeFileSync(file, '{"type":"record","name":"N","fields":[{"name":"n","type":"int"}]}');
    await useFile("n.avsc");
    assert.equal((await values())[1], 'avro {"n":75}');
    const { value } = (await reader.call("detail", [1]))!;
    assert.match(value!.notes.join(), /^Read by the schema of .*n\.avsc\.$/);
    const document = await vscode.workspace.openTextDocument(file);
    const edit = new vscode.WorkspaceEdit();
    const whole = new vscode.Range(0, 0, 1, 0);
    edit.replace(document.uri, whole, '{"type":"record","name":"N","fields":[{"name":"m","type":"long"}]}');
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.ok(await document.save());
    await until("the new schema is used", async () => (await values())[1] === 'avro {"m":75}');
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  });

  it("follows a message of a .proto file and what it imports", async () => {
    writeFileSync(join(folder, "base.proto"), 'syntax = "proto3"; package p; message Base { int32 a = 1; }');
    writeFileSync(
      join(folder, "top.proto"),
      'syntax = "proto3"; package p; import "base.proto"; message Other { string s = 1; } message Top { Base base = 1; }',
    );
    await assert.rejects(useFile("top.proto", "p.Missing"), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /top\.proto cannot be used as a schema: it has no message called p\.Missing/);
      return true;
    });
    await useFile("top.proto", "p.Top");
    assert.deepEqual(store.get(connection.id, topic).value, {
      kind: "file",
      uri: vscode.Uri.file(join(folder, "top.proto")).toString(),
      message: "p.Top",
    });
    const [first] = await values();
    assert.ok(first?.endsWith("!"), first);
  });

  it("says of each value what is wrong with a file that cannot be used, and refuses to choose it", async () => {
    await assert.rejects(useFile("missing.avsc"), /missing\.avsc cannot be used as a schema: it is not there any more/);
    writeFileSync(join(folder, "bad.avsc"), '{"type":"record"}');
    await useFile("bad.avsc");
    const { value } = (await reader.call("detail", [1]))!;
    assert.match(value!.problems.join(), /^not Avro: the schema of .*bad\.avsc cannot be used: /);
  });

  it("can be another extension's, which may fail, be late or give nonsense", async () => {
    const answers: (() => unknown)[] = [
      () => ({ json: '{"acme":1}', problems: ["doubtful"] }),
      () => {
        throw new Error("no magic");
      },
      () => ({ json: "{" }),
      () => new Promise(() => undefined),
    ];
    let asked = 0;
    const registered = api.registerDecoder({
      id: "acme.test",
      label: "Acme test",
      // nonsense on purpose
      decode: () => answers[Math.floor(asked / 2)]!() as { json: string },
    });
    try {
      assert.equal(api.version, 1);
      assert.throws(
        () => api.registerDecoder({ id: "acme.test", label: "x", decode: () => ({ text: "" }) }),
        /already/,
      );
      const expected = [/^$/, /^not decoded by Acme test: no magic$/, /is not JSON$/, /longer than 2 s$/];
      await choose("Acme test");
      for (const [i, problem] of expected.entries()) {
        asked = 2 * i;
        const { value } = (await reader.call("detail", [0]))!;
        if (i === 0) assert.deepEqual([value!.text, value!.problems], ['{\n  "acme": 1\n}', ["doubtful"]]);
        else assert.match(value!.problems.join(), problem);
      }
    } finally {
      registered.dispose();
    }
    const { value } = (await reader.call("detail", [0]))!;
    assert.match(value!.problems.join(), /not installed, or has not started yet/);
    await choose("Automatic");
    assert.deepEqual(store.of(connection.id), []);
    await show(["binary 00 20 00 00 00 00 00 01", "binary 96 01"]);
  });
});
