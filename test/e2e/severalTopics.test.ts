import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { useStack } from "../harness/stack.ts";
import { type OpenedVSCode, openVSCode, projectFolder } from "../harness/vscode.ts";
import { MessagesPage } from "./support/messagesPanel.ts";
import { QuickInput } from "./support/quickInput.ts";
import { Topics } from "./support/topics.ts";

describe("The Messages panel of several topics", () => {
  let code: OpenedVSCode;
  let topics: Topics;
  let orders: string;
  let payments: string;
  const connection = "e2e";

  before(async () => {
    const stack = await useStack();
    topics = new Topics(stack);
    await topics.connect();
    orders = await topics.create("orders", 1);
    payments = await topics.create("payments", 1);
    await topics.send(orders, [{ key: "o", value: '{"order":1}' }]);
    await topics.send(payments, [{ key: "p", value: '{"payment":1}' }]);
    code = await openVSCode({
      extensionPath: projectFolder,
      settings: { "kafkaWorkbench.connections": [{ name: connection, bootstrapServers: stack.zk.bootstrap }] },
    });
  });
  afterEach(async (test) => {
    if (!(test as { passed?: boolean }).passed) await code.screenshot(`failure-${test.name.slice(0, 30)}`);
  });
  after(async () => {
    await code?.dispose();
    await topics?.remove();
  });

  const panelTab = (name: string) => code.page.getByRole("tab", { name: `${name} — ${connection}` });
  /** The picker of topics, for the only connection. */
  async function openPicker(): Promise<QuickInput> {
    await code.runCommand("Kafka: Open Messages of Several Topics…");
    const input = new QuickInput(code.page);
    await input.choose(connection);
    await input.asks(/tick some, or type a regular expression/);
    return input;
  }

  it("opens for topics that are ticked, also after another part of a name was typed", async () => {
    const input = await openPicker();
    for (const topic of [orders, payments]) {
      await input.type(topic);
      await code.page.getByRole("checkbox", { name: topic, exact: true }).click();
    }
    await code.screenshot("topics-ticked");
    await input.accept();
    await panelTab(`${orders}, ${payments}`).waitFor();
    const panel = MessagesPage.shown(code);
    await panel.row('"order":1').waitFor();
    await panel.row('"payment":1').waitFor();
    await code.screenshot("several-topics");
  });

  it("opens for a regular expression that is typed", async () => {
    const input = await openPicker();
    const pattern = `^(${orders}|${payments})$`;
    await input.type(pattern);
    await code.page.getByRole("checkbox", { name: `/${pattern}/`, exact: true }).waitFor();
    await code.screenshot("topics-by-pattern");
    await input.accept();
    const panel = MessagesPage.shown(code);
    await code.page.getByRole("tab", { name: `/^(${orders.slice(0, 10)}` }).waitFor();
    await panel.row('"payment":1').waitFor();
    assert.equal(await panel.rows.count(), 2);
  });

  it("offers to copy a link and to export in the menu of its tab", async () => {
    await code.page
      .getByRole("toolbar", { name: "Editor actions" })
      .getByRole("button", { name: "More Actions..." })
      .click();
    await code.page.getByRole("menuitem", { name: "Export Messages…" }).waitFor();
    await code.page.getByRole("menuitem", { name: "Copy Link to This View" }).waitFor();
    await code.screenshot("panel-menu");
    await code.page.keyboard.press("Escape");
  });
});
