import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import avsc from "avsc";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { chooseDecoding } from "../../src/panels/chooseDecoding.ts";
import { DecodingStore } from "../../src/panels/decodingStore.ts";
import { FingerprintFiles } from "../../src/panels/fingerprintFiles.ts";
import { TopicDecodings } from "../../src/panels/topicDecodings.ts";
import { TopicReader } from "../../src/panels/topicReader.ts";
import { fingerprintOf } from "../../src/schema/avro/canonical.ts";
import { parseAvro } from "../../src/schema/avro/schema.ts";
import { wholeTopic, wholeView } from "../../src/shared/messages.ts";
import type { TestApi } from "../../src/testApi.ts";
import { stack, testApi } from "./support/api.ts";
import { makeTopics, sendMessages } from "./support/brokers.ts";
import { picking, until } from "./support/messages.ts";
import { connectionWithRegistry, deleteSubject, registerSchema } from "./support/schemaRegistry.ts";

const order = (...fields: object[]) => ({ type: "record", name: "Order", namespace: "shop", fields });
const id = { name: "id", type: "long" };
const amount = { name: "amount", type: "double" };
const currency = { name: "currency", type: "string", default: "EUR" };
const total = { name: "total", type: "double", aliases: ["amount"] };
const first = order(id, amount);
const second = order(id, amount, currency);
/** registered nowhere: a file of the workspace has it */
const elsewhere = order(id, { name: "note", type: "string" });

const encoded = (schema: object, value: unknown): Buffer => avsc.Type.forSchema(schema as avsc.Schema).toBuffer(value);
function single(schema: object, value: unknown): Buffer {
  const header = Buffer.from([0xc3, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeBigUInt64LE(fingerprintOf(parseAvro({ schema: JSON.stringify(schema), references: [] })), 2);
  return Buffer.concat([header, encoded(schema, value)]);
}

/** A topic's values as a program with a schema of its own sees them, on a real broker and registry, chosen as in a panel. */
describe("A reader's schema", () => {
  let api: TestApi;
  let connection: { id: string; remove(): Promise<void> };
  let store: DecodingStore;
  let decodings: TopicDecodings;
  let reader: TopicReader;
  let schemaId: number;
  const topic = `reader-schema-${Date.now()}`;
  const folder = vscode.workspace.workspaceFolders![0]!.uri;
  const file = vscode.Uri.joinPath(folder, `${topic}.avsc`);
  const other = vscode.Uri.joinPath(folder, `${topic}-other.avsc`);
  const cleanUp: (() => Promise<unknown> | unknown)[] = [];

  before(async () => {
    api = await testApi();
    const { bootstrap } = stack().kraft;
    cleanUp.push(await makeTopics(bootstrap, { [topic]: { partitions: 1, messagesEach: 0 } }));
    cleanUp.push(() => deleteSubject(`${topic}-value`));
    schemaId = await registerSchema(`${topic}-value`, JSON.stringify(first));
    const header = Buffer.alloc(5);
    header.writeInt32BE(schemaId, 1);
    const values = [
      Buffer.concat([header, encoded(first, { id: 1, amount: 1.5 })]),
      single(first, { id: 2, amount: 2.5 }),
      single(elsewhere, { id: 3, note: "x" }),
      Buffer.from('{"id":4}'),
    ];
    await sendMessages(bootstrap, { [topic]: values.map((value) => ({ partition: 0, key: "k", value })) });
    connection = await connectionWithRegistry(api, "reader-schema");
    cleanUp.push(() => connection.remove());
    writeFileSync(file.fsPath, JSON.stringify(order(id, total, currency)));
    writeFileSync(other.fsPath, JSON.stringify(elsewhere));
    cleanUp.push(
      () => rmSync(file.fsPath),
      () => rmSync(other.fsPath),
    );
    store = new DecodingStore(api.ctx.extension.workspaceState);
    const files = new FingerprintFiles();
    decodings = new TopicDecodings(api.ctx, connection.id, store, (name, decoding) =>
      reader.setDecoding(name, decoding),
    );
    reader = new TopicReader(api.ctx, connection.id, decodings, files, {
      status: () => undefined,
      viewRefused: (_view, why) => assert.fail(String(why)),
    });
    cleanUp.push(
      () => files.dispose(),
      () => decodings.dispose(),
      () => reader.dispose(),
    );
    await reader.start(wholeTopic(topic));
    await until("the topic is read", () => reader.status.state === "done" && reader.status.nextSeq === 4);
  });
  after(async () => {
    for (const clean of cleanUp.reverse()) await clean();
  });

  const values = async () => {
    const { rows } = await reader.call("rows", [0, 10]);
    return rows.map(({ value }) => `${value?.format} ${value?.text}${value?.problems.length ? " !" : ""}`);
  };
  const detail = async (seq: number) => (await reader.call("detail", [seq]))!.value!;
  const choose = async (...labels: string[]) => {
    const replaced = api.replaceUi(picking(...labels));
    try {
      await chooseDecoding(api.ctx, decodings, topic, "value");
    } finally {
      replaced.dispose();
    }
  };

  it("is none at first: single objects are read by what has their fingerprint, in the registry or the workspace", async () => {
    assert.deepEqual(await values(), [
      'avro {"id":1,"amount":1.5}',
      'avro {"id":2,"amount":2.5}',
      'avro {"id":3,"note":"x"}',
      'json {"id":4}',
    ]);
    const registered = await detail(1);
    assert.deepEqual(registered.schema, { id: schemaId, type: "AVRO", subject: `${topic}-value`, version: 1 });
    const found = await detail(2);
    assert.match(found.notes.join(), new RegExp(`^An Avro single object: .*, which .*${topic}-other\\.avsc has\\.$`));
    assert.equal(found.schema?.subject, null);
  });

  it("may be a file of the workspace: rows, columns, filters and details show what a program with it sees", async () => {
    await choose(`${topic}.avsc`, "Reader's schema");
    assert.deepEqual(store.get(connection.id, topic).value, { kind: "reader-file", uri: file.toString() });
    const shown = await values();
    assert.deepEqual(shown.slice(0, 2), [
      'avro {"id":1,"total":1.5,"currency":"EUR"}',
      'avro {"id":2,"total":2.5,"currency":"EUR"}',
    ]);
    assert.match(shown[2]!, /^avro \{"id":3,"note":"x"\} !$/);
    assert.equal(shown[3], 'json {"id":4}');
    const value = await detail(0);
    assert.deepEqual(value.schema, { id: schemaId, type: "AVRO", subject: `${topic}-value`, version: 1 });
    assert.match(value.notes[0]!, new RegExp(`^As a program with .*${topic}\\.avsc sees it; it was written`));
    assert.match(
      (await detail(2)).problems.join(),
      /the reader's field total is not written, and it has no default; shown as/,
    );
    await reader.setView({
      ...wholeView,
      filter: { kind: "cel", expression: 'value.currency == "EUR" && value.total > 2.0' },
      fields: ["$.total"],
    });
    await until("the filter is applied", () => reader.status.view.next === 1);
    const { rows } = await reader.call("rows", [0, 10]);
    assert.deepEqual(
      rows.map(({ fields }) => fields?.map((cell) => cell?.text)),
      [["2.5"]],
    );
    await reader.setView(wholeView);
  });

  it("follows its file when that is saved", async () => {
    const document = await vscode.workspace.openTextDocument(file);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(file, new vscode.Range(0, 0, 1, 0), JSON.stringify(order({ name: "id", type: "string" })));
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.ok(await document.save());
    const problem = /a long cannot be read as a string \(in id\); shown as it was written$/;
    await until("the new schema is used", async () => problem.test((await detail(0)).problems.join()));
    assert.equal((await values())[0], 'avro {"id":1,"amount":1.5} !');
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
  });

  it("may be a version in the registry, the latest one or another", async () => {
    await registerSchema(`${topic}-value`, JSON.stringify(second));
    await choose("Latest version of each value's subject");
    assert.equal((await values())[0], 'avro {"id":1,"amount":1.5,"currency":"EUR"}');
    assert.match(
      (await detail(0)).notes[0]!,
      new RegExp(`with the latest version of ${topic}-value \\(2\\) sees it; `),
    );
    await choose(`A version of ${topic}-value`, "Version 1");
    assert.deepEqual(store.get(connection.id, topic).value, {
      kind: "reader-version",
      subject: `${topic}-value`,
      version: 1,
    });
    assert.equal((await values())[0], 'avro {"id":1,"amount":1.5}');
    await choose("Automatic");
    assert.deepEqual(store.of(connection.id), []);
  });
});
