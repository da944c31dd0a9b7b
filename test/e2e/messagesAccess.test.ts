import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { violations } from "./support/axe.ts";
import { WebviewPages } from "./support/webviewPages.ts";

/** Rules that a page by itself, without VS Code's theme and frame around it, cannot keep. */
const WITHOUT_FRAME = ["color-contrast", "region", "page-has-heading-one"];

describe("The Messages panel for everybody", () => {
  let pages: WebviewPages;
  before(async () => {
    pages = await WebviewPages.start();
  });
  after(() => pages.stop());

  async function check(page: Page): Promise<void> {
    assert.deepEqual(await violations(page, WITHOUT_FRAME), []);
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
    for (const name of [
      /^Go to/,
      /^Columns/,
      /^Schemas/,
      /^Export/,
      /^From/,
      /^To/,
      /^Partitions/,
      /^Isolation/,
      /^Filters/,
    ]) {
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

  it("moves nothing for who wants no motion", async () => {
    const page = await pages.open("rows=500");
    const moving = () =>
      page.evaluate(`(() => {
        const probe = document.createElement("span");
        probe.className = "spin codicon";
        document.body.append(probe);
        const { animationName, transitionDuration } = getComputedStyle(probe);
        const bar = document.querySelector(".progress");
        bar.classList.add("waiting", "on");
        const slides = getComputedStyle(bar, "::after").animationName;
        probe.remove();
        return { spins: animationName !== "none", slides: slides !== "none", eases: transitionDuration !== "0s" };
      })()`);
    assert.deepEqual(await moving(), { spins: true, slides: true, eases: false });
    await page.emulateMedia({ reducedMotion: "reduce" });
    assert.deepEqual(await moving(), { spins: false, slides: false, eases: false });
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
