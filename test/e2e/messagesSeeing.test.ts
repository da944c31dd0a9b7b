import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { useStack } from "../harness/stack.ts";
import { type OpenedVSCode, openVSCode, projectFolder } from "../harness/vscode.ts";
import { violations } from "./support/axe.ts";
import { MessagesPage } from "./support/messagesPanel.ts";
import { Topics } from "./support/topics.ts";

const connection = "e2e";
const FIELDS = 10_000;
const LEVELS = 1000;

const wide = JSON.stringify(Object.fromEntries(Array.from({ length: FIELDS }, (_, i) => [`field_${i}`, i])));
const deep = `${'{"a":'.repeat(LEVELS)}"end"${"}".repeat(LEVELS)}`;

/** JSON of at least so many bytes, in many short lines when it is laid out. */
function large(bytes: number): string {
  const item = JSON.stringify({ id: 1_000_000, text: "some text of an item", n: 1.5 });
  return `{"items":[${Array.from({ length: Math.ceil(bytes / (item.length + 1)) }, () => item).join(",")}]}`;
}

describe("What messages may hold, in VS Code, on a real broker", () => {
  let code: OpenedVSCode;
  let topics: Topics;
  let odd: string;
  let big: string;

  before(async () => {
    const stack = await useStack();
    topics = new Topics(stack);
    await topics.connect();
    odd = await topics.create("odd", 1);
    await topics.send(odd, [
      { key: "first", value: '{"n":1}' },
      { key: "second", value: '{"n":2}' },
      { key: "third", value: '{"n":3}' },
      { key: "unseen", value: "invoice\u202Efdp.exe and zero\u200Bwidth" },
      { key: "bytes", value: Buffer.from("a\0b\u0001 is binary, but says hello", "latin1") },
      { key: "wide", value: wide },
      { key: "deep", value: deep },
      {
        key: "headers",
        value: "{}",
        headers: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`header-${i}`, `value ${i}`])),
      },
    ]);
    big = await topics.create("big", 1, { "max.message.bytes": "60000000" });
    await topics.send(big, [{ key: "big", value: large(50_000_000) }]);
    code = await openVSCode({
      extensionPath: projectFolder,
      settings: { "kafkaWorkbench.connections": [{ name: connection, bootstrapServers: stack.zk.bootstrap }] },
    });
  });
  afterEach(async (test) => {
    if (!(test as { passed?: boolean }).passed) await code?.screenshot(`failure-${test.name.slice(0, 30)}`);
  });
  after(async () => {
    await code?.dispose();
    await topics?.remove();
  });

  it("marks what cannot be seen in a text, and leaves the order of its letters alone", async () => {
    const panel = await MessagesPage.open(code, connection, odd);
    await panel.kept("8");
    await panel.row("unseen").click();
    const line = panel.detail.locator(".line", { hasText: "invoice" });
    await line.locator('[data-code="U+202E"]').waitFor({ state: "attached" });
    await line.locator('[data-code="U+200B"]').waitFor({ state: "attached" });
    // with the override in force the x of .exe would stand left of the f
    const [first, last] = (await (
      await panel.webview()
    ).evaluate(`(() => {
      const range = document.createRange();
      const node = [...document.querySelector(".pane-body .line").childNodes].find((child) => child.textContent.startsWith("fdp"));
      return [0, 5].map((at) => {
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        return range.getBoundingClientRect().left;
      });
    })()`)) as [number, number];
    assert.ok(first < last, `${first} < ${last}`);
    await code.screenshot("seeing-unseen");
  });

  it("shows bytes with their characters, and all headers", async () => {
    const panel = MessagesPage.shown(code);
    await panel.row("bytes").click();
    await panel.detail.locator(".hex-ascii", { hasText: "a·b· is" }).waitFor();
    await panel.row("headers").click();
    await panel.tab(/^Headers 300/).click();
    assert.equal(await panel.detail.getByRole("rowheader").count(), 300);
    await panel.tab("Value").click();
  });

  it("shows 10,000 fields as a tree, in a few elements, to the last by keyboard", async () => {
    const panel = MessagesPage.shown(code);
    await panel.row("wide").click();
    await panel.button("Tree").click();
    const tree = panel.frame.getByRole("tree", { name: "Fields of the value" });
    await tree.getByRole("treeitem", { name: /999\+/ }).focus();
    const focused = (text: string) => panel.frame.locator("[role=treeitem]:focus", { hasText: text }).waitFor();
    await code.page.keyboard.press("End");
    await focused("field_999");
    await panel.button("Show more of $").press("Enter");
    await focused("field_1000");
    await code.page.keyboard.press("End");
    await focused(`field_${FIELDS - 1}`);
    assert.ok((await tree.getByRole("treeitem").count()) < 150);
    await code.screenshot("seeing-wide-tree");
    assert.deepEqual(await violations(await panel.webview()), []);
  });

  it("shows each of many levels of a tree within the pane, and says how deep it is", async () => {
    const panel = MessagesPage.shown(code);
    await panel.row("deep").click();
    const tree = panel.frame.getByRole("tree", { name: "Fields of the value" });
    await tree.getByRole("treeitem").first().focus();
    await code.page.keyboard.press("Home");
    for (let level = 1; level < 60; level++) {
      await code.page.keyboard.press("ArrowRight");
      await tree.locator(`[aria-level="${level + 1}"]`).waitFor();
      await code.page.keyboard.press("ArrowRight");
      await panel.frame.locator(`[role=treeitem]:focus[aria-level="${level + 1}"]`).waitFor();
    }
    const name = (await tree.locator("[role=treeitem]:focus .t-name").boundingBox())!;
    const pane = (await panel.detail.boundingBox())!;
    assert.ok(name.x > pane.x && name.x + name.width < pane.x + pane.width, JSON.stringify({ name, pane }));
    await tree.locator("[role=treeitem]:focus .tree-depth", { hasText: "60" }).waitFor();
    await code.screenshot("seeing-deep-tree");
    await panel.button("Tree").click();
  });

  it("selects rows that do not stand together by keyboard alone, and keeps the focus while rows arrive", async () => {
    const panel = MessagesPage.shown(code);
    await panel.grid().focus();
    const { keyboard } = code.page;
    await keyboard.press("Home");
    await keyboard.press("Control+ArrowDown");
    await keyboard.press("Control+ArrowDown");
    await keyboard.press("Control+Space");
    await panel.status.getByText("selected 2").waitFor();
    assert.deepEqual(
      await panel.rows
        .and(panel.frame.locator("[aria-selected=true]"))
        .evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-rowindex"))),
      ["2", "4"],
    );
    await topics.send(odd, [{ key: "live", value: '{"n":4}' }]);
    await panel.kept("9");
    await panel.frame.locator("[role=grid]:focus").waitFor();
    await keyboard.press("Shift+F10");
    await panel.frame.getByRole("menuitem", { name: "Compare the two messages" }).press("Enter");
    await code.page.getByRole("tab", { name: /@0 ↔ .*@2/ }).waitFor();
    await code.page.getByRole("tab", { name: `${odd} — ${connection}` }).click();
    await panel.grid(odd).waitFor();
  });

  it("leaves room for the rows and the message on a screen at 200 %", async () => {
    const panel = MessagesPage.shown(code);
    await panel.row("first").click();
    await code.page.setViewportSize({ width: 700, height: 450 });
    await code.runCommand("View: Close Primary Side Bar");
    await panel.detail.getByText('"n": 1').waitFor();
    const room = (await (
      await panel.webview()
    ).evaluate(`(() => {
      const box = (selector) => document.querySelector(selector).getBoundingClientRect();
      const body = box(".pane-body");
      return { body: Math.min(body.bottom, box(".status").top) - body.top, rows: box(".grid-rows").height };
    })()`)) as { body: number; rows: number };
    assert.ok(room.body >= 80 && room.rows >= 80, JSON.stringify(room));
    await code.screenshot("seeing-200-percent");
    await code.page.setViewportSize({ width: 1400, height: 900 });
  });

  it("shows 50 MB in part and more on demand, of which only what is on screen is in the page", async () => {
    const panel = await MessagesPage.open(code, connection, big);
    await panel.row("big").click();
    const cut = panel.detail.locator(".cut");
    await cut.getByText(/^\s*The first .* of 50 MB are shown/).waitFor();
    const more = panel.button("Show more");
    const rest = panel.button("Export the whole value…");
    for (let press = 0; press < 6 && !(await rest.isVisible()); press++) {
      const before = (await cut.locator("span").first().textContent())!;
      await more.click();
      await cut.getByText(before, { exact: true }).waitFor({ state: "detached" });
      assert.ok((await panel.detail.locator(".line").count()) < 1000);
      await (await panel.webview()).evaluate(`document.querySelector(".pane-body").scrollTo(0, 1e9)`);
      await code.page.waitForTimeout(300);
    }
    await rest.waitFor();
    await panel.detail.locator(".line", { hasText: '"text": "some text of an item"' }).last().waitFor();
    assert.ok((await panel.detail.locator(".line").count()) < 1000);
    await code.screenshot("seeing-50-mb");
  });

  it("leaves no error in the console", () => {
    assert.deepEqual(code.problems, []);
  });
});
