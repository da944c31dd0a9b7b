import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as vscode from "vscode";
import type { TreeNode } from "../../../src/explorer/node.ts";
import type { TestApi } from "../../../src/testApi.ts";
import type { Stack } from "../../harness/stack.ts";

/** What the running extension gives to tests. */
export async function testApi(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi>("kafka-workbench.kafka-workbench");
  assert.ok(extension, "the extension is not installed");
  return extension.activate();
}

/** The brokers to test against: the runner starts them (test/harness/testRun.ts). */
export function stack(): Stack {
  const file = process.env["KW_STACK"];
  assert.ok(file, "KW_STACK must name the file that describes the brokers");
  return JSON.parse(readFileSync(file, "utf8")) as Stack;
}

/** Stores a connection for one test; `remove` takes it away again. */
export async function storedConnection(
  api: TestApi,
  name: string,
  bootstrap: string,
): Promise<{ id: string; remove(): Promise<void> }> {
  const id = `test-${name}-${Date.now()}`;
  await api.ctx.connections.save({ id, name, bootstrapServers: [bootstrap], tls: null, sasl: null, registry: null });
  return { id, remove: () => api.ctx.connections.remove(id) };
}

/** What a line of the tree shows: "label|description". */
export function line(api: TestApi, node: TreeNode): string {
  const { label, description } = api.explorer.getTreeItem(node);
  const text = typeof label === "string" ? label : label?.label;
  return description ? `${text}|${description}` : `${text}`;
}

/** The node at a path of labels below the top. */
export async function at(api: TestApi, ...labels: string[]): Promise<TreeNode> {
  let node: TreeNode | undefined;
  for (const label of labels) {
    const children: TreeNode[] = await api.explorer.getChildren(node);
    const next = children.find((child) => line(api, child).split("|")[0] === label);
    assert.ok(next, `no line ${label} among ${children.map((child) => line(api, child)).join("; ")}`);
    node = next;
  }
  assert.ok(node);
  return node;
}

/** What stands below a path of labels. */
export async function linesAt(api: TestApi, ...labels: string[]): Promise<string[]> {
  const children = await api.explorer.getChildren(await at(api, ...labels));
  return children.map((child) => line(api, child));
}
