import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import * as vscode from "vscode";
import { commands, panels } from "../../src/ids.ts";
import { testApi } from "./support/api.ts";

interface Metafile {
  outputs: Record<
    string,
    { bytes: number; inputs: Record<string, unknown>; imports: { path: string; kind: string; external?: boolean }[] }
  >;
}

/** What the entry loads before it runs: itself and its static imports, by the metafile that the build wrote. */
function loadedAtActivation(): { bytes: number; inputs: string[] } {
  const root = vscode.extensions.getExtension("kafka-workbench.kafka-workbench")?.extensionPath ?? "";
  const { outputs } = JSON.parse(readFileSync(join(root, "out", "meta-extension.json"), "utf8")) as Metafile;
  const seen = new Set<string>();
  const walk = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { path, kind, external } of outputs[file]?.imports ?? [])
      if (kind === "import-statement" && !external) walk(path);
  };
  walk("dist/extension.js");
  const loaded = [...seen].map((file) => outputs[file]!);
  return {
    bytes: loaded.reduce((sum, { bytes }) => sum + bytes, 0),
    inputs: loaded.flatMap(({ inputs }) => Object.keys(inputs)),
  };
}

describe("Activation", () => {
  it("takes at most 50 ms", async () => {
    const { activationMs } = await testApi();
    assert.ok(activationMs <= 50, `${activationMs.toFixed(1)} ms`);
  });

  it("loads at most 150 kB, and nothing of Kafka, schemas, languages, panels, local clusters or commands", () => {
    const { bytes, inputs } = loadedAtActivation();
    assert.ok(inputs.some((input) => input.endsWith("src/extension.ts")));
    assert.ok(bytes <= 150_000, `${bytes} bytes`);
    const heavy = /node_modules|src\/(kafka|schema|reader|panels|local|localClusters|commands|language)\b/;
    assert.deepEqual(
      inputs.filter((input) => heavy.test(input)),
      [],
    );
  });

  it("registers every command", async () => {
    await testApi();
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.values(commands).filter((id) => !registered.has(id)),
      [],
    );
  });

  it("takes panels back after a reload: nobody else can serialize them", async () => {
    await testApi();
    // VS Code takes one serializer per kind of panel, and says so for a second one
    assert.throws(() => {
      vscode.window.registerWebviewPanelSerializer(panels.messages, { deserializeWebviewPanel: async () => {} });
    }, /already registered/);
  });

  it("takes links that the system hands to the window: nobody else can", async () => {
    await testApi();
    assert.throws(() => vscode.window.registerUriHandler({ handleUri: () => {} }), /already registered/);
  });
});
