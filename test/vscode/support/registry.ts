import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import type { PickOptions, Ui } from "../../../src/platform/ui.ts";
import type { TestApi } from "../../../src/testApi.ts";
import { until } from "./messages.ts";

/** A record with these fields, as Avro's JSON on one line. */
export const record = (...fields: object[]): string =>
  JSON.stringify({ type: "record", name: "Order", namespace: "shop", fields });

export const id = { name: "id", type: "string" };
export const total = { name: "total", type: "double" };

/** Stores a connection with a registry for one test; `remove` takes it away again. */
export async function registryConnection(
  api: TestApi,
  name: string,
  bootstrap: string,
  url: string,
): Promise<{ id: string; remove(): Promise<void> }> {
  const connectionId = `test-${name}-${Date.now()}`;
  await api.ctx.connections.save({
    id: connectionId,
    name,
    bootstrapServers: [bootstrap],
    tls: null,
    sasl: null,
    registry: { kind: "confluent", urls: [url], signIn: { kind: "none" }, tls: null },
  });
  return { id: connectionId, remove: () => api.ctx.connections.remove(connectionId) };
}

/** What the user was told and asked, and the answers in their place. */
export interface Answers {
  /** the beginnings of the labels to pick, in order; what is not there is typed */
  picks?: string[];
  confirm?: boolean;
  inputs?: string[];
}

/** Runs a command with answers, and gives what was said: "info: …", "warn: …", "error: …", "confirm: …", "pick: …". */
export async function run(api: TestApi, answers: Answers, command: string, target?: unknown): Promise<string[]> {
  const said: string[] = [];
  const tell = (kind: string) => async (message: string) => {
    said.push(`${kind}: ${message}`);
    return undefined;
  };
  const replaced = api.replaceUi({
    info: tell("info"),
    warn: tell("warn"),
    error: tell("error"),
    confirm: async ({ message, detail }) => {
      said.push(`confirm: ${message}\n${detail}`);
      return answers.confirm ?? false;
    },
    input: async ({ prompt, validate }) => {
      const answer = answers.inputs?.shift();
      assert.ok(answer !== undefined, `no answer to ${prompt}`);
      assert.equal((await validate?.(answer)) ?? null, null);
      return answer;
    },
    pick: (async <T>({ placeholder, items, typed }: PickOptions<T>) => {
      said.push(`pick: ${placeholder}`);
      const wanted = answers.picks?.shift();
      assert.ok(wanted !== undefined, `no answer to ${placeholder}`);
      const list = await items;
      const item = list.find(({ label }) => label === wanted) ?? typed?.(wanted);
      assert.ok(item, `${wanted} is not among ${list.map(({ label }) => label).join("; ")}`);
      return item.value;
    }) as Ui["pick"],
    progress: (_, task) => task(new AbortController().signal, () => undefined),
    copy: async (text) => void said.push(`copied: ${text}`),
  });
  try {
    await vscode.commands.executeCommand(command, target);
    // what is said after the command's end
    await delay(20);
  } finally {
    replaced.dispose();
  }
  return said;
}

/** Replaces all of the text in the editor in front. */
export async function retype(text: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  assert.ok(editor, "no editor is open");
  const all = new vscode.Range(0, 0, editor.document.lineCount, 0);
  assert.ok(await editor.edit((edit) => edit.replace(all, text)));
}

/** Opens a text as an untitled document. */
export async function openText(text: string, language = "json"): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument({ content: text, language });
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

/** The registry's complaints about the document in front: "line:column message". */
export function complaints(): { at: string; message: string; under: string }[] {
  const document = vscode.window.activeTextEditor?.document;
  assert.ok(document, "no editor is open");
  return vscode.languages
    .getDiagnostics(document.uri)
    .filter(({ source }) => source === "schema registry")
    .map(({ range, message }) => ({
      at: `${range.start.line}:${range.start.character}`,
      message,
      under: document.getText(range),
    }));
}

export async function closeEditors(): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  for (const { tabs } of vscode.window.tabGroups.all)
    for (const tab of tabs) {
      if (!tab.isDirty) continue;
      await vscode.window.showTextDocument((tab.input as vscode.TabInputText).uri);
      await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    }
  await vscode.commands.executeCommand("workbench.action.closeAllEditors");
  // the next one gets the same name: until it is gone, it is that one
  await until("untitled documents are closed", () => vscode.workspace.textDocuments.every((one) => !one.isUntitled));
}

/** The tab in front: its label, and which schemes its texts are of. */
export function tabInFront(): { label: string; uris: vscode.Uri[] } {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  const input = tab?.input;
  const uris =
    input instanceof vscode.TabInputTextDiff
      ? [input.original, input.modified]
      : input instanceof vscode.TabInputText
        ? [input.uri]
        : [];
  return { label: tab?.label ?? "", uris };
}
