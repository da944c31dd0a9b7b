import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import type { ReadQuery, ViewSpec } from "../../src/shared/messages.ts";
import { fakeLog, picture, WebviewPages } from "./support/webviewPages.ts";

const require = createRequire(import.meta.url);

/** Finding and choosing what to read, over a made-up engine: by role and label, and by keyboard alone. */
describe("Finding messages over a made-up engine", () => {
  let pages: WebviewPages;
  before(async () => {
    pages = await WebviewPages.start();
  });
  after(() => pages?.stop());

  const box = (page: Page) => page.getByRole("combobox", { name: /^Filter: / });
  const boxSays = (page: Page, text: string) =>
    page.waitForFunction(`document.querySelector("#filter-input").value === ${JSON.stringify(text)}`, null, {
      timeout: 5000,
    });
  const found = (page: Page) => page.getByLabel("Found");
  const strip = (page: Page) => page.getByRole("slider", { name: "Time line" });
  const query = (page: Page) => remembered<ReadQuery>(page, "query");
  const view = (page: Page) => remembered<ViewSpec>(page, "view");

  /** What the page would be restored with, once it said so. */
  async function remembered<T>(page: Page, part: string): Promise<T> {
    // it is said 150 ms after a change
    await page.waitForTimeout(300);
    return (await page.evaluate(`window.fake.log.remembered.${part}`)) as T;
  }
  async function openPopup(page: Page, name: RegExp) {
    await page.getByRole("button", { name }).click();
    return page.getByRole("dialog").filter({ visible: true });
  }
  async function kind(page: Page, label: string) {
    await page.getByRole("combobox", { name: "Kind of filter" }).click();
    await page.getByRole("option", { name: label, exact: true }).click();
  }

  describe("The filter line", () => {
    it("narrows to a text as it is typed, and says how many there are", async () => {
      const page = await pages.open("rows=2000");
      await box(page).fill('"open"');
      await found(page)
        .getByText(/^\d+ of 2,000 shown$/)
        .waitFor();
      assert.deepEqual((await view(page)).filter, {
        kind: "contains",
        text: '"open"',
        caseSensitive: false,
        parts: ["key", "value"],
      });
      await page.getByRole("button", { name: "Clear the filter" }).click();
      await found(page).getByText("shown").waitFor({ state: "hidden" });
      assert.equal((await view(page)).filter, null);
      await page.close();
    });

    it("remembers a filter that was typed and left, not its beginnings", async () => {
      const page = await pages.open("rows=200");
      for (const text of ["c1", "c10", "c106"]) {
        await box(page).fill(text);
        await page.waitForTimeout(250);
      }
      await page.waitForTimeout(4300);
      const menu = await openPopup(page, /^Filters/);
      await menu.getByRole("button", { name: "“c106”", exact: true }).waitFor();
      assert.equal(await menu.getByRole("button", { name: "“c10”", exact: true }).count(), 0);
      await page.close();
    });

    it("is reached by Ctrl+F from the grid, and left for it by Escape", async () => {
      const page = await pages.open("rows=200");
      await page.getByRole("grid").focus();
      await page.keyboard.press("Control+f");
      await page.keyboard.type("paid");
      await found(page).getByText("shown").waitFor();
      await page.keyboard.press("Escape");
      await boxSays(page, "");
      await page.keyboard.press("Escape");
      assert.equal(await page.evaluate("document.activeElement.getAttribute('role')"), "grid");
      await page.close();
    });

    it("completes a field by keyboard, and uses the expression on Enter", async () => {
      const page = await pages.open("rows=200");
      await kind(page, "CEL");
      await box(page).focus();
      await page.keyboard.type("value.");
      await page.getByRole("option", { name: /^status/ }).waitFor();
      await page.keyboard.type("sta");
      await page.keyboard.press("Tab");
      await boxSays(page, "value.status");
      await page.keyboard.type(' == "open"');
      await page.keyboard.press("Enter");
      await found(page)
        .getByText(/^\d+ of 200 shown$/)
        .waitFor();
      await picture(page, "find-cel-dark");
      await page.close();
    });

    it("walks through completions by arrows, and closes them by Escape without losing the text", async () => {
      const page = await pages.open("rows=200");
      await kind(page, "CEL");
      await box(page).focus();
      await page.keyboard.type("value.");
      await page.getByRole("option", { selected: true, name: /^id/ }).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.getByRole("option", { selected: true, name: /^ts/ }).waitFor();
      const active = await box(page).getAttribute("aria-activedescendant");
      assert.match(await page.locator(`#${active}`).innerText(), /^ts/);
      await picture(page, "find-completion-dark");
      await picture(page, "find-completion-light", "light");
      await page.keyboard.press("Escape");
      await page.locator("#filter-input[aria-expanded=false]").waitFor();
      await boxSays(page, "value.");
      await page.close();
    });

    it("shows what is wrong with an expression at its character", async () => {
      const page = await pages.open("rows=200");
      await kind(page, "CEL");
      await box(page).fill("value.a ? 1");
      const alert = page.getByRole("alert").filter({ hasText: "unexpected '?'" });
      await alert.waitFor();
      assert.equal(await alert.locator("mark").innerText(), "?");
      assert.equal(await box(page).getAttribute("aria-invalid"), "true");
      assert.equal(await box(page).getAttribute("aria-describedby"), await alert.getAttribute("id"));
      await picture(page, "find-problem-dark");
      await page.close();
    });

    it("searches the topic from its beginning, when only the last messages were read", async () => {
      const page = await pages.open("rows=200");
      const scope = await openPopup(page, /^In: /);
      await scope.getByRole("radio", { name: /^The topic/ }).click();
      await page.getByRole("button", { name: "From the beginning", pressed: true }).waitFor();
      await box(page).fill("paid");
      await box(page).press("Enter");
      const { from, to, filter } = await query(page);
      assert.deepEqual([from.kind, to.kind, filter?.kind], ["beginning", "live", "contains"]);
      await page.close();
    });

    it("goes back to what was read before, when a search of the topic is cleared", async () => {
      const page = await pages.open("rows=200");
      const before = await query(page);
      const scope = await openPopup(page, /^In: /);
      await scope.getByRole("radio", { name: /^The topic/ }).click();
      for (const text of ["paid", "open"]) {
        await box(page).fill(text);
        await box(page).press("Enter");
        assert.deepEqual((await query(page)).from, { kind: "beginning" });
      }
      await page.getByRole("button", { name: "Clear the filter" }).click();
      assert.deepEqual(await query(page), before);
      // what the user has chosen since stays
      await box(page).fill("paid");
      await box(page).press("Enter");
      assert.deepEqual((await query(page)).from, { kind: "beginning" });
      const dialog = await openPopup(page, /^From: /);
      await dialog.getByRole("radio", { name: /^Beginning/ }).click();
      await page.getByRole("button", { name: "Clear the filter" }).click();
      const { from, filter } = await query(page);
      assert.deepEqual([from.kind, filter], ["beginning", null]);
      await page.close();
    });

    it("searches the last messages only, where that is chosen", async () => {
      const page = await pages.open("rows=200");
      const scope = await openPopup(page, /^In: /);
      await scope.getByRole("radio", { name: /^The topic/ }).click();
      await page.getByRole("button", { name: "From the beginning" }).click();
      await box(page).fill("paid");
      await box(page).press("Enter");
      assert.equal((await query(page)).from.kind, "last");
      await page.close();
    });

    it("empties the box on Escape without reading the topic anew", async () => {
      const page = await pages.open("rows=200");
      const scope = await openPopup(page, /^In: /);
      await scope.getByRole("radio", { name: /^The topic/ }).click();
      await box(page).fill("paid");
      await box(page).press("Enter");
      const { filter } = await query(page);
      const started = await page.evaluate("window.fake.log.started");
      await box(page).press("Escape");
      await boxSays(page, "");
      assert.deepEqual((await query(page)).filter, filter);
      assert.equal(await page.evaluate("window.fake.log.started"), started);
      await page.close();
    });

    it("draws the characters of an expression over those that are typed, to the character", async () => {
      const page = await pages.open("rows=200");
      await kind(page, "CEL");
      await box(page).fill('value.status == "paid"');
      const overlay = page.locator(".filter-overlay");
      await overlay.waitFor();
      // as wide as the same text in a box that is too narrow for it
      const wide = (await page.evaluate(`(() => {
        const input = document.querySelector("#filter-input");
        const copy = input.cloneNode();
        copy.removeAttribute("id");
        copy.value = input.value;
        copy.style.cssText = "flex: none; width: 20px; min-width: 0";
        input.after(copy);
        const spans = [...document.querySelectorAll(".filter-overlay span")];
        const first = spans[0].getBoundingClientRect();
        const last = spans.at(-1).getBoundingClientRect();
        const found = [copy.scrollWidth - 12, last.right - first.left];
        copy.remove();
        return found;
      })()`)) as [number, number];
      assert.ok(Math.abs(wide[0] - wide[1]) <= 7, wide.join(" and "));
      await page.close();
    });

    it("keeps filters by name, uses them and deletes them", async () => {
      const page = await pages.open("rows=200");
      const menu = await openPopup(page, /^Filters/);
      await menu.getByRole("button", { name: /^paid/ }).click();
      await boxSays(page, 'value.status == "paid"');
      await openPopup(page, /^Filters/);
      await menu.getByRole("button", { name: "Save…" }).click();
      await openPopup(page, /^Filters/);
      await menu.getByRole("button", { name: "Delete the filter saved 2" }).click();
      await menu.getByRole("button", { name: /^saved 2/ }).waitFor({ state: "detached" });
      await page.close();
    });

    it("says what to do when nothing kept matches", async () => {
      const page = await pages.open("rows=200");
      await box(page).fill("nowhere to be found");
      await page.getByRole("heading", { name: "No kept message matches" }).waitFor();
      await page.getByRole("button", { name: "Show all" }).click();
      await page.locator("[role=row][data-seq]").first().waitFor();
      await boxSays(page, "");
      await page.close();
    });
  });

  describe("The time line", () => {
    it("narrows the view to what is dragged over, and the chip's button takes it back", async () => {
      const page = await pages.open("rows=2000");
      await page.locator(".bars-kept").waitFor();
      const area = (await strip(page).boundingBox())!;
      await page.mouse.move(area.x + area.width * 0.25, area.y + 15);
      await page.mouse.down();
      await page.mouse.move(area.x + area.width * 0.5, area.y + 15, { steps: 4 });
      await page.mouse.up();
      await found(page)
        .getByText(/^5\d\d of 2,000 shown$/)
        .waitFor();
      await page.waitForTimeout(1200);
      await picture(page, "find-timeline-dark");
      await picture(page, "find-timeline-light", "light");
      await picture(page, "find-timeline-high-contrast", "high-contrast");
      await page.getByRole("button", { name: "Remove: the time range" }).press("Enter");
      assert.equal((await view(page)).time, null);
      await page.close();
    });

    it("drags an edge of what is chosen, and leaves the other where it is", async () => {
      const page = await pages.open("rows=2000");
      await page.locator(".bars-kept").waitFor();
      const area = (await strip(page).boundingBox())!;
      const drag = async (from: number, to: number) => {
        await page.mouse.move(area.x + area.width * from, area.y + 15);
        await page.mouse.down();
        await page.mouse.move(area.x + area.width * to, area.y + 15, { steps: 4 });
        await page.mouse.up();
      };
      await drag(0.25, 0.5);
      const former = (await view(page)).time!;
      const edge = (await page.locator(".strip-span").boundingBox())!;
      await drag((edge.x + edge.width - area.x) / area.width, 0.75);
      const next = (await view(page)).time!;
      assert.equal(next.from, former.from);
      assert.ok(Number(next.to) > Number(former.to));
      await page.close();
    });

    it("jumps to where it is clicked", async () => {
      const page = await pages.open("rows=2000");
      await page.locator(".bars-kept").waitFor();
      const area = (await strip(page).boundingBox())!;
      await page.mouse.click(area.x + area.width * 0.5, area.y + 15);
      const row = page.locator("[role=row][aria-selected=true]");
      await row.waitFor();
      const at = Number(await row.getAttribute("aria-rowindex"));
      assert.ok(at > 970 && at < 1030, `row ${at}`);
      await page.close();
    });

    it("chooses a span, narrows to it, jumps and resets by keyboard", async () => {
      const page = await pages.open("rows=2000");
      await page.locator(".bars-kept").waitFor();
      await strip(page).focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("PageUp");
      assert.match((await strip(page).getAttribute("aria-valuetext")) ?? "", / – .*: \d+ messages?$/);
      for (let i = 0; i < 5; i++) await page.keyboard.press("Shift+ArrowRight");
      await page.keyboard.press("Enter");
      const { time } = await view(page);
      assert.ok(time?.from && time.to);
      await page.keyboard.press(" ");
      await page.locator("[role=row][aria-selected=true]").waitFor();
      await page.keyboard.press("Escape");
      assert.equal((await view(page)).time, null);
      await page.keyboard.press("Escape");
      assert.equal(await page.evaluate("document.activeElement.getAttribute('role')"), "grid");
      await page.close();
    });

    it("asks for its figures at most once a second while messages arrive", async () => {
      const page = await pages.open("rows=2000&rate=100");
      await page.locator(".bars-kept").waitFor();
      await page.evaluate(`(() => {
        const { engine } = window.fake;
        const real = engine.timeline.bind(engine);
        window.lines = 0;
        engine.timeline = (buckets) => (window.lines++, real(buckets));
      })()`);
      await page.waitForTimeout(3000);
      const lines = (await page.evaluate("window.lines")) as number;
      assert.ok(lines >= 1 && lines <= 4, `${lines} requests`);
      await page.close();
    });

    it("is hidden and shown by its button, also after a reload", async () => {
      const page = await pages.open("rows=200");
      await page.getByRole("button", { name: "Time line", pressed: true }).click();
      await strip(page).waitFor({ state: "detached" });
      assert.equal((await remembered<{ timeline: boolean }>(page, "layout")).timeline, false);
      await page.close();
    });
  });

  describe("Choosing what to read", () => {
    it("starts at an offset for each partition, exact to the last digit", async () => {
      const page = await pages.open("rows=200");
      const dialog = await openPopup(page, /^From: /);
      await dialog.getByRole("radio", { name: /^Offset of each partition/ }).click();
      // the choice leads into its table
      await page.waitForFunction("document.activeElement.ariaLabel === 'Offset of partition 0'");
      await dialog.getByLabel("Offset of partition 2").fill("9007199254740993");
      await picture(page, "choose-offsets-dark");
      await dialog.getByLabel("Offset of partition 4").fill("12x");
      await dialog.getByText("An offset is a number without signs").waitFor();
      await dialog.getByLabel("Offset of partition 4").fill("");
      await dialog.getByLabel("Offset of partition 2").press("Enter");
      assert.deepEqual((await query(page)).from, {
        kind: "offsets",
        offsets: [{ topic: "orders", partition: 2, offset: "9007199254740993" }],
      });
      await page.close();
    });

    it("starts where a consumer group has committed, found by typing", async () => {
      const page = await pages.open("rows=200");
      const dialog = await openPopup(page, /^From: /);
      await dialog.getByRole("radio", { name: /Consumer group.*not joined/s }).click();
      await dialog.getByRole("textbox", { name: "Find a group" }).fill("bill");
      await dialog.getByRole("radio", { name: "search-index" }).waitFor({ state: "detached" });
      await dialog.getByRole("radio", { name: "billing" }).click();
      assert.deepEqual((await query(page)).from, { kind: "group", group: "billing" });
      await page.getByRole("button", { name: "From: group billing" }).waitFor();
      await page.close();
    });

    it("starts at a time as people write it, and says how that is understood", async () => {
      const page = await pages.open("rows=200");
      const dialog = await openPopup(page, /^From: /);
      const time = dialog.getByRole("textbox", { name: "From time", exact: true });
      await time.fill("soon");
      await dialog.getByText(/Write a time like/).waitFor();
      assert.equal(await time.getAttribute("aria-invalid"), "true");
      await time.fill("2026-01-31T14:00:05Z");
      await dialog.getByText(/2026-01-31 .*UTC/).waitFor();
      await picture(page, "choose-time-dark");
      await picture(page, "choose-time-light", "light");
      await time.press("Enter");
      assert.deepEqual((await query(page)).from, { kind: "time", timestamp: String(Date.UTC(2026, 0, 31, 14, 0, 5)) });
      await page.close();
    });

    it("starts an hour ago by a preset", async () => {
      const page = await pages.open("rows=200");
      const dialog = await openPopup(page, /^From: /);
      await dialog.getByRole("button", { name: "1 h ago" }).click();
      const { from } = await query(page);
      assert.equal(from.kind, "time");
      const ago = Date.now() - Number(from.kind === "time" ? from.timestamp : 0);
      assert.ok(Math.abs(ago - 3_600_000) < 10_000, `${ago} ms ago`);
      await page.close();
    });

    it("ends with an offset or a time", async () => {
      const page = await pages.open("rows=200");
      const dialog = await openPopup(page, /^To: /);
      await dialog.getByRole("textbox", { name: "To offset" }).fill("166700");
      await dialog.getByRole("textbox", { name: "To offset" }).press("Enter");
      assert.deepEqual((await query(page)).to, { kind: "offset", offset: "166700" });
      await openPopup(page, /^To: /);
      await dialog.getByRole("textbox", { name: "To time", exact: true }).fill("1700000000000");
      await dialog.getByRole("textbox", { name: "To time", exact: true }).press("Enter");
      assert.deepEqual((await query(page)).to, { kind: "time", timestamp: "1700000000000" });
      await page.close();
    });

    it("shows transaction markers on request", async () => {
      const page = await pages.open("rows=200");
      const dialog = await openPopup(page, /^Isolation: /);
      await dialog.getByRole("checkbox", { name: "Show transaction markers and aborted messages" }).click();
      assert.equal((await query(page)).control, true);
      await page.close();
    });

    it("opens several topics together, or those that a regular expression matches", async () => {
      const page = await pages.open("rows=200");
      const dialog = await openPopup(page, /^Topic: orders/);
      await dialog.getByRole("checkbox", { name: "payments" }).click();
      await picture(page, "choose-topics-dark");
      await dialog.getByRole("button", { name: "Open 2 topics together" }).click();
      await openPopup(page, /^Topic: orders/);
      await dialog.getByRole("checkbox", { name: "orders" }).click();
      const pattern = dialog.getByRole("textbox", { name: "Regular expression" });
      await pattern.fill("(");
      await dialog.getByText("This is not a regular expression.").waitFor();
      await pattern.fill(".*ments");
      await dialog.getByText("Matches 2 topics now").waitFor();
      await pattern.press("Enter");
      assert.deepEqual(
        (await fakeLog(page)).asked.filter(([method]) => method === "openTopics").map(([, choice]) => choice),
        [
          { topics: ["orders", "payments"], pattern: null },
          { topics: [], pattern: ".*ments" },
        ],
      );
      await page.close();
    });

    it("copies a link to the view", async () => {
      const page = await pages.open("rows=200");
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.waitForFunction("window.fake.log.asked.some(([method]) => method === 'copyLink')");
      await page.close();
    });
  });

  describe("The status line", () => {
    const status = (page: Page) => page.getByLabel("Reading status");
    const says = (page: Page, change: object) =>
      page.evaluate(`window.fake.host.emit("status", { ...window.fake.engine.status, ...${JSON.stringify(change)} })`);

    it("says how far behind the end live reading is", async () => {
      const page = await pages.open("rows=200");
      await says(page, { behind: "1204", rate: 0 });
      await status(page).getByText("behind 1,204").waitFor();
      await page.close();
    });

    it("says how fast it reads, and how long that will take", async () => {
      const page = await pages.open("rows=200");
      await says(page, { state: "reading", scanned: 1_000_000, behind: "25200000", rate: 2_100_000 });
      await status(page).getByText("2.1 M/s").waitFor();
      await status(page).getByText("12 s left").waitFor();
      await page.close();
    });

    it("says what is the same of several partitions once", async () => {
      const page = await pages.open("rows=200");
      const at = { topic: "orders", position: "1", end: "1", logStart: "0" };
      const problems = [
        "first.",
        null,
        "first.",
        "second.",
        "first.",
        "first.",
        "first.",
        "first.",
        "third.",
        "fourth.",
      ];
      await says(page, { partitions: problems.map((problem, partition) => ({ ...at, partition, problem })) });
      const notice = page.getByRole("status").filter({ hasText: "first." });
      await notice.waitFor();
      assert.equal(
        (await notice.innerText()).replace(/\s+/g, " ").trim(),
        "Partitions 0, 2, 4, 5, 6 and 1 more: first. Partition 3: second. Partition 8: third. … and 1 more partition.",
      );
      await page.close();
    });

    it("says that there is no such offset yet, where none has been reached", async () => {
      const page = await pages.open("rows=0");
      const dialog = await openPopup(page, /^From: /);
      await dialog.getByRole("textbox", { name: "From offset" }).fill("9007199254740993");
      await dialog.getByRole("textbox", { name: "From offset" }).press("Enter");
      await page.getByRole("heading", { name: "There is no offset 9,007,199,254,740,993 yet" }).waitFor();
      await page.getByText("Reading waits for it: what comes before is not shown.").waitFor();
      await picture(page, "find-offset-beyond-dark");
      await page.close();
    });

    it("offers to restart when a topic was created anew", async () => {
      const page = await pages.open("rows=200");
      const problem = "Topic orders was deleted and created anew while it was read. Restart to read the new one.";
      const partitions = [{ topic: "orders", partition: 0, position: "1", end: "1", logStart: "0", problem }];
      await says(page, { partitions });
      const notice = page.getByRole("status").filter({ hasText: "created anew" });
      const before = (await page.evaluate("window.fake.log.started")) as number;
      await notice.getByRole("button", { name: "Restart" }).click();
      await page.waitForFunction(`window.fake.log.started === ${before + 1}`);
      await page.close();
    });
  });

  it("has no bar wider than the panel at 420 pixels", async () => {
    const page = await pages.open("rows=200", { width: 420, height: 800 });
    await box(page).fill("paid");
    await found(page).getByText("shown").waitFor();
    await picture(page, "find-narrow-dark");
    const wide = (await page.evaluate(
      `[...document.querySelectorAll(".toolbar > *, .filter-line > *, kw-timeline, .status > *:not(.sr-only)")].filter((el) => el.getBoundingClientRect().right > 421).map((el) => el.className)`,
    )) as string[];
    assert.deepEqual(wide, []);
    await page.close();
  });

  it("has nothing that axe finds inaccessible, with each chooser open", async () => {
    const page = await pages.open("rows=200");
    await kind(page, "CEL");
    await box(page).fill("value.");
    await page.evaluate(await readFile(require.resolve("axe-core/axe.min.js"), "utf8"));
    const found: string[] = [];
    // colours are the user's theme's
    const check = async (where: string) => {
      const all = (await page.evaluate(
        `axe.run(document, { rules: { "color-contrast": { enabled: false } } }).then(({ violations }) => violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")))`,
      )) as string[];
      found.push(...all.map((one) => `${where}: ${one}`));
    };
    await check("filter line");
    for (const name of [/^Topic: /, /^From: /, /^To: /, /^Isolation: /, /^In: /, /^Filters/]) {
      const dialog = await openPopup(page, name);
      if (String(name).includes("From"))
        for (const more of [/^Offset of each partition/, /^Consumer group/])
          await dialog.getByRole("radio", { name: more }).click();
      await check(String(name));
      await page.keyboard.press("Escape");
    }
    assert.deepEqual(found, []);
    await page.close();
  });

  it("breaks no rule of its content security policy, and throws nothing", () => {
    assert.deepEqual(pages.problems, []);
  });
});
