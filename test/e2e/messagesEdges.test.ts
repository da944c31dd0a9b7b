import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import kafkajs from "kafkajs";
import { linkPath, linkQuery } from "../../src/panels/panelLink.ts";
import { type ReadQuery, wholeTopic, wholeView } from "../../src/shared/messages.ts";
import { useStack } from "../harness/stack.ts";
import { type OpenedVSCode, openVSCode, projectFolder } from "../harness/vscode.ts";
import { MessagesPage } from "./support/messagesPanel.ts";
import { QuickInput } from "./support/quickInput.ts";
import { Topics } from "./support/topics.ts";

describe("The Messages panel at the edges of what can be asked for", () => {
  let code: OpenedVSCode;
  let topics: Topics;
  let topic: string;
  /** which has committed for the empty partition only */
  let group: string;
  const connection = "edges";

  before(async () => {
    const stack = await useStack();
    topics = new Topics(stack);
    await topics.connect();
    topic = await topics.create("edges", 3);
    await topics.send(
      topic,
      Array.from({ length: 30 }, (_, i) => ({ partition: i % 2, key: `k${i % 5}`, value: `{"n":${i}}` })),
    );
    group = `${topic}-group`;
    const admin = new kafkajs.Kafka({ brokers: [stack.zk.bootstrap], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 2, offset: "0" }] });
    await admin.disconnect();
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

  /** Opens a link as it is pasted, made in a window whose connection is not the one here. */
  async function openLink(name: string, change: Partial<ReadQuery>): Promise<QuickInput> {
    const query = linkQuery({
      connection: { id: "of-another-window", name },
      query: { ...wholeTopic(topic), to: { kind: "live" }, ...change },
      view: wholeView,
    });
    await code.runCommand("Kafka: Open Link…");
    const input = new QuickInput(code.page);
    await input.type(`vscode://kafka-workbench.kafka-workbench${linkPath}?${query}`);
    await input.accept();
    return input;
  }

  it("asks with which connection to open a link that was made with another one", async () => {
    const input = await openLink("production", { from: { kind: "beginning" } });
    await input.asks(/The link is for “production”, which is not among the connections here/);
    await code.screenshot("link-without-connection");
    await input.choose(connection);
    const panel = MessagesPage.shown(code);
    await panel.kept("30");
  });

  it("says that it waits for an offset that no partition has reached", async () => {
    const panel = MessagesPage.shown(code);
    await openLink(connection, { from: { kind: "offset", offset: "5000" } });
    await panel.frame.getByRole("heading", { name: "There is no offset 5,000 yet" }).waitFor();
    await panel.frame.getByText("Partition 2: The log ends at offset 0, before offset 5,000").waitFor();
    await panel.frame.getByText("Partitions 0, 1: The log ends at offset 15, before offset 5,000").waitFor();
    await code.screenshot("offset-beyond-the-end");
  });

  it("says where a group has committed nothing, once for all of its partitions", async () => {
    const panel = MessagesPage.shown(code);
    await openLink(connection, { from: { kind: "group", group } });
    await panel.kept("30");
    const notice = panel.frame.getByRole("status").filter({ hasText: "has committed no offset here" });
    await notice.waitFor();
    const said = (await notice.innerText()).replace(/\s+/g, " ");
    assert.ok(said.includes(`Partitions 0, 1: Group ${group} has committed no offset here: reading starts`), said);
    assert.equal(said.split("has committed").length, 2, said);
    await code.screenshot("group-without-offsets");
  });
});
