import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { languageIds } from "../../src/ids.ts";
import { testApi } from "./support/api.ts";
import { until } from "./support/messages.ts";

const order = `{
  "type": "record",
  "name": "Order",
  "namespace": "shop",
  "doc": "An *order* of [a customer](command:evil).",
  "fields": [
    { "name": "id", "type": "long" },
    { "name": "total", "type": "dezimal" },
    { "name": "parent", "type": ["null", "Order"], "default": null }
  ]
}
`;

describe("Avro schema files", () => {
  const folder = mkdtempSync(join(tmpdir(), "avsc-"));
  let files = 0;
  before(testApi);
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

  async function opened(text: string): Promise<vscode.TextDocument> {
    const file = join(folder, `schema${++files}.avsc`);
    writeFileSync(file, text);
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    return document;
  }
  const problems = ({ uri }: vscode.TextDocument) =>
    vscode.languages.getDiagnostics(uri).map(({ range, message, severity, source }) => ({
      line: range.start.line,
      message,
      severity,
      source,
    }));
  const after_ = (document: vscode.TextDocument, text: string, plus = 0) =>
    document.positionAt(document.getText().indexOf(text) + text.length + plus);
  async function edit(document: vscode.TextDocument, from: string, to: string): Promise<void> {
    const at = document.getText().indexOf(from);
    const change = new vscode.WorkspaceEdit();
    const range = new vscode.Range(document.positionAt(at), document.positionAt(at + from.length));
    change.replace(document.uri, range, to);
    assert.ok(at >= 0 && (await vscode.workspace.applyEdit(change)));
  }

  it("have a language of their own, and their problems at their place until they are corrected", async () => {
    const document = await opened(order);
    assert.equal(document.languageId, languageIds.avroSchema);
    await until("the unknown type is found", () => problems(document).length > 0);
    const [problem, ...others] = problems(document);
    assert.deepEqual(others, []);
    assert.equal(problem?.line, 7);
    assert.match(problem?.message ?? "", /dezimal/);
    assert.deepEqual([problem?.severity, problem?.source], [vscode.DiagnosticSeverity.Error, "Avro"]);
    await edit(document, "dezimal", "double");
    await until("nothing is wrong any more", () => problems(document).length === 0);
  });

  it("say what a type and an attribute mean, with nothing of the file taken for markup", async () => {
    const document = await opened(order);
    const hover = async (text: string): Promise<vscode.MarkdownString> => {
      const found = await vscode.commands.executeCommand<vscode.Hover[]>(
        "vscode.executeHoverProvider",
        document.uri,
        after_(document, text, -2),
      );
      const said = found.flatMap(({ contents }) => contents as vscode.MarkdownString[]);
      assert.equal(said.length, 1, text);
      return said[0]!;
    };
    assert.match((await hover('"long"')).value, /\*\*long\*\*[\s\S]*64 bits/);
    const named = await hover('"null", "Order"');
    assert.ok(named.value.includes("shop"), named.value);
    assert.ok(!named.value.includes("[a customer](command:evil)"), named.value);
    assert.ok(!named.isTrusted);
  });

  it("offer types, those of the file among them, and attributes that are missing", async () => {
    const document = await opened(order);
    const offered = async (position: vscode.Position) =>
      (
        await vscode.commands.executeCommand<vscode.CompletionList>(
          "vscode.executeCompletionItemProvider",
          document.uri,
          position,
        )
      ).items.map(({ label }) => (typeof label === "string" ? label : label.label));
    const types = await offered(after_(document, '"dezi'));
    for (const name of ["long", "string", "Order"]) assert.ok(types.includes(name), `${name}: ${types.join()}`);
    await edit(document, '"type": "long" }', '"type": "long", "" }');
    const attributes = await offered(after_(document, '"type": "long", "'));
    assert.ok(attributes.includes("default") && attributes.includes("doc"), attributes.join());
    assert.ok(!attributes.includes("type"), attributes.join());
  });

  it("may use the types that other files of the workspace define, for as long as these are there", async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const other = vscode.Uri.joinPath(folder, "address.avsc");
    const text = '{ "type": "record", "name": "Address", "namespace": "shop", "fields": [] }';
    const document = await opened(order.replace("dezimal", "shop.Address"));
    await until("the type is not known", () => problems(document).length === 1);
    await vscode.workspace.fs.writeFile(other, Buffer.from(text));
    try {
      await until("the other file is seen", () => problems(document).length === 0);
    } finally {
      await vscode.workspace.fs.delete(other);
    }
    await until("the type is not known any more", () => problems(document).length === 1);
  });

  it("are not checked beyond a length, and say so", async () => {
    const document = await opened(`{"type": "string", "doc": "${"x".repeat(1_000_001)}"}`);
    await until("it is said", () => problems(document).length > 0);
    assert.match(problems(document)[0]?.message ?? "", /not checked/);
  });
});
