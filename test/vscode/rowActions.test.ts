import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { exportRows } from "../../src/panels/exportRows.ts";
import { RecordDocuments } from "../../src/panels/recordDocuments.ts";
import { resendRows } from "../../src/panels/resendRows.ts";
import { TopicReader } from "../../src/panels/topicReader.ts";
import { TextDocuments } from "../../src/platform/textDocuments.ts";
import type { Ui } from "../../src/platform/ui.ts";
import { type RowView, wholeTopic } from "../../src/shared/messages.ts";
import type { TestApi } from "../../src/testApi.ts";
import { stack, storedConnection, testApi } from "./support/api.ts";
import { makeTopics, sendMessages } from "./support/brokers.ts";
import { noFiles, picking, until } from "./support/messages.ts";

const bytes = Buffer.from([0, 255, 1, 128, 10]);

/** What can be done with rows, on a real broker: with a reader as a panel has it, without a panel. */
describe("Rows of a panel", () => {
  let api: TestApi;
  let connection: Awaited<ReturnType<typeof storedConnection>>;
  let reader: TopicReader;
  let documents: TextDocuments;
  let rows: RowView[];
  const said: string[] = [];
  const { bootstrap } = stack().kraft;
  const source = `rows-${Date.now()}.source`;
  const target = `rows-${Date.now()}.target`;
  const cleanUp: (() => Promise<unknown> | undefined)[] = [];
  const large = `rows-${Date.now()}.large`;
  const subject = () => ({ connectionId: connection.id, connectionName: "rows", topics: [source], pattern: null });
  const ofReader = (topic: string) => readAll(api, connection.id, topic, cleanUp);

  before(async () => {
    api = await testApi();
    cleanUp.push(
      await makeTopics(bootstrap, {
        [source]: { partitions: 2, messagesEach: 0 },
        [target]: { partitions: 3, messagesEach: 0 },
        [large]: { partitions: 1, messagesEach: 0 },
      }),
    );
    await sendMessages(bootstrap, {
      [source]: [
        { partition: 1, key: "k1", value: '{"id":9007199254740993,"a":[1,2]}', headers: { trace: "t1", raw: bytes } },
        { partition: 1, key: null, value: bytes },
        { partition: 1, key: "k3", value: null },
        { partition: 1, key: "", value: "" },
        { partition: 1, key: "k5", value: `<?xml version="1.0"?><a/>` },
      ],
    });
    connection = await storedConnection(api, "rows", bootstrap);
    cleanUp.push(() => connection.remove());
    documents = new TextDocuments();
    cleanUp.push(async () => documents.dispose());
    ({ reader, rows } = await ofReader(source));
    assert.deepEqual(
      rows.map(({ offset }) => offset),
      ["0", "1", "2", "3", "4"],
    );
  });
  after(async () => {
    for (const clean of cleanUp.reverse()) await clean();
  });

  const answering = (ui: Partial<Ui>) =>
    api.replaceUi({
      info: async (message) => {
        said.push(message);
        return undefined;
      },
      warn: async (message) => {
        said.push(message);
        return undefined;
      },
      ...ui,
    });

  it("are resent byte for byte, to the same partition, once the user has said yes", async () => {
    const questions: string[] = [];
    const replaced = answering({
      ...picking(source),
      confirm: async ({ message }) => {
        questions.push(message);
        return true;
      },
    });
    try {
      await resendRows(
        api.ctx,
        reader,
        subject(),
        rows.map(({ seq }) => seq),
      );
    } finally {
      replaced.dispose();
    }
    assert.deepEqual(questions, [`Resend 5 messages to ${source} of rows?`]);
    assert.equal(said.pop(), `5 messages were resent: ${source}-1 at offsets 5 to 9.`);
    const again = await ofReader(source);
    assert.deepEqual(await contents(again.reader, again.rows.slice(5)), await contents(reader, rows));
    assert.deepEqual((await contents(reader, rows))[0]?.headers, ["trace=7431", "raw=00ff01800a"]);
    assert.deepEqual(new Set(again.rows.map(({ partition }) => partition)), new Set([1]));
  });

  it("are resent to another topic, to the partition of their key", async () => {
    const replaced = answering({ ...picking(target), confirm: async () => true });
    try {
      await resendRows(api.ctx, reader, subject(), [rows[0]!.seq]);
    } finally {
      replaced.dispose();
    }
    const there = await ofReader(target);
    assert.deepEqual(await contents(there.reader, there.rows), (await contents(reader, rows)).slice(0, 1));
  });

  it("are not resent without a yes, and never too many at once", async () => {
    const replaced = answering({ ...picking(target), confirm: async () => false });
    try {
      await assert.rejects(resendRows(api.ctx, reader, subject(), [rows[0]!.seq]), { name: "CancelledError" });
      const many = Array.from({ length: 1001 }, (_, i) => i);
      await assert.rejects(resendRows(api.ctx, reader, subject(), many), /At most 1,000 messages/);
    } finally {
      replaced.dispose();
    }
    assert.equal((await ofReader(target)).rows.length, 1);
  });

  it("that were resent before the user cancelled are said", async () => {
    const replaced = answering({
      ...picking(target),
      confirm: async () => true,
      progress: (_title, task) => {
        const abort = new AbortController();
        return task(abort.signal, () => abort.abort());
      },
    });
    try {
      await assert.rejects(
        resendRows(api.ctx, reader, subject(), [rows[0]!.seq, rows[1]!.seq]),
        /^UserError: Only part was resent\. 1 message was resent: .*\. Then: It was cancelled\.$/,
      );
    } finally {
      replaced.dispose();
    }
  });

  it("that are no longer kept are counted and said", async () => {
    const replaced = answering({ ...picking(target), confirm: async () => true });
    try {
      await resendRows(api.ctx, reader, subject(), [rows[4]!.seq, 5000]);
    } finally {
      replaced.dispose();
    }
    assert.match(said.pop() ?? "", /^1 message was resent: .* 1 message was not: no longer kept/);
  });

  it("are compared in the diff editor, as JSON with every digit", async () => {
    await new RecordDocuments(api.ctx, reader, documents).compare(rows[0]!.seq, rows[4]!.seq);
    await until("a diff is open", () => activeInput() instanceof vscode.TabInputTextDiff);
    const { original, modified } = activeInput() as vscode.TabInputTextDiff;
    const [left, right] = [await text(original), await text(modified)];
    assert.match(left, /"id": 9007199254740993/);
    assert.match(right, /"value": "<\?xml version=\\"1\.0\\"\?>\\n<a\/>"/);
    const label = vscode.window.tabGroups.activeTabGroup.activeTab?.label;
    assert.equal(label, `${source}-1@0 ↔ ${source}-1@4`);
    const { languageId } = await vscode.workspace.openTextDocument(original);
    assert.equal(languageId, "json");
    await closeEditors();
  });

  it("have payloads that open in the language of their format, read-only", async () => {
    const records = new RecordDocuments(api.ctx, reader, documents);
    const opened: string[] = [];
    for (const [seq, part] of [
      [rows[0]!.seq, "value"],
      [rows[4]!.seq, "value"],
      [rows[1]!.seq, "value"],
      [rows[0]!.seq, { header: 1 }],
    ] as const) {
      await records.openPayload(seq, part);
      const document = vscode.window.activeTextEditor?.document;
      assert.ok(document && !document.isUntitled && document.uri.scheme !== "file");
      opened.push(`${document.languageId} ${document.uri.path.split(" ").slice(1).join(" ")}`);
    }
    assert.deepEqual(opened, ["json value.json", "xml value.xml", "plaintext value.txt", "plaintext header raw.txt"]);
    await closeEditors();
  });

  it("say so where there is nothing to open", async () => {
    const records = new RecordDocuments(api.ctx, reader, documents);
    await assert.rejects(records.openPayload(rows[2]!.seq, "value"), /Kafka's null/);
    await assert.rejects(records.openPayload(5000, "value"), /no longer kept/);
  });

  it("have large payloads opened in part, and it is said how much is missing", async () => {
    const text = `{"a":"${"x".repeat(24_999_992)}"}`;
    await sendMessages(bootstrap, { [large]: [{ partition: 0, key: "k", value: text }] });
    const there = await ofReader(large);
    said.length = 0;
    const replaced = answering({});
    try {
      await new RecordDocuments(api.ctx, there.reader, documents).openPayload(there.rows[0]!.seq, "value");
    } finally {
      replaced.dispose();
    }
    assert.equal(vscode.window.activeTextEditor?.document.getText().length, 20_000_000);
    assert.match(said.join(), /^Only the first 20,000,000 characters of 25,\d{3},\d{3} bytes are shown\./);
    await closeEditors();
  });

  it("keep the text of a payload as long as its tab is there, also in the background", async () => {
    const records = new RecordDocuments(api.ctx, reader, documents);
    await records.openPayload(rows[0]!.seq, "value");
    const first = vscode.window.activeTextEditor!.document.uri;
    await vscode.commands.executeCommand("workbench.action.keepEditor");
    await records.openPayload(rows[4]!.seq, "value");
    assert.match(await text(first), /9007199254740993/);
    await closeEditors();
  });

  it("have raw values written to a new folder, byte for byte", async () => {
    const folder = mkdtempSync(join(tmpdir(), "raw-"));
    cleanUp.push(async () => rmSync(folder, { recursive: true }));
    const replaced = answering({ openFolder: async () => folder });
    try {
      const request = { format: "raw" as const, seqs: rows.map(({ seq }) => seq), columns: [], choice: subject() };
      await exportRows(api.ctx, reader, request);
    } finally {
      replaced.dispose();
    }
    const [made, ...more] = readdirSync(folder);
    assert.ok(made?.startsWith(`${source}-`) && more.length === 0, `${made} ${more.join()}`);
    const files = readdirSync(join(folder, made!));
    assert.equal(files.length, 4);
    const binary = files.find((file) => file.startsWith(`${source}-1-1`))!;
    assert.deepEqual(readFileSync(join(folder, made!, binary)), bytes);
    assert.match(said.pop() ?? "", /^Wrote 4 values .*Not in it: 1 tombstone without a value\.$/);
  });

  it("are exported no further once the user cancels, and nothing is left", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cancelled-"));
    cleanUp.push(async () => rmSync(folder, { recursive: true }));
    const file = join(folder, "a.jsonl");
    said.length = 0;
    const replaced = answering({
      saveFile: async () => file,
      progress: (_title, task) => {
        const abort = new AbortController();
        const done = task(abort.signal, () => undefined);
        abort.abort();
        return done;
      },
    });
    try {
      const request = { format: "jsonl" as const, seqs: null, columns: [], choice: subject() };
      await assert.rejects(exportRows(api.ctx, reader, request), { name: "CancelledError" });
    } finally {
      replaced.dispose();
    }
    await until("nothing is left of it", () => !existsSync(file) && readdirSync(folder).length === 0);
    assert.deepEqual(said, []);
  });

  it("are exported no further once their panel is closed, which is said, and nothing is left", async () => {
    const folder = mkdtempSync(join(tmpdir(), "closed-"));
    cleanUp.push(async () => rmSync(folder, { recursive: true }));
    said.length = 0;
    const own = await ofReader(source);
    const replaced = answering({
      saveFile: async () => join(folder, "a.csv"),
      progress: (_title, task) => {
        const done = task(new AbortController().signal, () => undefined);
        void own.reader.dispose();
        return done;
      },
    });
    try {
      const request = { format: "csv" as const, seqs: null, columns: ["value" as const], choice: subject() };
      await assert.rejects(exportRows(api.ctx, own.reader, request), { name: "CancelledError" });
    } finally {
      replaced.dispose();
    }
    await own.reader.dispose();
    assert.deepEqual(readdirSync(folder), []);
    assert.match(said.join(), /^The export was given up/);
  });
});

/** A reader of all that a topic holds, and its rows. */
async function readAll(
  api: TestApi,
  connectionId: string,
  topic: string,
  cleanUp: (() => Promise<unknown> | undefined)[],
) {
  const reader = new TopicReader(api.ctx, connectionId, { all: async () => [] }, noFiles, {
    status: () => undefined,
    viewRefused: (_view, why) => assert.fail(String(why)),
  });
  cleanUp.push(() => reader.dispose());
  await reader.start(wholeTopic(topic));
  await until(`${topic} is read`, () => reader.status.state === "done" && reader.status.view.progress === null);
  const { rows } = await reader.call("rows", [0, 1000]);
  return { reader, rows };
}

/** Key, value and headers of rows, as hex. */
async function contents(reader: TopicReader, rows: readonly RowView[]) {
  return Promise.all(
    rows.map(async ({ seq }) => {
      const hex = async (part: "key" | "value" | { header: number }) => {
        const view = await reader.call("bytes", [seq, part, 0, 1000]);
        return view ? Buffer.from(view.bytes).toString("hex") : null;
      };
      const detail = await reader.call("detail", [seq]);
      const headers = (detail?.headers ?? []).map(async ({ key }, header) => `${key}=${await hex({ header })}`);
      return {
        key: await hex("key"),
        value: await hex("value"),
        headers: await Promise.all(headers),
      };
    }),
  );
}

const activeInput = () => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
const closeEditors = () => vscode.commands.executeCommand("workbench.action.closeAllEditors");
