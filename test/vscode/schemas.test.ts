import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { HttpRegistry } from "../../src/connections/model.ts";
import { commands } from "../../src/ids.ts";
import { ConfluentRegistry } from "../../src/schema/registry/confluent.ts";
import type { TestApi } from "../../src/testApi.ts";
import { at, line, linesAt, stack, testApi } from "./support/api.ts";
import { makeTopics } from "./support/brokers.ts";
import { until } from "./support/messages.ts";
import {
  closeEditors,
  complaints,
  id,
  openText,
  record,
  registryConnection,
  retype,
  run,
  tabInFront,
  total,
} from "./support/registry.ts";

describe("The schemas of a real registry", () => {
  let api: TestApi;
  let connectionId: string;
  let registry: ConfluentRegistry;
  const cleanUp: (() => Promise<unknown> | unknown)[] = [];
  const name = "with-registry";
  const topic = `schemas-${Date.now()}`;
  const subject = `${topic}-value`;
  const avro = (schema: string, references: { name: string; subject: string; version: number }[] = []) => ({
    type: "AVRO",
    schema,
    references,
  });
  const withDefault = { ...total, default: 0 };
  const node = (...path: string[]) => at(api, name, "Schemas", ...path);
  const lines = (...path: string[]) => linesAt(api, name, "Schemas", ...path);
  const refresh = async () => vscode.commands.executeCommand(commands.refresh, await node());

  before(async () => {
    api = await testApi();
    const { kraft, registry: there } = stack();
    registry = new ConfluentRegistry({ urls: [there.url], auth: { kind: "none" }, tls: null, timeoutMs: 5000 });
    cleanUp.push(() => registry.close());
    await registry.register(subject, avro(record(id)));
    await registry.register(subject, avro(record(id, withDefault)));
    await registry.setCompatibility(subject, "BACKWARD");
    cleanUp.push(await makeTopics(kraft.bootstrap, { [topic]: { partitions: 1, messagesEach: 0 } }));
    const connection = await registryConnection(api, name, kraft.bootstrap, there.url);
    connectionId = connection.id;
    cleanUp.push(() => connection.remove());
  });
  afterEach(closeEditors);
  after(async () => {
    api.explorer.setFilter("");
    await vscode.commands.executeCommand(commands.hideDeletedSchemas);
    for (const clean of cleanUp.reverse()) await clean();
  });

  it("stand below a connection that has a registry, with the registry's compatibility level", async () => {
    assert.deepEqual(
      (await linesAt(api, name)).map((text) => text.split("|")[0]),
      ["Brokers", "Topics", "Consumer Groups", "Schemas"],
    );
    assert.ok((await lines()).includes(subject), "nothing is asked about a subject that is closed");
    assert.match(line(api, await node()), /^Schemas\|\d+ · NONE$/);
  });

  it("tell a subject's type, versions, ids, and its level where it differs", async () => {
    const [first, second] = [await registry.version(subject, 1), await registry.version(subject, 2)];
    assert.deepEqual(await lines(subject), [`v2|Avro · id ${second.id} · latest`, `v1|Avro · id ${first.id}`]);
    assert.equal(line(api, await node(subject)), `${subject}|Avro · 2 versions · BACKWARD`);
  });

  it("are filtered by name", async () => {
    await lines();
    api.explorer.setFilter(topic);
    assert.deepEqual(
      (await lines()).map((text) => text.split("|")[0]),
      [subject],
    );
    assert.match(line(api, await node()), /^Schemas\|1 of \d+ · NONE$/);
    api.explorer.setFilter("no such name anywhere");
    assert.match((await lines()).join(), /^No subject matches “no such name anywhere”\|/);
    api.explorer.setFilter("");
  });

  it("open read-only, laid out, in their language, and again after the text was let go", async () => {
    await run(api, {}, commands.openSchema, await node(subject, "v2"));
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(tabInFront().label, `${subject} v2`);
    assert.equal(document?.languageId, "avro-schema");
    assert.match(document?.getText() ?? "", /^\{\n {2}"type": "record",\n/);
    const before = document?.getText();
    await vscode.commands.executeCommand("type", { text: "typed" });
    assert.equal(document?.getText(), before);
    await closeEditors();
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    await run(api, {}, commands.openSchema, await node(subject));
    assert.equal(tabInFront().label, `${subject} v2`);
    assert.equal(vscode.languages.getDiagnostics(vscode.window.activeTextEditor!.document.uri).length, 0);
    // what VS Code does after a reload: it has the uri, and asks for the text
    const again = vscode.Uri.parse(document!.uri.toString());
    await closeEditors();
    assert.match((await vscode.workspace.openTextDocument(again)).getText(), /"total"/);
  });

  it("open with what they refer to", async () => {
    const address = `address-of-${topic}`;
    await registry.register(address, avro('{"type":"record","name":"Address","namespace":"shop","fields":[]}'));
    const customer = `${topic}-customer-value`;
    await registry.register(
      customer,
      avro('{"type":"record","name":"Customer","namespace":"shop","fields":[{"name":"at","type":"shop.Address"}]}', [
        { name: "shop.Address", subject: address, version: 1 },
      ]),
    );
    await refresh();
    assert.deepEqual(await lines(customer, "v1"), [`shop.Address|${address} v1`]);
    await run(api, {}, commands.openSchema, await node(customer, "v1", "shop.Address"));
    assert.equal(tabInFront().label, `${address} v1`);
    await run(api, { confirm: true }, commands.newSchemaVersion, await node(customer));
    await retype(
      '{"type":"record","name":"Customer","namespace":"shop","fields":[{"name":"at","type":"Address"},{"name":"n","type":"int","default":0}]}',
    );
    const said = await run(api, { confirm: true }, commands.registerSchema);
    assert.match(said.join("\n"), /References: shop\.Address/);
    assert.match(said.join("\n"), /Registered as version 2/);
    assert.equal((await registry.latest(customer)).references[0]?.subject, address);
  });

  it("are compared with the version before, in the diff editor and in words", async () => {
    const said = await run(api, {}, commands.compareSchemaWithPrevious, await node(subject, "v2"));
    assert.equal(tabInFront().label, `${subject} v1 → v2`);
    assert.deepEqual(
      tabInFront().uris.map(({ path }) => path),
      [`/${subject} v1`, `/${subject} v2`],
    );
    assert.deepEqual(said, [
      `info: ${subject} v1 → v2: 1 change. No reader breaks: with v1 and with v2, each can read what is written with the other.`,
    ]);
    await run(api, {}, commands.explainSchemaChange, await node(subject));
    const page = vscode.window.activeTextEditor?.document.getText() ?? "";
    assert.match(page, /backward {2}yes/);
    assert.match(page, /\$\.total/);
    const first = await run(api, {}, commands.compareSchemaWithPrevious, await node(subject, "v1"));
    assert.deepEqual(first, [`error: There is nothing to compare with: v1 is the first version of ${subject}.`]);
  });

  it("are compared with any other version, which is picked", async () => {
    await run(api, { picks: [subject, "v2"] }, commands.compareSchema, await node(subject, "v1"));
    assert.equal(tabInFront().label, `${subject} v1 → v2`);
  });

  it("that cannot follow are refused before anything is registered, and the editor shows where and why", async () => {
    await run(api, {}, commands.newSchemaVersion, await node(subject));
    assert.ok(vscode.window.activeTextEditor?.document.isUntitled);
    await retype(`{
  "type": "record", "name": "Order", "namespace": "shop",
  "fields": [
    { "name": "id", "type": "string" },
    { "name": "customer", "type": "string" }
  ]
}`);
    const said = await run(api, { confirm: true }, commands.registerSchema);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0]!, new RegExp(`^warn: Not registered: the schema cannot follow v2 of ${subject}\\. `));
    assert.deepEqual(await registry.versions(subject), [1, 2]);
    const [first] = complaints();
    assert.match(first?.at ?? "nothing", /^4:/);
    assert.match(first?.under ?? "", /customer/);
    assert.match(first?.message ?? "", /customer.*(no default|default)/i);
  });

  it("are registered after a question that says what, where and as which type, and are in the tree", async () => {
    await run(api, {}, commands.newSchemaVersion, await node(subject));
    await retype(record(id, withDefault, { name: "note", type: ["null", "string"], default: null }));
    const said = await run(api, { confirm: true }, commands.registerSchema);
    const latest = await registry.latest(subject);
    assert.match(said[0]!, new RegExp(`^confirm: Register a new version of ${subject}\\?`));
    assert.match(said[0]!, /Type: Avro/);
    assert.match(said[0]!, new RegExp(`Connection: ${name} \\(http`));
    assert.match(said[0]!, /1 change since v2\. No reader breaks/);
    assert.equal(said[1], `info: Registered as version 3 of ${subject}, with id ${latest.id}.`);
    assert.deepEqual(complaints(), []);
    assert.equal((await lines(subject))[0], `v3|Avro · id ${latest.id} · latest`);
    const again = await run(api, { confirm: true }, commands.registerSchema);
    assert.match(again.at(-1)!, /has this schema already: it is version 3/);
  });

  it("are not registered when the question is declined", async () => {
    await openText(record(id, withDefault, { name: "extra", type: "int", default: 1 }));
    await run(api, { confirm: false }, commands.registerSchema, await node(subject));
    assert.equal((await registry.latest(subject)).version, 3);
  });

  it("are checked while they are written, like a schema file", async () => {
    await run(api, {}, commands.newSchemaVersion, await node(subject));
    const { uri, languageId } = vscode.window.activeTextEditor!.document;
    assert.equal(languageId, "avro-schema");
    await retype(record(id, { name: "note", type: "strin" }));
    const problems = () => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "Avro");
    await until("the type is marked", () => problems().length === 1);
    assert.match(problems()[0]!.message, /did you mean string\?$/);
    await closeEditors();
  });

  it("that are no JSON are refused without asking anybody", async () => {
    await openText('{\n  "type": "record",\n  "fields": [}\n');
    const said = await run(api, { confirm: true }, commands.registerSchema, await node(subject));
    assert.match(said.join(), /^warn: Not registered: This is not JSON/);
    assert.equal(complaints()[0]?.at, "2:13");
  });

  it("of a new subject are begun with a template, and a .proto in an editor is known as Protobuf", async () => {
    const fresh = `${topic}-fresh-value`;
    await run(api, { inputs: [fresh], picks: ["Protobuf"] }, commands.newSchema, await node());
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? "", /^syntax = "proto3";/);
    const said = await run(api, { confirm: true }, commands.registerSchema);
    assert.match(said.join("\n"), /Type: Protobuf[\s\S]*The subject is new\.[\s\S]*Registered as version 1/);
    assert.equal((await registry.latest(fresh)).type, "PROTOBUF");
    await closeEditors();
    await openText('syntax = "proto3";\nmessage M {\n  int32 a = 1;\n  string b = 2\n}\n', "plaintext");
    const wrong = await run(api, { picks: [name, fresh], confirm: true }, commands.registerSchema);
    assert.match(wrong.join("\n"), /warn: Not registered/);
    assert.match(complaints().find(({ at }) => at !== "0:0")?.at ?? "nothing", /^[34]:/);
    assert.equal((await registry.latest(fresh)).version, 1);
  });

  it("have a compatibility level that is changed, and inherited again", async () => {
    await run(api, { picks: ["FULL_TRANSITIVE"] }, commands.setCompatibility, await node(subject));
    assert.deepEqual(await registry.compatibility(subject), { value: "FULL_TRANSITIVE", inherited: false });
    await lines(subject);
    assert.match(line(api, await node(subject)), /FULL_TRANSITIVE$/);
    await run(api, { picks: ["Inherit"] }, commands.setCompatibility, await node(subject));
    await lines(subject);
    assert.equal(line(api, await node(subject)), `${subject}|Avro · 3 versions`);
    const whole = ["pick: What a new version has to be; now NONE"];
    assert.deepEqual(await run(api, { picks: ["NONE"] }, commands.setCompatibility, await node()), whole);
    assert.deepEqual(await run(api, { picks: ["FORWARD"] }, commands.setCompatibility, await node()), whole);
    try {
      assert.equal((await registry.compatibility(null)).value, "FORWARD");
      await lines();
      assert.match(line(api, await node()), /· FORWARD$/);
    } finally {
      await registry.setCompatibility(null, "NONE");
      await refresh();
    }
  });

  it("lead to their topic, and a topic to its schemas", async () => {
    api.explorer.setFilter("hides it");
    assert.deepEqual(await run(api, {}, commands.showTopics, { connectionId, subject }), []);
    await until("the topic is selected", () => api.explorer.selected()?.copyText === topic);
    assert.deepEqual(await run(api, {}, commands.showSchemas, await at(api, name, "Topics", topic)), []);
    await until("the subject is selected", () => api.explorer.selected()?.copyText === subject);
    const said = await run(api, {}, commands.showTopics, { connectionId, subject: "shop.Order" });
    assert.match(said.join(), /^info: shop\.Order is named after no topic/);
  });

  it("are copied: name, id and text", async () => {
    const { id: schemaId, schema } = await registry.version(subject, 1);
    const version = await node(subject, "v1");
    assert.deepEqual(await run(api, {}, commands.copySchemaId, version), [`copied: ${schemaId}`]);
    assert.deepEqual(await run(api, {}, commands.copySchema, version), [`copied: ${schema}`]);
    assert.deepEqual(await run(api, {}, commands.copyName, await node(subject)), [`copied: ${subject}`]);
  });

  it("are deleted softly first, shown on request, and then for good, each time after saying what it means", async () => {
    const said = await run(api, { confirm: true }, commands.deleteSchema, await node(subject, "v1"));
    assert.match(said[0]!, /^confirm: Delete version 1 of .*\?\n.*can still be decoded, by its id/);
    assert.deepEqual(
      (await lines(subject)).map((text) => text.split("|")[0]),
      ["v3", "v2"],
    );
    const refused = await run(api, { confirm: true }, commands.deleteSchemaPermanently, await node(subject, "v2"));
    assert.match(refused.join(), /^error: Only what is deleted can be deleted permanently/);
    await vscode.commands.executeCommand(commands.showDeletedSchemas);
    assert.match((await lines(subject)).at(-1)!, /^v1\|Avro · id \d+ · deleted$/);
    await run(api, {}, commands.openSchema, await node(subject, "v1"));
    assert.equal(tabInFront().label, `${subject} v1`);
    // by the Delete key, which looks at what the line is
    await run(api, { confirm: true }, commands.deleteTopic, await node(subject));
    assert.equal(line(api, await node(subject)), `${subject}|deleted`);
    await assert.rejects(registry.versions(subject), { code: "unknown-subject" });
    await vscode.commands.executeCommand(commands.hideDeletedSchemas);
    const single = `${topic}-single-value`;
    await registry.register(single, { type: "AVRO", schema: '"string"', references: [] });
    await refresh();
    const only = await run(api, { confirm: true }, commands.deleteSchema, await node(single, "v1"));
    assert.match(only[0]!, new RegExp(`It is the only version: ${single} goes with it\\.`));
    assert.ok(!(await lines()).some((text) => text.startsWith(single)));
    await vscode.commands.executeCommand(commands.showDeletedSchemas);
    const gone = await run(api, { confirm: true }, commands.deleteTopic, await node(subject));
    assert.match(gone[0]!, /^confirm: Delete .* permanently\?\n.*cannot be undone/);
    assert.ok(!(await lines()).some((text) => text.startsWith(subject)));
    await vscode.commands.executeCommand(commands.hideDeletedSchemas);
  });
});

describe("The schemas of a registry as told", () => {
  /** A registry that answers with these subjects, and counts what it is asked. */
  async function told(subjects: () => string[], base = "") {
    const api = await testApi();
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const body = request.url?.startsWith(`${base}/subjects`)
        ? subjects()
        : { compatibilityLevel: "FULL", mode: "READONLY" };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    const { remove } = await registryConnection(
      api,
      "told-registry",
      stack().kraft.bootstrap,
      `http://127.0.0.1:${port}${base}`,
    );
    return {
      api,
      asked,
      async end() {
        await remove();
        server.closeAllConnections();
        server.close();
      },
    };
  }

  it("list 10,000 subjects, asking for none of them", async () => {
    const { api, asked, end } = await told(() => Array.from({ length: 10_000 }, (_, i) => `team.events-${i}-value`));
    try {
      const lines = await linesAt(api, "told-registry", "Schemas");
      assert.equal(lines.length, 10_001);
      assert.match(lines[0]!, /^10,000 subjects\|filter by name$/);
      assert.match(line(api, await at(api, "told-registry", "Schemas")), /^Schemas\|10,000 · FULL · READONLY$/);
      assert.deepEqual(asked.sort(), ["/config", "/mode", "/subjects"]);
    } finally {
      await end();
    }
  });

  it("say where the registry lists only some of them", async () => {
    const some = () => Array.from({ length: 1000 }, (_, i) => `team.events-${i}-value`);
    const { api, end } = await told(some, "/apis/ccompat/v7");
    try {
      const folder = await at(api, "told-registry", "Schemas");
      const [first, ...others] = await linesAt(api, "told-registry", "Schemas");
      assert.match(first!, /^Not all subjects are listed\|Apicurio’s Confluent API ends at 1,000/);
      assert.equal(others.filter((text) => text.startsWith("team.")).length, 1000);
      assert.match(line(api, folder), /^Schemas\|1,000 or more · FULL/);
    } finally {
      await end();
    }
  });

  it("say that there are none yet, and offer to write one", async () => {
    const { api, end } = await told(() => []);
    try {
      assert.deepEqual(await linesAt(api, "told-registry", "Schemas"), ["No schemas yet|click to write one"]);
    } finally {
      await end();
    }
  });
});

describe("The schemas of a registry that is down", () => {
  it("are a sentence with Retry, which leaves the rest of the connection alone", async () => {
    const api = await testApi();
    const { kraft, registry } = stack();
    const { id: connectionId, remove } = await registryConnection(api, "down", kraft.bootstrap, "http://127.0.0.1:1");
    try {
      const [problem] = await api.explorer.getChildren(await at(api, "down", "Schemas"));
      assert.equal(problem?.kind, "problem");
      assert.match(line(api, problem!), /^127\.0\.0\.1:1 refused the connection: nothing listens there.*\.$/);
      assert.equal(api.explorer.getTreeItem(problem!).command?.command, commands.retry);
      const cluster = await api.ctx.clusters.get(connectionId);
      await vscode.commands.executeCommand(commands.retry, problem);
      assert.equal(await api.ctx.clusters.get(connectionId), cluster);
      assert.match(problem!.copyText!, /^The schema registry could not be asked: 127/);
      assert.match((await linesAt(api, "down", "Schemas"))[0]!, /^127\.0\.0\.1:1 refused the connection/);
      const said = await run(api, { picks: ["x"] }, commands.openSchema, { connectionId });
      assert.match(said.at(-1)!, /^error: The schema registry could not be asked: /);
      const connection = api.ctx.connections.get(connectionId)!;
      const up = { ...connection.registry!, urls: [registry.url] } as HttpRegistry;
      await api.ctx.connections.save({ ...connection, registry: up });
      assert.ok(!(await linesAt(api, "down", "Schemas")).some((text) => /refused the connection/.test(text)));
    } finally {
      await remove();
    }
  });

  it("are there although the brokers are not", async () => {
    const api = await testApi();
    const { remove } = await registryConnection(api, "brokerless", "127.0.0.1:1", stack().registry.url);
    try {
      const lines = await linesAt(api, "brokerless");
      assert.equal(lines.length, 2);
      assert.match(lines[0]!, /127\.0\.0\.1:1/);
      assert.match(lines[1]!, /^Schemas/);
    } finally {
      await remove();
    }
  });
});
