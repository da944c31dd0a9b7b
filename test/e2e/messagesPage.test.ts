import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { fakeLog, picture, WebviewPages } from "./support/webviewPages.ts";

/** The webview alone, over a made-up engine: what would take long, or be rare, on a real broker. */
describe("The Messages panel over a made-up engine", () => {
  let pages: WebviewPages;
  before(async () => {
    pages = await WebviewPages.start();
  });
  after(() => pages.stop());
  const open = (query: string): Promise<Page> => pages.open(query);
  const drawn = (page: Page) => page.locator("[role=row][data-seq]");

  it("draws what is visible of 1,000,000 rows, and reaches the last by key and the middle by the scroll bar", async () => {
    const page = await open("rows=1000000");
    const grid = page.getByRole("grid");
    assert.equal(await grid.getAttribute("aria-rowcount"), "1000001");
    await grid.focus();
    await page.keyboard.press("End");
    await page.locator('[aria-rowindex="1000001"][aria-selected=true]').waitFor();
    await grid.evaluate((el) => {
      el.scrollTop = (el.scrollHeight - el.clientHeight) / 2;
    });
    await page.locator('[aria-rowindex="500002"]:not([aria-busy])').waitFor();
    assert.ok((await drawn(page).count()) < 60);
    await page.close();
  });

  it("takes every press of a key that is held down", async () => {
    const page = await open("rows=1000");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    // all within one frame, as no test could type
    await page.evaluate(`for (let i = 0; i < 40; i++)
      document.querySelector("[role=grid]").dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }))`);
    await page.locator('[aria-rowindex="42"][aria-selected=true]').waitFor();
    await page.close();
  });

  it("leaves the rows in view where they are while the ring drops older ones", async () => {
    const page = await open("rows=1500&rate=200&ring=1500");
    const grid = page.getByRole("grid");
    await grid.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("PageUp");
    const seen = await page.locator(".grid-row[aria-selected=true]").boundingBox();
    const dropped = page.getByLabel("Reading status").getByText(/dropped [1-9]/);
    await dropped.waitFor();
    await page.waitForTimeout(700);
    assert.deepEqual(await page.locator(".grid-row[aria-selected=true]").boundingBox(), seen);
    await page.close();
  });

  it("shows a large value in part, with its size, and more of it on demand", async () => {
    const page = await open("rows=200");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    for (let i = 0; i < 17; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByText("620,002 more characters of 720 kB are not shown.").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("220,002 more characters").waitFor();
    await page.close();
  });

  it("keeps what stands in a message out of the page's markup", async () => {
    const page = await open("rows=200&scene=hostile");
    await page.getByText("<img src=x onerror=hacked()>").first().click();
    await page.getByRole("tabpanel").getByText("<img src=x onerror=hacked()>").waitFor();
    assert.equal(await page.locator("img").count(), 0);
    await page.close();
  });

  it("says what failed and what to do, and tries again", async () => {
    const page = await open("scene=failed");
    await page.getByRole("heading", { name: "orders cannot be read" }).waitFor();
    for (const name of ["Test connection", "Edit connection", "Show log"])
      await page.getByRole("button", { name, exact: true }).waitFor();
    await page.getByRole("button", { name: "Retry" }).last().click();
    await drawn(page).first().waitFor();
    await page.close();
  });

  it("changes a column's width by keyboard", async () => {
    const page = await open("rows=200");
    const handle = page.getByRole("separator", { name: "Width of Key" });
    const before = Number(await handle.getAttribute("aria-valuenow"));
    await handle.press("ArrowRight");
    await page.locator(`[aria-label="Width of Key"][aria-valuenow="${before + 8}"]`).waitFor({ state: "attached" });
    await page.close();
  });

  it("leads by keyboard into the message and back to the rows", async () => {
    const page = await open("rows=200");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.locator("[role=tab]:focus").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("[role=grid]:focus").waitFor();
    await page.getByRole("tabpanel").waitFor();
    await page.close();
  });

  it("has room for the digits of the largest offset that there is", async () => {
    const page = await open("rows=200");
    const width = async () =>
      Number(await page.getByRole("separator", { name: "Width of Offset" }).getAttribute("aria-valuenow"));
    const before = await width();
    await page.evaluate(`{
      const { engine, host } = window.fake;
      engine.status.partitions[3].end = "12345678901234567";
      host.emit("status", engine.status);
    }`);
    await page
      .locator(`[aria-label="Width of Offset"]:not([aria-valuenow="${before}"])`)
      .waitFor({ state: "attached" });
    assert.ok((await width()) > before + 80);
    await page.close();
  });

  it("goes on saying how long ago a message was when nothing else happens", async () => {
    const page = await open("rows=200");
    await page.getByRole("button", { name: /^Columns/ }).click();
    await page.getByRole("radio", { name: "Relative" }).click();
    await page.keyboard.press("Escape");
    await page
      .locator(".grid-row .c-time", { hasText: /^\d+ (s|min|h) ago$/ })
      .first()
      .waitFor();
    // two days later
    await page.evaluate(`{
      const RealDate = Date;
      window.Date = class extends RealDate { constructor(...args) { super(...(args.length ? args : [RealDate.now() + 50 * 3600_000])); } };
    }`);
    await page
      .locator(".grid-row .c-time", { hasText: /^2 d ago$/ })
      .first()
      .waitFor();
    await page.close();
  });

  it("shows nothing of the rows that were drawn where others are on their way", async () => {
    const page = await open("rows=1000000&lag=1500");
    await page.locator("[role=row][data-seq]:not([aria-busy])").first().waitFor();
    const hidden = await page.evaluate(`(async () => {
      const grid = document.querySelector("[role=grid]");
      grid.scrollTop = (grid.scrollHeight - grid.clientHeight) / 2;
      const busy = () => [...document.querySelectorAll(".grid-row[aria-busy]")];
      while (busy().length === 0) await new Promise(requestAnimationFrame);
      return busy().every((row) => [...row.children].every((cell) => !cell.checkVisibility({ contentVisibilityAuto: true })));
    })()`);
    assert.equal(hidden, true);
    await page.locator("[role=row][data-seq]:not([aria-busy])").first().waitFor();
    await page.close();
  });

  it("chooses by keyboard how a value is written, keeps the choice, and says where the text is wrong", async () => {
    const page = await open("rows=200&produce");
    const form = page.getByRole("complementary", { name: "Produce" });
    const format = form.getByRole("button", { name: /^Value format: / });
    await form.getByRole("button", { name: "Value format: Avro: orders-value v3" }).press("Enter");
    await form.getByRole("radio", { name: "Avro: orders-value v3" }).and(page.locator(":focus")).waitFor();
    // X goes to XML, and the last of all is what it may be packed into
    await page.keyboard.press("x");
    await page.keyboard.press("Enter");
    await form.getByRole("button", { name: "Value format: XML" }).press("Enter");
    await form.getByRole("radio", { name: "XML", exact: true }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("Enter");
    await form.getByRole("button", { name: "Value format: XML in gzip" }).waitFor();
    await picture(page, "produce-xml");
    await format.press("Enter");
    await form.getByRole("radio", { name: "XML", exact: true }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("p");
    await form.getByRole("radio", { name: "Protobuf: shop.Shipment v1" }).press("Enter");
    await form.getByRole("combobox", { name: "Value message" }).waitFor();
    const value = form.getByRole("textbox", { name: "Value", exact: true });
    const until = async (text: string) => {
      for (let i = 0; i < 50 && !(await value.inputValue()).includes(text); i++) await page.waitForTimeout(100);
      assert.ok((await value.inputValue()).includes(text), text);
    };
    await until('"items"');
    await form.getByRole("combobox", { name: "Value message" }).press("ArrowDown");
    await until('"sku"');
    await picture(page, "produce-protobuf", "light");
    await format.press("Enter");
    await form.getByRole("radio", { name: "A schema file of the workspace…" }).press("Enter");
    await form.getByRole("button", { name: "Value format: Avro: schemas/order.avsc" }).waitFor();
    await form.getByRole("combobox", { name: "Value framing" }).waitFor();
    const kept = (await fakeLog(page)).asked.filter(([method]) => method === "keepFormat");
    assert.deepEqual(kept[1], ["keepFormat", "value", { encoding: "xml", wrap: "gzip" }]);
    assert.deepEqual(kept.at(-1)?.[2], {
      encoding: "file",
      file: { uri: "file:///home/me/shop/schemas/order.avsc", label: "schemas/order.avsc", type: "AVRO" },
    });
    await format.press("Enter");
    await form.getByRole("radio", { name: "JSON", exact: true }).press("Enter");
    await form.getByRole("textbox", { name: "Value", exact: true }).fill("{ no");
    await form.getByText(/This is not JSON/).waitFor();
    await form.getByRole("button", { name: "Go there" }).press("Enter");
    await form.getByRole("textbox", { name: "Value", exact: true }).and(page.locator(":focus")).waitFor();
    await page.close();
  });

  it("edits a kept message, and brings the draft from before back", async () => {
    const page = await open("rows=200&produce");
    const form = page.getByRole("complementary", { name: "Produce" });
    const value = form.getByRole("textbox", { name: "Value", exact: true });
    await value.fill('{"mine": 1}');
    await drawn(page).nth(5).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Edit and send…" }).click();
    await form.getByRole("button", { name: "Value format: JSON in gzip" }).waitFor();
    assert.equal(await form.getByRole("textbox", { name: "Header 2 value" }).inputValue(), "00 ff");
    await picture(page, "produce-edited", "light");
    await form.getByRole("button", { name: "Bring back the draft from before" }).click();
    assert.equal(await value.inputValue(), '{"mine": 1}');
    await page.close();
  });

  it("breaks no rule of its content security policy, and throws nothing", () => {
    assert.deepEqual(pages.problems, []);
  });
});
