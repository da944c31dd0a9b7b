import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { useStack } from "../harness/stack.ts";
import { type OpenedVSCode, openVSCode, projectFolder } from "../harness/vscode.ts";
import { MessagesPage } from "./support/messagesPanel.ts";
import { Topics } from "./support/topics.ts";

const paymentSchema = {
  type: "record",
  name: "Payment",
  fields: [
    { name: "id", type: "long" },
    { name: "amount", type: "double" },
    { name: "currency", type: { type: "enum", name: "Currency", symbols: ["EUR", "USD"] } },
  ],
} as const;

describe("The Messages panel in VS Code, on a real broker", () => {
  let code: OpenedVSCode;
  let topics: Topics;
  let orders: string;
  let payments: string;
  let untouched: string;
  let refunds: string;
  const connection = "e2e";

  before(async () => {
    const stack = await useStack();
    topics = new Topics(stack);
    await topics.connect();
    orders = await topics.create("orders", 3);
    await topics.send(
      orders,
      Array.from({ length: 3000 }, (_, i) => ({
        key: `c${i}`,
        value: `{"id":${9_007_199_254_740_993n + BigInt(i)},"customer":"c${i}","amount":1.50}`,
        partition: i % 3,
        headers: { source: "e2e" },
      })),
    );
    untouched = await topics.create("untouched", 1);
    await topics.send(untouched, [{ key: "k", value: '{"note":"still here"}' }]);
    payments = await topics.create("payments", 1);
    const avro = await topics.avro(`${payments}-value`, paymentSchema as never);
    await topics.send(payments, [
      ...Array.from({ length: 20 }, (_, i) => ({
        key: `p${i}`,
        value: avro.encode({ id: i, amount: 12.5, currency: "EUR" }),
      })),
      { key: "bad", value: Buffer.from([0, 0, 0x0f, 0x42, 0x3f, 1, 2, 3]) },
      { key: "gone", value: null },
    ]);
    refunds = await topics.create("refunds", 1);
    const first = await topics.avro(`${refunds}-value`, paymentSchema as never);
    const second = await topics.avro(`${refunds}-value`, {
      ...paymentSchema,
      fields: [...paymentSchema.fields, { name: "note", type: "string", default: "" }],
    } as never);
    const refund = { id: 1, amount: 2, currency: "USD" };
    await topics.send(refunds, [
      ...Array.from({ length: 6 }, () => ({ key: "r", value: first.encode(refund) })),
      ...Array.from({ length: 2 }, () => ({ key: "r", value: second.encode({ ...refund, note: "late" }) })),
    ]);
    code = await openVSCode({
      extensionPath: projectFolder,
      settings: {
        "kafkaWorkbench.connections": [
          { name: connection, bootstrapServers: stack.zk.bootstrap, registryUrl: stack.registry.url },
        ],
      },
    });
  });

  afterEach(async (test) => {
    if (!(test as { passed?: boolean }).passed) await code.screenshot(`failure-${test.name.slice(0, 30)}`);
  });

  after(async () => {
    await code?.dispose();
    await topics?.remove();
  });

  it("opens a topic from the tree with its last messages, decoded, and is live", async () => {
    const panel = await MessagesPage.open(code, connection, orders);
    await panel.kept("200");
    await panel.row('"customer":"c2999"').waitFor();
    await panel.status.getByText("Live", { exact: true }).waitFor();
    assert.equal(await panel.grid().getAttribute("aria-rowcount"), "201");
  });

  it("follows what arrives while it stands at the end", async () => {
    const panel = MessagesPage.shown(code);
    await topics.send(orders, [{ key: "live", value: '{"note":"just arrived"}', partition: 0 }]);
    await panel.row("just arrived").waitFor();
  });

  it("stays where it was scrolled to, says how much is new, and leads there", async () => {
    const panel = MessagesPage.shown(code);
    await panel.grid().focus();
    await code.page.keyboard.press("Home");
    await panel.grid().locator('[aria-rowindex="2"]:not([aria-busy])').waitFor();
    const first = await panel.rows.first().textContent();
    await topics.send(orders, [
      { key: "n", value: '{"note":"behind your back"}', partition: 1 },
      { key: "n", value: '{"note":"behind your back"}', partition: 2 },
    ]);
    const pill = panel.button("2 new");
    await pill.waitFor();
    assert.equal(await panel.rows.first().textContent(), first);
    assert.equal(await panel.row("behind your back").count(), 0);
    await pill.click();
    await panel.row("behind your back").first().waitFor();
  });

  it("pauses, resumes with what came meanwhile, and clears", async () => {
    const panel = MessagesPage.shown(code);
    await panel.button("Pause").click();
    await panel.status.getByText("Paused", { exact: true }).waitFor();
    await topics.send(orders, [{ key: "p", value: '{"note":"sent while paused"}', partition: 0 }]);
    await code.page.waitForTimeout(500);
    assert.equal(await panel.row("sent while paused").count(), 0);
    await panel.button("Resume").click();
    await panel.row("sent while paused").waitFor();
    await panel.button("Clear").click();
    await panel.frame.getByRole("heading", { name: "Cleared" }).waitFor();
    await panel.kept("0");
  });

  it("reads from the beginning to the end, and scrolls through all of it by keyboard", async () => {
    const panel = MessagesPage.shown(code);
    await panel.choose("From", "Beginning");
    await panel.choose("To", "End");
    await panel.kept("3,004");
    await panel.status.getByText("Read to the end", { exact: true }).waitFor();
    await panel.grid().focus();
    await code.page.keyboard.press("End");
    await panel.grid().locator('[aria-rowindex="3005"][aria-selected=true]').waitFor();
    await code.page.keyboard.press("Home");
    await panel.grid().locator('[aria-rowindex="2"][aria-selected=true]').waitFor();
    await code.page.keyboard.press("PageDown");
    assert.equal(await panel.grid().locator('[aria-rowindex="2"][aria-selected=true]').count(), 0);
    assert.ok((await panel.rows.count()) < 80, "only what is visible is drawn");
  });

  it("reads only the chosen partitions", async () => {
    const panel = MessagesPage.shown(code);
    await panel.choosePartitions([2]);
    await panel.kept("1,001");
    await panel.button("Partitions: 2").waitFor();
    const cells = await panel.grid().locator("[data-seq] .c-partition").allTextContents();
    assert.deepEqual([...new Set(cells)], ["2"]);
    await panel.choosePartitions("all");
    await panel.kept("3,004");
  });

  it("reads the last N of all partitions together", async () => {
    const panel = MessagesPage.shown(code);
    await panel.button(/^From: /).click();
    const count = panel.frame.getByRole("spinbutton", { name: "Last messages" });
    await count.fill("17");
    await count.press("Enter");
    await panel.kept("17");
    await panel.button("From: last 17").waitFor();
  });

  it("shows a message in full: every digit of its value, key, headers, record and bytes", async () => {
    const panel = MessagesPage.shown(code);
    await panel.choose("From", "Beginning");
    await panel.kept("3,004");
    await panel.choosePartitions([0]);
    await panel.row("9007199254740993").click();
    await panel.detail.getByRole("tabpanel", { name: "Value" }).getByText('"id": 9007199254740993,').waitFor();
    await panel.tab("Key").click();
    await panel.detail.getByText("c0", { exact: true }).waitFor();
    await panel.tab(/^Headers/).click();
    await panel.detail.getByRole("rowheader", { name: "source" }).waitFor();
    await panel.tab("Record").click();
    await panel.detail.getByText("Leader epoch").waitFor();
    await panel.detail.getByText(/UTC/).waitFor();
    await panel.tab("Hex").click();
    await panel.detail.getByText("7b 22 69 64 22 3a 39 30").waitFor();
    assert.match((await panel.detail.locator(".hex").textContent())!, /^00000000.*\{"id":90.*00000008/s);
    await panel.button("Next message").click();
    await panel.tab("Value").click();
  });

  it("shows how many messages each version of a schema has, what changed between them, and the schema itself", async () => {
    const panel = await MessagesPage.open(code, connection, refunds);
    await panel.kept("8");
    await panel.button("Schemas").click();
    const subject = panel.frame.getByRole("region", { name: `${refunds}-value, values · Avro` });
    await subject.getByRole("row", { name: /^1 \d+ 6 75\.0 % / }).waitFor();
    await subject.getByRole("row", { name: /^2 \d+ 2 25\.0 % / }).waitFor();
    await subject.getByRole("heading", { name: /^Version 1 → 2 / }).waitFor();
    await subject.getByRole("listitem").filter({ hasText: "$.note" }).waitFor();
    await code.screenshot("messages-schemas");
    await panel.button(`Open ${refunds}-value version 2`).click();
    await code.page.getByRole("tab", { name: `${refunds}-value version 2.avsc` }).waitFor();
  });

  it("decodes Avro with its schema, shows tombstones, and says why a value cannot be decoded, with its bytes", async () => {
    const panel = await MessagesPage.open(code, connection, payments);
    await panel.kept("22");
    const row = panel.row('"currency":"EUR"').first();
    await row.getByText("Avro", { exact: true }).waitFor();
    await row.click();
    await panel.detail.getByText(`${payments}-value v1`).waitFor();
    await panel.row("null (tombstone)").waitFor();
    await panel.row("bad").click();
    await panel.detail
      .getByRole("alert")
      .getByText(/999,?999/)
      .waitFor();
    await panel.detail.getByText("00 00 0f 42 3f 01 02 03").waitFor();
    await code.screenshot("messages-failed-decode");
  });

  it("produces Avro through the topic's subject, with problems at the field, and jumps to the message", async () => {
    const panel = MessagesPage.shown(code);
    await panel.button("Produce").click();
    const value = panel.produce.getByRole("textbox", { name: "Value", exact: true });
    await panel.produce.getByRole("button", { name: `Value format: Avro: ${payments}-value v1` }).waitFor();
    await value.fill('{"id": 77, "amount": "much", "currency": "EUR"}');
    await panel.produce.getByText("$.amount").waitFor();
    assert.equal(await value.getAttribute("aria-invalid"), "true");
    await panel.produce.getByRole("button", { name: "Send", exact: true }).click();
    await panel.produce.getByText("Not sent").waitFor();
    await value.fill('{"id": 77, "amount": 99.25, "currency": "USD"}');
    await panel.produce.getByRole("textbox", { name: "Key", exact: true }).fill("from-the-form");
    await panel.produce.getByRole("button", { name: "Add header" }).click();
    await panel.produce.getByRole("textbox", { name: "Header 1 key" }).fill("origin");
    await panel.produce.getByRole("textbox", { name: "Header 1 value" }).fill("form");
    await value.press("Control+Enter");
    await panel.produce.getByText("Sent to partition 0 at offset 22").waitFor();
    await panel.grid().locator("[aria-selected=true]", { hasText: "from-the-form" }).waitFor();
    await code.screenshot("messages-produced");
    const sent = await topics.read(payments, 0, "22");
    assert.equal(String(sent.key), "from-the-form");
    assert.equal(String(sent.headers?.["origin"]), "form");
  });

  it("produces text, JSON and a tombstone", async () => {
    const panel = MessagesPage.shown(code);
    const { produce } = panel;
    const encode = async (label: string) => {
      await produce.getByRole("button", { name: /^Value format: / }).click();
      await produce.getByRole("radio", { name: label, exact: true }).click();
    };
    const value = produce.getByRole("textbox", { name: "Value", exact: true });
    const send = produce.getByRole("button", { name: "Send", exact: true });
    await encode("JSON");
    await value.fill("{ not json");
    await produce.getByText(/not JSON/).waitFor();
    await value.fill('{"n": 1.10}');
    await send.click();
    await produce.getByText("at offset 23").waitFor();
    await encode("Text");
    await value.fill("plain text");
    await send.click();
    await produce.getByText("at offset 24").waitFor();
    await panel.row("plain text").waitFor();
    await encode("Null (tombstone)");
    await send.click();
    await produce.getByText("at offset 25").waitFor();
    assert.equal(String((await topics.read(payments, 0, "23")).value), '{"n": 1.10}');
    assert.equal((await topics.read(payments, 0, "25")).value, null);
  });

  it("sends a message again byte for byte, and edited under the id of its schema, which it then keeps in a header", async () => {
    const panel = MessagesPage.shown(code);
    const { produce } = panel;
    const send = produce.getByRole("button", { name: "Send", exact: true });
    const value = produce.getByRole("textbox", { name: "Value", exact: true });
    await panel.row("from-the-form").first().click({ button: "right" });
    await panel.frame.getByRole("menuitem", { name: "Edit and send…" }).click();
    await produce.getByText("what you do not edit is sent byte for byte").waitFor();
    await produce.getByRole("button", { name: `Value format: Avro: ${payments}-value v1` }).waitFor();
    assert.equal(await produce.getByRole("textbox", { name: "Key", exact: true }).inputValue(), "from-the-form");
    await send.click();
    await produce.getByText("at offset 26").waitFor();
    const [before, again] = [await topics.read(payments, 0, "22"), await topics.read(payments, 0, "26")];
    assert.deepEqual([again.key, again.value, again.headers], [before.key, before.value, before.headers]);
    await value.fill((await value.inputValue()).replace("99.25", "98.5"));
    await send.click();
    await produce.getByText("at offset 27").waitFor();
    const edited = await topics.read(payments, 0, "27");
    assert.deepEqual(edited.value?.subarray(0, 5), before.value?.subarray(0, 5));
    assert.notDeepEqual(edited.value, before.value);
    await produce.getByRole("combobox", { name: "Value schema id" }).click();
    await panel.frame.getByRole("option", { name: "Id in a header" }).click();
    await code.screenshot("messages-edit-and-send");
    await send.click();
    await produce.getByText("at offset 28").waitFor();
    const headed = await topics.read(payments, 0, "28");
    assert.deepEqual(headed.value, edited.value?.subarray(5));
    assert.deepEqual(headed.headers?.["__value_schema_id"], edited.value?.subarray(0, 5));
  });

  it("keeps the draft when the broker refuses the message, and says why", async () => {
    const small = await topics.create("small", 1, { "max.message.bytes": "300" });
    await code.runCommand("Kafka: Refresh");
    const panel = await MessagesPage.open(code, connection, small);
    await panel.frame.getByRole("heading", { name: /No messages/ }).waitFor();
    await panel.button("Produce").click();
    const value = panel.produce.getByRole("textbox", { name: "Value", exact: true });
    const text = `"${"x".repeat(1000)}"`;
    await value.fill(text);
    await panel.produce.getByRole("button", { name: "Send", exact: true }).click();
    await panel.produce.getByText(/too large|larger/).waitFor();
    assert.equal(await value.inputValue(), text);
  });

  it("comes back after a reload of the window untouched, as it was opened", async () => {
    const panel = await MessagesPage.open(code, connection, untouched);
    await panel.row("still here").waitFor();
    await code.page.waitForTimeout(1000);
    await code.runCommand("Developer: Reload Window");
    const back = MessagesPage.shown(code);
    await back.grid(untouched).waitFor({ timeout: 60_000 });
    await back.row("still here").waitFor();
  });

  it("comes back after a reload of the window with query, selection and draft", async () => {
    const panel = await MessagesPage.open(code, connection, orders);
    await panel.choosePartitions([2]);
    await panel.kept("1,001");
    await panel.row("9007199254740995").click();
    await panel.button("Produce").click();
    await panel.produce.getByRole("textbox", { name: "Value", exact: true }).fill('{"draft": true}');
    // what the panel keeps is with VS Code soon after the last key; the reload is VS Code's own, which waits for its storage
    await code.page.waitForTimeout(1000);
    await code.runCommand("Developer: Reload Window");
    const back = MessagesPage.shown(code);
    await back.grid(orders).waitFor({ timeout: 60_000 });
    await back.kept("1,001");
    await back.button("From: beginning").waitFor();
    await back.button("Partitions: 2").waitFor();
    await back.grid().locator("[aria-selected=true]", { hasText: "9007199254740995" }).waitFor();
    assert.equal(
      await back.produce.getByRole("textbox", { name: "Value", exact: true }).inputValue(),
      '{"draft": true}',
    );
  });

  it("looks right in light, dark and high contrast", async () => {
    const panel = MessagesPage.shown(code);
    await panel.produce.getByRole("button", { name: "Close the produce form" }).click();
    for (const [theme, name] of [
      ["Light Modern", "light"],
      ["Dark High Contrast", "high-contrast"],
      ["Dark Modern", "dark"],
    ] as const) {
      await code.runCommand("Preferences: Color Theme");
      await code.page.locator(".quick-input-widget .quick-input-box input").fill(theme);
      await code.page.keyboard.press("Enter");
      await code.page.waitForTimeout(500);
      await code.screenshot(`messages-${name}`);
    }
  });

  it("leaves no error in the console", () => {
    assert.deepEqual(code.problems, []);
  });
});
