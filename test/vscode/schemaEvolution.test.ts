import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { commands, languageIds } from "../../src/ids.ts";
import { TopicReader } from "../../src/panels/topicReader.ts";
import { TopicSchemas } from "../../src/panels/topicSchemas.ts";
import { TextDocuments } from "../../src/platform/textDocuments.ts";
import type { PickOptions, Ui } from "../../src/platform/ui.ts";
import { wholeTopic, wholeView } from "../../src/shared/messages.ts";
import type { TestApi } from "../../src/testApi.ts";
import { stack, testApi } from "./support/api.ts";
import { makeTopics, sendMessages } from "./support/brokers.ts";
import { noFiles, until } from "./support/messages.ts";
import { connectionWithRegistry, deleteSubject, registerSchema, setCompatibility } from "./support/schemaRegistry.ts";

const record = (...fields: string[]): string =>
  `{
  "type": "record",
  "name": "Order",
  "namespace": "shop",
  "fields": [
    ${fields.join(",\n    ")}
  ]
}`;
const id = '{ "name": "id", "type": "int" }';
const note = '{ "name": "note", "type": "string", "default": "" }';
const total = '{ "name": "total", "type": "int" }';

const topic = `schemas-${Date.now()}`;
const subject = `${topic}-value`;
let api: TestApi;
let connection: Awaited<ReturnType<typeof connectionWithRegistry>>;
const ids: number[] = [];

/** Hooks of a file alone would run before and after all suites. */
describe("Schemas that change", () => {
  before(async () => {
    api = await testApi();
    connection = await connectionWithRegistry(api, "schemas");
    ids.push(await registerSchema(subject, record(id)));
    await setCompatibility(subject, "BACKWARD");
    ids.push(await registerSchema(subject, record(id, note)));
  });
  after(async () => {
    await connection.remove();
    await deleteSubject(subject);
  });

  describe("A schema file checked against the registry", () => {
    const folder = mkdtempSync(join(tmpdir(), "evolution-"));
    after(() => rmSync(folder, { recursive: true }));
    afterEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

    /** Opens a file, checks it, and presses Show Changes if `show`. */
    async function check(text: string, { name = `${topic}.avsc`, show = false, of = subject } = {}) {
      // a folder each: VS Code keeps the text of a file that was open a moment ago
      const file = join(mkdtempSync(join(folder, "file-")), name);
      writeFileSync(file, text);
      const document = await vscode.workspace.openTextDocument(file);
      await vscode.window.showTextDocument(document);
      const said: string[] = [];
      const offered: string[] = [];
      const say = (kind: string) => async (message: string, action?: string) => {
        said.push(`${kind}: ${message}`);
        return show ? action : undefined;
      };
      const replaced = api.replaceUi({
        info: say("info"),
        warn: say("warn"),
        error: say("error"),
        pick: (async <T>({ items, placeholder }: PickOptions<T>) => {
          const list = await items;
          if (!placeholder.startsWith("Subject")) return list.find(({ label }) => label === "schemas")!.value;
          offered.push(...list.map(({ label, section }) => `${section}: ${label}`));
          return list.find(({ label }) => label === of)!.value;
        }) as Ui["pick"],
      });
      try {
        await vscode.commands.executeCommand(commands.checkCompatibility, document.uri);
      } finally {
        replaced.dispose();
      }
      assert.equal(said.length, 1, said.join("\n"));
      return { document, said: said[0]!, offered };
    }
    const problems = (document: vscode.TextDocument) =>
      vscode.languages
        .getDiagnostics(document.uri)
        .filter(({ source }) => source === "Schema compatibility")
        .map(({ range, severity, message }) => ({ line: range.start.line, severity, message }));

    it("may follow where it breaks nothing, and the subject is guessed by the file's name", async () => {
      const { document, said, offered } = await check(record(id, note, total.replace("}", ', "default": 0 }')));
      assert.match(
        said,
        new RegExp(`^info: ${topic}\\.avsc may follow version 2 of ${subject} \\(BACKWARD\\): 1 change\\. `),
      );
      assert.equal(offered[0], `likely: ${subject}`);
      assert.deepEqual(problems(document), []);
    });

    it("is refused where new readers fail, with the field marked until it is mended", async () => {
      const { document, said } = await check(record(id, note, total), { show: true });
      assert.match(
        said,
        /^warn: The registry refuses .* after version 2 of .*New readers cannot read all old messages/,
      );
      const [problem, ...others] = problems(document);
      assert.deepEqual(others, []);
      assert.equal(problem?.line, 7);
      assert.equal(problem?.severity, vscode.DiagnosticSeverity.Error);
      assert.match(problem?.message ?? "", /^\$\.total: /);
      const shown = vscode.window.activeTextEditor?.document;
      assert.equal(shown?.languageId, "markdown");
      assert.match(shown?.getText() ?? "", /## Breaks readers\n\n- `\$\.total`: /);
      const change = new vscode.WorkspaceEdit();
      const at = document.positionAt(document.getText().indexOf(total) + total.length - 2);
      change.insert(document.uri, at, ', "default": 0');
      await vscode.workspace.applyEdit(change);
      await until("nothing is marked any more", () => problems(document).length === 0);
    });

    it("may be a .proto file or a JSON Schema", async () => {
      const proto = (type: string) => `syntax = "proto3";\npackage shop;\nmessage Order {\n  ${type} id = 1;\n}\n`;
      const json = (type: string) =>
        `{\n  "type": "object",\n  "additionalProperties": false,\n  "properties": {\n    "id": { "type": "${type}" }\n  }\n}`;
      for (const [schemaType, extension, schema, line] of [
        ["PROTOBUF", "proto", proto, 3],
        ["JSON", "schema.json", json, 4],
      ] as const) {
        const of = `${topic}-${schemaType}`;
        await registerSchema(of, schema(schemaType === "JSON" ? "integer" : "int32"), schemaType);
        try {
          await setCompatibility(of, "FULL");
          const { document, said, offered } = await check(schema("string"), { name: `${of}.${extension}`, of });
          assert.match(said, /^warn: The registry refuses .*\(FULL\)\. /);
          assert.equal(offered[0], `likely: ${of}`);
          assert.deepEqual(
            problems(document).map((one) => [one.line, one.severity]),
            [[line, vscode.DiagnosticSeverity.Error]],
            JSON.stringify(problems(document)),
          );
        } finally {
          await deleteSubject(of);
        }
      }
    });

    it("is no version of what is of another type, and it is said in words", async () => {
      const { said } = await check('syntax = "proto3";\nmessage Order { int32 id = 1; }\n', { name: "order.proto" });
      assert.equal(said, `error: ${subject} has Avro schemas, and order.proto is Protobuf: choose another subject.`);
    });

    it("has to be one", async () => {
      await vscode.commands.executeCommand("workbench.action.closeAllEditors");
      const said: string[] = [];
      const replaced = api.replaceUi({
        error: async (message) => {
          said.push(message);
          return undefined;
        },
      });
      try {
        await vscode.commands.executeCommand(commands.checkCompatibility);
      } finally {
        replaced.dispose();
      }
      assert.match(said.join(), /^Open a schema file first/);
    });
  });

  describe("The schemas of a topic's messages", () => {
    const cleanUp: (() => unknown)[] = [];
    after(async () => {
      for (const clean of cleanUp.reverse()) await clean();
    });

    it("are counted by version, compared, and opened", async () => {
      const { bootstrap } = stack().kraft;
      cleanUp.push(await makeTopics(bootstrap, { [topic]: { partitions: 1, messagesEach: 0 } }));
      const value = (version: number): Buffer => {
        const head = Buffer.alloc(5);
        head.writeInt32BE(ids[version - 1]!, 1);
        // id 1, and an empty note
        return Buffer.concat([head, Buffer.from(version === 1 ? [2] : [2, 0])]);
      };
      const versions = [1, 1, 1, 2, 2, null];
      await sendMessages(bootstrap, {
        [topic]: versions.map((version) => ({
          partition: 0,
          key: "k",
          value: version === null ? "text" : value(version),
        })),
      });
      const reader = new TopicReader(
        api.ctx,
        connection.id,
        { all: () => [] } as unknown as ConstructorParameters<typeof TopicReader>[2],
        noFiles,
        { status: () => {}, viewRefused: () => {} },
      );
      cleanUp.push(() => reader.dispose());
      await reader.start(wholeTopic(topic));
      await until("all is read", () => reader.status.state === "done");
      const { messages, counts, totals } = await reader.call("schemaUse", []);
      assert.equal(messages, 6);
      assert.deepEqual(
        counts.map(({ part, key, count, schema, first, last }) => [
          part,
          key,
          count,
          schema.subject,
          schema.version,
          first.offset,
          last.offset,
        ]),
        [
          ["value", ids[0], 3, subject, 1, "0", "2"],
          ["value", ids[1], 2, subject, 2, "3", "4"],
        ],
      );
      assert.deepEqual(
        totals.map(({ part, payloads, unnamed }) => [part, payloads, unnamed]),
        [
          ["key", 6, 6],
          ["value", 6, 1],
        ],
      );

      await reader.setView({ ...wholeView, schema: { topic, part: "value", key: ids[1]! } });
      await until("only those with the second version are shown", () => reader.status.view.next === 2);
      await reader.setView(wholeView);

      const documents = new TextDocuments("kafka-workbench-test");
      cleanUp.push(() => documents.dispose());
      const schemas = new TopicSchemas(reader.registry, documents);
      const [older, newer] = [counts[0]!, counts[1]!];
      assert.deepEqual(await schemas.about(newer), { id: ids[1], type: "AVRO", subject, version: 2 });
      const { backward, forward, changes } = await schemas.changes(older, newer);
      assert.deepEqual([backward, forward, changes.map(({ path }) => path)], [true, true, ["$.note"]]);
      await schemas.open(newer);
      const shown = vscode.window.activeTextEditor?.document;
      assert.equal(shown?.languageId, languageIds.avroSchema);
      assert.match(shown?.getText() ?? "", /"name": "note"/);
      await assert.rejects(schemas.open({ ...newer, key: 2_000_000 }), /unknown to the registry/);
      await assert.rejects(schemas.open({ ...newer, key: "guid:../../x" }), /No schema is named like that/);
    });
  });
});
