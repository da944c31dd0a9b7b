import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { fakeLog, picture, WebviewPages } from "./support/webviewPages.ts";

describe("Columns, rows and messages of the panel", () => {
  let pages: WebviewPages;
  before(async () => {
    pages = await WebviewPages.start();
  });
  after(() => pages.stop());

  const heads = (page: Page) =>
    page.getByRole("columnheader").evaluateAll((all) => all.map((head) => head.textContent?.trim() ?? ""));
  const head = (page: Page, name: string) => page.getByRole("columnheader", { name, exact: true }).getByRole("button");
  const row = (page: Page, index: number) => page.locator(`[aria-rowindex="${index}"]:not([aria-busy])`);
  const times = (page: Page) => page.locator(".grid-row .c-time").allTextContents();
  const menuItem = (page: Page, name: string | RegExp) => page.getByRole("menuitem", { name });

  it("sorts by a column, by click and by key, and goes back to the order of arrival", async () => {
    const page = await pages.open("rows=500");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    await head(page, "Time").click();
    await page.locator('[role=columnheader][aria-sort="ascending"]').waitFor();
    await head(page, "Time").press("Enter");
    await page.locator('[role=columnheader][aria-sort="descending"]').waitFor();
    await page.waitForFunction(`(() => {
      const all = [...document.querySelectorAll(".grid-row .c-time")].map((cell) => cell.textContent);
      return all.length > 5 && all[0] > all[5];
    })()`);
    await head(page, "Time").press("Enter");
    await page
      .locator('[role=columnheader][aria-sort="ascending"], [role=columnheader][aria-sort="descending"]')
      .waitFor({ state: "detached" });
    await page.close();
  });

  it("shows other columns, in another order, by keyboard alone", async () => {
    const page = await pages.open("rows=300");
    await page.getByRole("button", { name: /^Columns/ }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Columns" });
    await dialog.getByRole("checkbox", { name: "Compression" }).press("Enter");
    await dialog.getByRole("checkbox", { name: "Partition" }).press("Enter");
    await page.keyboard.press("Escape");
    assert.deepEqual(await heads(page), ["time", "offset", "key", "value", "headers", "size", "codec"]);
    await head(page, "Compression").press("Alt+Shift+ArrowLeft");
    assert.deepEqual((await heads(page)).slice(-2), ["codec", "size"]);
    await page.locator(".grid-row .c-compression", { hasText: "zstd" }).first().waitFor();
    await page.close();
  });

  it("shows a field of the value as a column, from a path and from the tree", async () => {
    const page = await pages.open("rows=300&detail");
    await page.getByRole("button", { name: /^Columns/ }).click();
    await page.getByRole("textbox", { name: "Path of a field" }).fill("status");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await page.locator(".grid-row .c-field___status", { hasText: "paid" }).first().waitFor();
    // a row of its own choosing: which is the first on screen depends on what stands above the grid
    await page.getByRole("grid").press("Home");
    await row(page, 2).locator(".c-key").click();
    await page.getByRole("button", { name: "Tree" }).click();
    const tree = page.getByRole("tree", { name: "Fields of the value" });
    await tree.getByRole("treeitem", { name: /^amount/ }).click({ button: "right" });
    await menuItem(page, "Show as a column").click();
    await page.locator(".grid-row .c-field___amount", { hasText: ".50" }).first().waitFor();
    assert.deepEqual(await heads(page), ["time", "p", "offset", "key", "status", "amount", "value", "headers", "size"]);
    await picture(page, "page-columns");
    await page.close();
  });

  it("walks through the tree of a value by keyboard, copies, and filters by a field", async () => {
    const page = await pages.open("rows=300");
    // a row of its own choosing: which is the first on screen depends on what stands above the grid
    await page.getByRole("grid").press("Home");
    await row(page, 2).locator(".c-key").click();
    await page.getByRole("button", { name: "Tree" }).click();
    const tree = page.getByRole("tree");
    await tree.getByRole("treeitem").first().focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await tree.getByRole("treeitem", { name: /^0/ }).waitFor();
    await page.keyboard.press("Home");
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Shift+F10");
    await menuItem(page, "Copy path").click();
    await page.keyboard.press("Shift+F10");
    await menuItem(page, "Filter by this value").click();
    assert.deepEqual((await fakeLog(page)).copied, ["$.status"]);
    assert.match(
      await page.getByRole("combobox", { name: /^Filter/ }).inputValue(),
      /^value\.status == "(paid|open)"$/,
    );
    await page
      .getByLabel("Found")
      .getByText(/\d+ of 200 shown/)
      .waitFor();
    await page.close();
  });

  it("selects several rows and copies, exports, compares and resends them", async () => {
    const page = await pages.open("rows=300");
    const grid = page.getByRole("grid");
    await grid.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Shift+ArrowDown");
    await page.getByLabel("Reading status").getByText("selected 2").waitFor();
    await page.keyboard.press("Control+c");
    await page.keyboard.press("Shift+F10");
    await menuItem(page, "Compare the two messages").press("Enter");
    await row(page, 6).click({ modifiers: ["Shift"] });
    await page.getByLabel("Reading status").getByText("selected 4").waitFor();
    await row(page, 9).click({ modifiers: ["Control"] });
    await page.getByLabel("Reading status").getByText("selected 5").waitFor();
    await row(page, 4).click({ button: "right" });
    await picture(page, "page-menu");
    await menuItem(page, "Export selection…").click();
    await row(page, 4).click({ button: "right" });
    await menuItem(page, "Resend…").click();
    await grid.focus();
    await page.keyboard.press("Control+a");
    await page.getByLabel("Reading status").getByText("selected 200").waitFor();
    await page.keyboard.press("Escape");
    await page
      .getByLabel("Reading status")
      .getByText(/^selected/)
      .waitFor({ state: "detached" });
    const { asked } = await fakeLog(page);
    assert.deepEqual(
      asked
        .filter(([method]) => ["copyRows", "compare", "exportRows", "resendRows"].includes(method))
        .map(([method, ...args]) => [method, args[0], args[1]]),
      [
        ["copyRows", [1, 2], "value"],
        ["compare", 1, 2],
        ["exportRows", "jsonl", [1, 2, 3, 4, 7]],
        ["resendRows", [1, 2, 3, 4, 7], undefined],
      ],
    );
    await page.close();
  });

  it("goes to an offset or a time among the kept messages, or reads from there", async () => {
    const page = await pages.open("rows=20000");
    await page.getByRole("grid").press("Home");
    await row(page, 2).locator(".c-key").click();
    const offset = await row(page, 20).locator(".c-offset").textContent();
    const partition = await row(page, 20).locator(".c-partition").textContent();
    await page.getByRole("grid").press("End");
    const goTo = async (text: string) => {
      const box = page.getByRole("textbox", { name: "Offset or time" });
      if (!(await box.isVisible())) await page.getByRole("button", { name: "Go to", exact: true }).click();
      await box.fill(text);
      await box.press("Enter");
    };
    await goTo(`${partition}@${offset!.replaceAll(/\D/g, "")}`);
    await page.locator('.grid-row[aria-rowindex="20"][aria-selected=true]').waitFor();
    assert.equal(await page.evaluate("document.activeElement.getAttribute('role')"), "grid");
    await goTo("3000-01-01");
    await page.getByText("No message that is shown is of that time or later.").waitFor();
    await goTo("soon");
    await page.getByText(/Or an offset: 1204/).waitFor();
    await goTo("2@9007199254740993");
    await page.getByText("Offset 9,007,199,254,740,993 of partition 2 is not kept.").waitFor();
    await page.getByRole("button", { name: "Read from there" }).click();
    await page.getByRole("button", { name: "From: offset 9,007,199,254,740,993" }).waitFor();
    await page.close();
  });

  it("goes to the next message with the same key, shows only those, and the key's history", async () => {
    const page = await pages.open("rows=20000");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: ": decode values as …" }).click();
    await page.waitForFunction(
      "window.fake.log.asked.some(([method, , part]) => method === 'chooseDecoding' && part === 'value')",
    );
    await page.getByRole("tab", { name: "Record" }).click();
    const copies = page.getByRole("group", { name: "Copy the message" });
    await copies.getByRole("button", { name: "kcat command" }).click();
    await page.waitForFunction(
      "window.fake.log.asked.some(([method, , format]) => method === 'copyRows' && format === 'kcat')",
    );
    await picture(page, "page-record");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Alt+ArrowDown");
    await page.locator('.grid-row.selected:not([aria-rowindex="2"])').waitFor();
    await page.getByRole("tab", { name: "History" }).click();
    const versions = page.getByRole("list", { name: "History of the key" }).getByRole("listitem");
    await versions.first().waitFor();
    assert.ok((await versions.count()) >= 2);
    await page.locator(".version .line.changed").first().waitFor();
    await picture(page, "page-history");
    await page.locator(".grid-row.selected").click({ button: "right" });
    await menuItem(page, "Only this key").click();
    const chips = page.getByRole("group", { name: "The view is narrowed" });
    await chips.getByText(/^key = c/).waitFor();
    assert.equal(await page.locator(".grid-row").count(), await versions.count());
    await chips.getByRole("button", { name: "Remove: only this key" }).press("Enter");
    await page.getByRole("grid").and(page.locator('[aria-rowcount="20001"]')).waitFor();
    await page.close();
  });

  it("shows times as UTC, relative and epoch, and rows in three densities", async () => {
    const page = await pages.open("rows=300");
    const option = async (name: string) => {
      await page.getByRole("button", { name: /^Columns/ }).click();
      await page.getByRole("radio", { name }).click();
      await page.keyboard.press("Escape");
    };
    await option("Epoch");
    await page
      .locator(".grid-row .c-time", { hasText: /^\d{13}$/ })
      .first()
      .waitFor();
    await option("UTC as brokers");
    await page
      .locator(".grid-row .c-time", { hasText: /^\d{4}-/ })
      .first()
      .waitFor();
    await option("Relative");
    assert.match((await times(page))[0] ?? "", / ago$/);
    const height = async () => (await page.locator(".grid-row").first().boundingBox())!.height;
    const normal = await height();
    await option("Compact rows");
    await page.waitForTimeout(100);
    const compact = await height();
    await option("Comfortable rows");
    await page.waitForTimeout(100);
    assert.ok(compact < normal && normal < (await height()), `${compact} < ${normal}`);
    await page.close();
  });

  it("scrolls a million rows of eight columns in little time a frame, and in a few elements", async () => {
    const page = await pages.open("rows=1000000&plain");
    const client = await page.context().newCDPSession(page);
    // processor time, since a busy machine makes frames late
    await client.send("Performance.enable", { timeDomain: "threadTicks" });
    const busy = async () => {
      const { metrics } = await client.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "TaskDuration")!.value * 1000;
    };
    const before = await busy();
    const frames = 120;
    await page.evaluate(`(async () => {
      const grid = document.querySelector(".grid-scroll");
      for (let i = 0; i < ${frames}; i++) {
        grid.dispatchEvent(new WheelEvent("wheel", { deltaY: i % 10 === 9 ? 400_000 : 300, bubbles: true, cancelable: true }));
        await new Promise(requestAnimationFrame);
      }
    })()`);
    const each = ((await busy()) - before) / frames;
    const drawn = await page.locator("[role=row][data-seq]").count();
    assert.ok(drawn < 60, `${drawn} rows`);
    assert.ok(each < 50, `${each} ms a frame`);
    console.log(`      ${each.toFixed(1)} ms of processor time a frame, ${drawn} rows drawn`);
    await page.close();
  });

  it("breaks no rule of its content security policy, and throws nothing", () => {
    assert.deepEqual(pages.problems, []);
  });
});
