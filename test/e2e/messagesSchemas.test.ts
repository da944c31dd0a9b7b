import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fakeLog, picture, WebviewPages } from "./support/webviewPages.ts";

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
