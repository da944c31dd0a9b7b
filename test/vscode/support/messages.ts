import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { commands, panels } from "../../../src/ids.ts";
import type { PickOptions, Ui } from "../../../src/platform/ui.ts";
import type { TestApi } from "../../../src/testApi.ts";

/** Titles of the Messages panels that are open, in the order of their tabs. */
const panelTitles = (): string[] => panelTabs().map(({ label }) => label);

/** Waits until exactly these panels are open: VS Code tells of tabs a moment later. */
export async function panelsAre(...titles: string[]): Promise<void> {
  const same = () => JSON.stringify(panelTitles()) === JSON.stringify(titles);
  await until(`the panels are ${titles.join("; ") || "none"}`, same).catch((error) => {
    throw new Error(`${(error as Error).message}; they are ${panelTitles().join("; ") || "none"}`);
  });
}

const panelTabs = (): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(panels.messages));

export async function closePanels(): Promise<void> {
  await vscode.window.tabGroups.close(panelTabs());
  await until("all panels are closed", () => panelTabs().length === 0);
}

/** Waits for what becomes so by itself. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `not within ${ms / 1000} s: ${what}`);
    await delay(50);
  }
}

/** Picks the items whose label begins with one of these. */
export function picking(...labels: string[]): Pick<Ui, "pick"> {
  return {
    pick: (async <T>({ items, placeholder }: PickOptions<T>) => {
      const list = await items;
      const item = list.find(({ label }) => labels.some((start) => label.startsWith(start)));
      assert.ok(
        item,
        `${placeholder}: none of ${labels.join(", ")} among ${list.map(({ label }) => label).join(", ")}`,
      );
      return item.value;
    }) as Ui["pick"],
  };
}

/** For a reader that looks single objects' schemas up among no files. */
export const noFiles = { find: async () => ({ schema: null, files: 0 }) };

/** The link to the view of the panel in front. */
export async function copiedLink(api: TestApi): Promise<string> {
  let link = "";
  const replaced = api.replaceUi({
    copy: async (text) => {
      link = text;
    },
    info: async () => undefined,
  });
  try {
    await api.ctx.messages.copyLink();
  } finally {
    replaced.dispose();
  }
  return link;
}

/** Opens a link as if it were pasted. */
export async function pasteLink(api: TestApi, link: string): Promise<void> {
  const replaced = api.replaceUi({
    input: async ({ validate }) => {
      assert.equal((await validate?.(link)) ?? null, null);
      return link;
    },
  });
  try {
    await vscode.commands.executeCommand(commands.openLink);
  } finally {
    replaced.dispose();
  }
}

/** What the panel in front shows, by exporting it as JSON Lines: a record an entry; and what was said about it. */
export async function shownRecords(api: TestApi): Promise<{ records: Record<string, unknown>[]; said: string }> {
  const folder = mkdtempSync(join(tmpdir(), "export-"));
  const target = join(folder, "shown.jsonl");
  let said = "";
  const replaced = api.replaceUi({
    ...picking("JSON Lines"),
    saveFile: async () => target,
    info: async (message) => {
      said = message;
      return undefined;
    },
  });
  try {
    await api.ctx.messages.exportShown();
    const lines = readFileSync(target, "utf8").split("\n");
    return { records: lines.filter((line) => line !== "").map((line) => JSON.parse(line)), said };
  } finally {
    replaced.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** Waits until the panel in front shows so many messages. */
export async function showsMessages(api: TestApi, count: number): Promise<void> {
  let last: unknown = "nothing";
  await until(`the panel shows ${count} messages`, async () => {
    try {
      last = (await shownRecords(api)).records.length;
    } catch (error) {
      // nothing was read so far
      last = error;
    }
    return last === count;
  }).catch((error) => {
    throw new Error(`${(error as Error).message}; at last: ${String(last)}`);
  });
}
