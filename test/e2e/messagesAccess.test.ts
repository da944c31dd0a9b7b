import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { WebviewPages } from "./support/webviewPages.ts";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

interface Violation {
  id: string;
  help: string;
  nodes: { html: string }[];
}

/** Rules that a page by itself, without VS Code's theme and frame around it, cannot keep. */
const WITHOUT_FRAME = {
  "color-contrast": { enabled: false },
  region: { enabled: false },
  "page-has-heading-one": { enabled: false },
};

describe("The Messages panel for everybody", () => {
  let pages: WebviewPages;
  before(async () => {
    pages = await WebviewPages.start();
  });
  after(() => pages.stop());

  async function check(page: Page): Promise<void> {
    // the page's content security policy keeps scripts of others out of it: this one comes in as the debugger's
    const { readFileSync } = await import("node:fs");
    await page.evaluate(readFileSync(axePath, "utf8"));
    const violations = (await page.evaluate(
      `axe.run(document, { rules: ${JSON.stringify(WITHOUT_FRAME)} }).then((result) => JSON.parse(JSON.stringify(result.violations)))`,
    )) as Violation[];
    assert.deepEqual(
      violations.map(
        ({ id, help, nodes }) =>
          `${id}: ${help}: ${nodes
            .map((n) => n.html.slice(0, 160))
            .slice(0, 3)
            .join(" | ")}`,
      ),
      [],
    );
  }

  it("has rows, columns, filter, time line and status without a violation", async () => {
    const page = await pages.open("rows=500");
    await check(page);
    await page.close();
  });

  it("has every tab of the message pane without a violation", async () => {
    const page = await pages.open("rows=500");
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    for (const tab of ["Value", "Key", "Headers", "Record", "Hex", "History"]) {
      await page.getByRole("tab", { name: tab }).click();
      await page.waitForTimeout(200);
      await check(page);
    }
    await page.getByRole("tab", { name: "Value" }).click();
    await page.getByRole("button", { name: "Tree" }).click();
    await page.getByRole("tree").waitFor();
    await check(page);
    await page.close();
  });

  it("has its popups and menus without a violation", async () => {
    const page = await pages.open("rows=500");
    for (const name of [/^Columns/, /^Export/, /^From/, /^To/, /^Partitions/, /^Isolation/, /^Filters/]) {
      await page.getByRole("button", { name }).first().click();
      await page.waitForTimeout(150);
      await check(page);
      await page.keyboard.press("Escape");
    }
    await page.getByRole("grid").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("Shift+F10");
    await page.getByRole("menu").waitFor();
    await check(page);
    await page.close();
  });

  it("has the produce form and a failure without a violation", async () => {
    const page = await pages.open("rows=500&produce");
    await check(page);
    await page.close();
    const failed = await pages.open("scene=failed");
    await check(failed);
    await failed.close();
  });

  it("works at 200 % and in a narrow column, with nothing beyond the edge", async () => {
    for (const viewport of [
      { width: 650, height: 400 },
      { width: 420, height: 800 },
    ]) {
      const page = await pages.open("rows=500", viewport);
      await page.getByRole("grid").focus();
      await page.keyboard.press("Home");
      const wide = (await page.evaluate("document.documentElement.scrollWidth - innerWidth")) as number;
      assert.ok(wide <= 0, `${wide} pixels beyond ${viewport.width}`);
      assert.ok((await page.locator(".grid-row").count()) >= 3, "rows are seen");
      await check(page);
      await page.close();
    }
  });
});
