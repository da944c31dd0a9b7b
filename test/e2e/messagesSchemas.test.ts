import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import type { ReadQuery, ViewSpec } from "../../src/shared/messages.ts";
import { fakeLog, picture, WebviewPages } from "./support/webviewPages.ts";

/** What a reload would bring back: it is told with a little delay. */
async function remembered(page: Page): Promise<{ view: ViewSpec; query: ReadQuery }> {
  await page.waitForTimeout(600);
  return (await page.evaluate("window.fake.log.remembered")) as { view: ViewSpec; query: ReadQuery };
}

describe("The schemas of the messages in the panel", () => {
  let pages: WebviewPages;
  before(async () => {
    pages = await WebviewPages.start();
  });
  after(() => pages.stop());

  it("are listed by version with how many messages have each, and with what changed", async () => {
    const page = await pages.open("rows=1000");
    await page.getByRole("button", { name: "Schemas" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Schemas" });
    const subject = dialog.getByRole("region", { name: "orders-value, values · Avro" });
    const row = (version: string) =>
      subject.getByRole("row").filter({ has: page.getByRole("rowheader", { name: version, exact: true }) });
    const cells = async (version: string) =>
      (await row(version).getByRole("cell").allInnerTexts()).slice(0, 3).map((text) => text.trim());
    await subject.getByRole("heading", { name: /Version 2 → 3/ }).waitFor();
    const [two, three] = [await cells("2"), await cells("3")];
    assert.deepEqual([two[0], three[0]], ["11", "12"]);
    assert.match(two[2] ?? "", /^1\d\.\d %$/);
    await subject.getByText("Old readers cannot read all new messages; new readers can read old ones.").waitFor();
    const changes = await subject.getByRole("listitem").allInnerTexts();
    assert.equal(changes.length, 2);
    assert.match(changes[1] ?? "", /Breaks readers:\s\$\.status The symbol refunded/);
    await dialog
      .getByRole("region", { name: /Not known to the registry/ })
      .getByText("schema id 9 is unknown")
      .waitFor();
    assert.equal(await page.evaluate(`document.querySelector("#schemas").contains(document.activeElement)`), true);
    await picture(page, "messages-schemas-dark");
    await picture(page, "messages-schemas-light", "light");
    await page.close();
  });

  it("lead to the first message with a version, and to the schema", async () => {
    const page = await pages.open("rows=1000");
    await page.getByRole("button", { name: "Schemas" }).click();
    await page.getByRole("button", { name: "Open orders-value version 3" }).click();
    assert.deepEqual(
      (await fakeLog(page)).asked.filter(([method]) => method === "openSchema"),
      [["openSchema", { topic: "orders", part: "value", key: 12 }]],
    );
    await page.getByRole("button", { name: /^First message with version 3/ }).click();
    await page.getByRole("dialog", { name: "Schemas" }).waitFor({ state: "hidden" });
    await page.locator(".grid-row[aria-selected=true]").waitFor();
    await page.close();
  });

  it("narrow the messages to one version, beside a filter, until that is taken away", async () => {
    const page = await pages.open("rows=1000");
    const found = page.getByRole("group", { name: "Found" });
    await page.getByRole("button", { name: "Schemas" }).click();
    const dialog = page.getByRole("dialog", { name: "Schemas" });
    const only = page.getByRole("button", { name: "Show only messages with version 3" });
    await only.waitFor();
    const row = dialog.getByRole("row").filter({ has: only });
    const count = Number((await row.getByRole("cell").allInnerTexts())[1]);
    await only.press("Enter");
    await found.getByText(`${count} of 200 shown`).waitFor();
    assert.equal(await only.getAttribute("aria-pressed"), "true");
    await picture(page, "messages-schemas-only-dark");
    await picture(page, "messages-schemas-only-light", "light");
    await page.keyboard.press("Escape");
    const chips = page.getByRole("group", { name: "The view is narrowed" });
    await chips.getByText("value = orders-value version 3 (id 12)").waitFor();
    const rows = page.getByRole("grid").getByRole("row", { selected: false });
    await rows.first().waitFor();

    await page.getByRole("combobox", { name: "Filter: Contains" }).fill("paid");
    await found.getByText(new RegExp(`^(?!${count} )\\d+ of 200 shown$`)).waitFor();
    const { view, query } = await remembered(page);
    assert.deepEqual(view.schema, { topic: "orders", part: "value", key: 12 });
    assert.equal(query.schema, null);
    await page.getByRole("button", { name: "Clear the filter" }).click();
    await found.getByText(`${count} of 200 shown`).waitFor();

    await chips.getByRole("button", { name: "Remove: only this schema" }).press("Enter");
    await chips.waitFor({ state: "hidden" });
    await found.getByText(/ of 200 shown/).waitFor({ state: "hidden" });
    await page.close();
  });

  it("narrow what is read of the topic, when the filter is for the topic", async () => {
    const page = await pages.open("rows=1000");
    await page.getByRole("button", { name: "In: kept messages" }).click();
    await page.getByRole("radio", { name: /^The topic/ }).click();
    await page.getByRole("button", { name: "Schemas" }).click();
    await page.getByRole("button", { name: "Show only messages with version 2" }).click();
    await page.keyboard.press("Escape");
    const chips = page.getByRole("group", { name: "The view is narrowed" });
    await chips.getByText("value = orders-value version 2 (id 11)").waitFor();
    const { view, query } = await remembered(page);
    assert.equal(view.schema, null);
    assert.deepEqual(query.schema, { topic: "orders", part: "value", key: 11 });
    assert.deepEqual(query.from, { kind: "beginning" });

    await page.getByRole("button", { name: "In: the topic" }).click();
    await page.getByRole("radio", { name: /^Kept messages/ }).click();
    await chips.getByText("value = orders-value version 2 (id 11)").waitFor();
    const after = await remembered(page);
    assert.equal(after.query.schema, null);
    assert.deepEqual(after.view.schema, { topic: "orders", part: "value", key: 11 });
    await page.close();
  });

  it("of a registry that did not answer are asked for again at once, on a person's word", async () => {
    const page = await pages.open("rows=1000");
    const engine = (problem: string | null) =>
      page.evaluate(`window.fake.engine.registryProblem = ${JSON.stringify(problem)}`);
    await page.getByRole("grid").waitFor();
    await engine(
      "the schema registry could not be asked: 127.0.0.1:8081 refused the connection: nothing listens there",
    );
    await page.evaluate("window.fake.engine.retrySchemas()");
    const notice = page.getByRole("status").filter({ hasText: "refused the connection" });
    await notice.waitFor();
    const again = notice.getByRole("button", { name: "Try again" });
    await again.press("Enter");
    await page.getByText("The schema registry still does not answer.").waitFor();
    await engine(null);
    await again.press("Enter");
    await notice.waitFor({ state: "hidden" });
    await page.close();
  });

  it("fit into a narrow panel", async () => {
    const page = await pages.open("rows=1000", { width: 420, height: 700 });
    await page.getByRole("button", { name: "Schemas" }).click();
    const dialog = page.getByRole("dialog", { name: "Schemas" });
    await dialog.getByRole("heading", { name: /Version 2 → 3/ }).waitFor();
    const box = await dialog.boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= 420, JSON.stringify(box));
    await picture(page, "messages-schemas-narrow");
    await page.close();
  });

  it("break no rule of the page, and throw nothing", () => {
    assert.deepEqual(pages.problems, []);
  });
});
