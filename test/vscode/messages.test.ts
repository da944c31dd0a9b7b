import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { commands, panels } from "../../src/ids.ts";
import { LayoutStore } from "../../src/panels/layoutStore.ts";
import { noLayout } from "../../src/panels/messagesState.ts";
import type { PickOptions, Ui } from "../../src/platform/ui.ts";
import { wholeView } from "../../src/shared/messages.ts";
import type { SerializedPanel } from "../../src/shared/protocol.ts";
import type { TestApi } from "../../src/testApi.ts";
import { at, stack, storedConnection, testApi } from "./support/api.ts";
import { makeTopics } from "./support/brokers.ts";
import {
  closePanels,
  copiedLink,
  panelsAre,
  pasteLink,
  picking,
  shownRecords,
  showsMessages,
  until,
} from "./support/messages.ts";

describe("Messages panels", () => {
  let api: TestApi;
  let connectionId: string;
  const name = "panels";
  const prefix = `panels-${Date.now()}`;
  const [orders, payments, refunds] = [`${prefix}.orders`, `${prefix}.payments`, `${prefix}.refunds`];
  const cleanUp: (() => Promise<void>)[] = [];

  before(async () => {
    api = await testApi();
    const { bootstrap } = stack().kraft;
    cleanUp.push(
      await makeTopics(bootstrap, {
        [orders]: { partitions: 2, messagesEach: 10 },
        [payments]: { partitions: 1, messagesEach: 5 },
        [refunds]: { partitions: 1, messagesEach: 3 },
      }),
    );
    const connection = await storedConnection(api, name, bootstrap);
    connectionId = connection.id;
    cleanUp.push(() => connection.remove());
  });
  afterEach(closePanels);
  after(async () => {
    for (const clean of cleanUp.reverse()) await clean();
  });

  it("read several topics together, one panel for the same ones in whatever order", async () => {
    await api.ctx.messages.open({ connectionId, choice: { topics: [payments, orders], pattern: null } });
    await api.ctx.messages.open({ connectionId, choice: { topics: [orders, payments], pattern: null } });
    await panelsAre(`${orders}, ${payments} — ${name}`);
    await showsMessages(api, 25);
    const { records } = await shownRecords(api);
    assert.deepEqual(new Set(records.map(({ topic }) => topic)), new Set([orders, payments]));
  });

  it("read the topics that match what is typed in the picker, from the menu of Topics", async () => {
    const questions: string[] = [];
    const replaced = api.replaceUi({
      pickMany: (async <T>({ placeholder, items, typed }: PickOptions<T>) => {
        questions.push(placeholder);
        assert.ok((await items).some(({ label }) => label === orders));
        return [typed!(`^${prefix}\\.(orders|refunds)$`)!.value];
      }) as Ui["pickMany"],
    });
    try {
      await vscode.commands.executeCommand(commands.openTopics, await at(api, name, "Topics"));
    } finally {
      replaced.dispose();
    }
    assert.equal(questions.length, 1);
    await showsMessages(api, 23);
  });

  it("are not opened for a regular expression that is none", async () => {
    const said: string[] = [];
    const replaced = api.replaceUi({
      pickMany: (async <T>({ typed }: PickOptions<T>) => [typed!("/(/")!.value]) as Ui["pickMany"],
      error: async (message) => {
        said.push(message);
        return undefined;
      },
    });
    try {
      await vscode.commands.executeCommand(commands.openTopics, { connectionId });
    } finally {
      replaced.dispose();
    }
    assert.match(said.join(), /is not a regular expression/);
    await panelsAre();
  });

  it("come back with what is read and shown by a link", async () => {
    await api.ctx.messages.open({
      connectionId,
      topic: orders,
      partitions: [1],
      from: { kind: "offset", offset: "4" },
      filter: { kind: "contains", text: "MESSAGE", caseSensitive: false, parts: ["value"] },
      view: {
        ...wholeView,
        sort: { by: "offset", descending: true },
        filter: { kind: "regex", pattern: "(11|13|15)$", caseSensitive: true, parts: ["value"] },
      },
    });
    await showsMessages(api, 3);
    const link = await copiedLink(api);
    assert.ok(link.startsWith(`${vscode.env.uriScheme}://kafka-workbench.kafka-workbench/messages?v=1&view=`), link);
    await closePanels();
    await pasteLink(api, link);
    await panelsAre(`${orders} — ${name}`);
    await showsMessages(api, 3);
    const { records } = await shownRecords(api);
    assert.deepEqual(
      records.map(({ offset }) => String(offset)),
      ["7", "6", "5"],
    );
    assert.equal(await copiedLink(api), link);
  });

  it("change to what a link asks for where the topic is open already", async () => {
    await api.ctx.messages.open({ connectionId, topic: payments });
    await showsMessages(api, 5);
    const whole = await copiedLink(api);
    await api.ctx.messages.open({
      connectionId,
      topic: payments,
      view: { ...wholeView, filter: { kind: "contains", text: "3", caseSensitive: true, parts: ["value"] } },
    });
    await showsMessages(api, 1);
    await pasteLink(api, whole);
    await showsMessages(api, 5);
    await panelsAre(`${payments} — ${name}`);
  });

  it("read and show on as they were where a filter of a link cannot be used, and say why", async () => {
    await api.ctx.messages.open({ connectionId, topic: payments });
    await showsMessages(api, 5);
    const before = await copiedLink(api);
    const filter = { kind: "cel" as const, expression: "value ==" };
    const said = await errorsOf(api, () => api.ctx.messages.open({ connectionId, topic: payments, filter }));
    assert.equal(said.length, 1);
    const shown = await errorsOf(api, () =>
      api.ctx.messages.open({ connectionId, topic: payments, view: { ...wholeView, filter } }),
    );
    assert.equal(shown.length, 1);
    await showsMessages(api, 5);
    assert.equal(await copiedLink(api), before);
  });

  it("show everything where they are opened with a filter that cannot be used, and say why", async () => {
    const view = { ...wholeView, filter: { kind: "regex" as const, pattern: "(", caseSensitive: true, parts: [] } };
    const said = await errorsOf(api, () => api.ctx.messages.open({ connectionId, topic: refunds, view }));
    assert.equal(said.length, 1);
    await showsMessages(api, 3);
  });

  it("are arranged as they were when the topic was open before", async () => {
    const layout = { ...noLayout, density: "compact" as const, time: "utc" as const };
    await new LayoutStore(api.ctx.extension.globalState).set(JSON.stringify([connectionId, refunds]), layout);
    await api.ctx.messages.open({ connectionId, topic: refunds });
    // the page tells what it shows, to be brought back after a reload
    const kept = `${panels.messages}:${JSON.stringify([connectionId, refunds])}`;
    const remembered = () => api.ctx.extension.workspaceState.get<SerializedPanel>(kept)?.state.layout;
    await until("the page has told its layout", () => remembered() !== undefined);
    assert.deepEqual(remembered(), layout);
  });

  it("are not opened by a bad link, and it is said why", async () => {
    const said: string[] = [];
    const replaced = api.replaceUi({
      error: async (message) => {
        said.push(message);
        return undefined;
      },
    });
    try {
      await pasteLink(api, "vscode://kafka-workbench.kafka-workbench/messages?v=1&view=e30");
    } finally {
      replaced.dispose();
    }
    assert.match(said.join(), /cannot be opened/);
    await panelsAre();
  });

  it("keep no more messages than the settings say, the newest", async () => {
    const many = `${prefix}.many`;
    cleanUp.push(await makeTopics(stack().kraft.bootstrap, { [many]: { partitions: 1, messagesEach: 1300 } }));
    const set = (rows: number | undefined) =>
      vscode.workspace
        .getConfiguration("kafkaWorkbench")
        .update("messages.ringRows", rows, vscode.ConfigurationTarget.Global);
    await set(1000);
    try {
      await api.ctx.messages.open({ connectionId, topic: many, from: { kind: "beginning" } });
      await showsMessages(api, 1000);
      const { records } = await shownRecords(api);
      assert.deepEqual([records[0]?.["offset"], records.at(-1)?.["offset"]], ["300", "1299"]);
      // also what is being read: nothing is read anew
      await set(400);
      await showsMessages(api, 400);
      const left = await shownRecords(api);
      assert.deepEqual([left.records[0]?.["offset"], left.records.at(-1)?.["offset"]], ["900", "1299"]);
      await set(undefined);
      await api.ctx.messages.open({ connectionId, topic: many, from: { kind: "beginning" } });
      await showsMessages(api, 1300);
    } finally {
      await set(undefined);
    }
  });

  it("say where an export went and how much it is, and begin in the same folder the next time", async () => {
    await api.ctx.messages.open({ connectionId, topic: refunds });
    await showsMessages(api, 3);
    const { said } = await shownRecords(api);
    assert.match(said, /^Wrote 3 messages \([\d.]+ (bytes|kB)\) to .*shown\.jsonl\.$/);
    let offered = "";
    const replaced = api.replaceUi({
      ...picking("CSV"),
      saveFile: async ({ defaultPath }) => {
        offered = defaultPath;
        const error = new Error("Cancelled");
        error.name = "CancelledError";
        throw error;
      },
    });
    try {
      await assert.rejects(api.ctx.messages.exportShown(), /Cancelled/);
    } finally {
      replaced.dispose();
    }
    const folder = /to (.*)shown\.jsonl\.$/.exec(said)![1]!;
    assert.ok(offered.startsWith(`${folder}${refunds}-`) && offered.endsWith(".csv"), offered);
  });

  it("are needed for what is about the one in front", async () => {
    await panelsAre();
    await assert.rejects(api.ctx.messages.copyLink(), /Open the messages of a topic first/);
  });
});

/** The errors that are shown in consequence of a task; waits for the first one. */
async function errorsOf(api: TestApi, task: () => Promise<void>): Promise<string[]> {
  const said: string[] = [];
  const replaced = api.replaceUi({
    error: async (message) => {
      said.push(message);
      return undefined;
    },
  });
  try {
    await task();
    await until("an error is shown", () => said.length > 0);
    return said;
  } finally {
    replaced.dispose();
  }
}
