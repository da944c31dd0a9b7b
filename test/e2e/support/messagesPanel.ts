import type { Frame, FrameLocator, Locator } from "playwright-core";
import type { OpenedVSCode } from "../../harness/vscode.ts";

type VSCode = Pick<OpenedVSCode, "page" | "openView">;

/** The Messages panel as a user finds it: by role and label. These names are the panel's contract. */
export class MessagesPage {
  readonly frame: FrameLocator;
  readonly code: VSCode;

  private constructor(code: VSCode) {
    this.code = code;
    // a hidden panel's webview is gone, so the one in the page is the one that is seen
    this.frame = code.page.frameLocator("iframe.webview.ready").last().frameLocator("#active-frame");
  }

  /** Opens a topic from the tree, by its own button. */
  static async open(code: VSCode, connection: string, topic: string): Promise<MessagesPage> {
    const { page } = code;
    await code.openView("Kafka");
    const tree = page.getByRole("tree", { name: "Kafka" });
    const topics = tree.getByRole("treeitem", { name: /^(Topics|[\d,.]+ topics?)\b/ });
    const item = tree.getByRole("treeitem", { name: `Topic ${topic},` });
    await expand(tree.getByRole("treeitem", { name: `Connection ${connection},` }), topics);
    await expand(topics, item);
    await openBy(item, page.getByRole("tab", { name: `${topic} — ${connection}` }));
    const panel = new MessagesPage(code);
    await panel.grid(topic).waitFor();
    return panel;
  }

  /** The panel that is on screen, however it came there. */
  static shown(code: VSCode): MessagesPage {
    return new MessagesPage(code);
  }

  grid(topic?: string): Locator {
    return this.frame.getByRole("grid", topic ? { name: `Messages of ${topic}` } : {});
  }
  /** rows that are drawn, without the head */
  get rows(): Locator {
    return this.grid().locator("[role=row][data-seq]");
  }
  row(text: string | RegExp): Locator {
    return this.rows.filter({ hasText: text });
  }
  button(name: string | RegExp): Locator {
    return this.frame.getByRole("button", { name, exact: typeof name === "string" });
  }
  tab(name: string | RegExp): Locator {
    return this.frame.getByRole("tab", { name });
  }
  get detail(): Locator {
    return this.frame.getByRole("complementary", { name: "Message" });
  }
  get produce(): Locator {
    return this.frame.getByRole("complementary", { name: "Produce" });
  }
  get status(): Locator {
    return this.frame.getByLabel("Reading status");
  }

  /** what a filter found, of how much */
  get found(): Locator {
    return this.frame.getByRole("group", { name: "Found" });
  }
  get strip(): Locator {
    return this.frame.getByRole("slider", { name: "Time line" });
  }
  /** titles of the columns, in order */
  columns(): Promise<string[]> {
    return this.frame.getByRole("columnheader").evaluateAll((all) => all.map((head) => head.textContent?.trim() ?? ""));
  }

  /** The frame in which the panel's script runs. */
  async webview(): Promise<Frame> {
    const outer = await this.code.page.locator("iframe.webview.ready").last().elementHandle();
    const inner = await (await outer!.contentFrame())!.locator("#active-frame").elementHandle();
    return (await inner!.contentFrame())!;
  }

  /** Waits until so many messages are kept. */
  async kept(count: string): Promise<void> {
    await this.status.getByText(`kept ${count}`).waitFor({ timeout: 60_000 });
  }

  /** Writes into the filter line and uses it. */
  async filter(kind: "Contains" | "Regex" | "CEL", text: string, scope: "Kept messages" | "The topic"): Promise<void> {
    const select = this.frame.getByRole("combobox", { name: "Kind of filter" });
    await select.click();
    await this.frame.getByRole("option", { name: kind, exact: true }).click();
    await this.button(/^In: /).click();
    await this.frame.getByRole("radio", { name: scope }).click();
    const box = this.frame.getByRole("combobox", { name: `Filter: ${kind}` });
    await box.fill(text);
    await box.press("Enter");
  }

  /** Chooses in one of the toolbar's popups: the button by what it is for, the choice by its name. */
  async choose(chooser: "From" | "To" | "Isolation", choice: string): Promise<void> {
    await this.button(new RegExp(`^${chooser}: `)).click();
    await this.frame.getByRole("radio", { name: choice }).click();
  }

  /** Reads only these partitions, or all of them. */
  async choosePartitions(partitions: readonly number[] | "all"): Promise<void> {
    await this.button(/^Partitions: /).click();
    await this.button(partitions === "all" ? "All" : "None").click();
    if (partitions !== "all")
      for (const p of partitions)
        await this.frame.getByRole("checkbox", { name: `Partition ${p}`, exact: true }).click();
    await this.button("Read these").click();
  }
}

/** A line's buttons are made anew when its description arrives, and a click that falls in between meets neither: then it is clicked again, as a person would. */
async function openBy(item: Locator, tab: Locator): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await item.hover();
    await item.getByRole("button", { name: "Open Messages" }).click();
    try {
      await tab.waitFor({ timeout: 8000 });
      return;
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

/** Opens a line of the tree, unless what it holds is there already or on its way: a click would close it again. */
async function expand(item: Locator, inside: Locator): Promise<void> {
  await item.waitFor();
  if ((await item.getAttribute("aria-expanded")) !== "true") await item.click();
  await inside.waitFor();
}
