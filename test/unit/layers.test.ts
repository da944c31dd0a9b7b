import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";

const root = join(import.meta.dirname, "../..");

/**
 * What the linter says of files that would stand at `paths`, each with one import: the files whose import it refuses. One run over a
 * temporary copy of the layout, with the project's own rules.
 */
function refusedBy(probes: readonly (readonly [path: string, specifier: string])[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "layers-"));
  try {
    const { vcs: _, ...config } = JSON.parse(readFileSync(join(root, "biome.json"), "utf8")) as Record<string, unknown>;
    writeFileSync(join(folder, "biome.json"), JSON.stringify(config));
    const named = probes.map(([path, specifier], i) => [path.replace("x.ts", `x${i}.ts`), specifier] as const);
    for (const [path, specifier] of named) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `import { x } from "${specifier}";\n\nexport const y = x;\n`);
    }
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        join(root, "node_modules/@biomejs/biome/bin/biome"),
        "lint",
        "--only=style/noRestrictedImports",
        "--max-diagnostics=none",
      ],
      { cwd: folder, encoding: "utf8" },
    );
    const found = [...(stdout + stderr).matchAll(/^(\S+\.ts):\d+:\d+ lint\/style\/noRestrictedImports/gm)].map((m) =>
      m[1]!.replaceAll("\\", "/"),
    );
    return named.flatMap(([path], i) => (found.includes(path) ? [probes[i]!.join(" ← ")] : []));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map((f) => f.replaceAll("\\", "/"))
  .filter((f) => f.endsWith(".ts"))
  .map((file) => ({ file, text: readFileSync(join(root, "src", file), "utf8") }));

describe("the linter refuses", () => {
  const refused: [path: string, specifier: string][] = [
    ["src/kafka/x.ts", "vscode"],
    ["src/kafka/x.ts", "../platform/log.ts"],
    ["src/schema/x.ts", "kafkajs"],
    ["src/reader/x.ts", "kafkajs/src/protocol/encoder.js"],
    ["src/local/x.ts", "vscode"],
    ["src/shared/x.ts", "../ids.ts"],
    ["src/shared/x.ts", "node:fs"],
    ["src/explorer/x.ts", "kafkajs"],
    ["src/commands/x.ts", "./other.ts"],
    ["webview/messages/x.ts", "../../src/kafka/api.ts"],
    ["webview/messages/x.ts", "@vscode/webview-ui-toolkit"],
  ];
  const allowed: [path: string, specifier: string][] = [
    ["webview/messages/x.ts", "../../src/shared/rpc.ts"],
    ["src/kafka/x.ts", "kafkajs"],
    ["src/reader/x.ts", "../kafka/cluster.ts"],
    ["src/explorer/x.ts", "vscode"],
  ];

  it("what crosses a layer, and lets through what does not", () => {
    assert.deepEqual(
      refusedBy([...refused, ...allowed]),
      refused.map((probe) => probe.join(" ← ")),
    );
  });
});

describe("one place for each thing", () => {
  const outside = (allowed: RegExp, pattern: RegExp) =>
    sources.filter((s) => !allowed.test(s.file) && pattern.test(s.text)).map((s) => s.file);

  it("only platform/settings.ts reads the configuration", () => {
    assert.deepEqual(outside(/^platform\/settings\.ts$/, /\bgetConfiguration\b/), []);
  });

  it("ids are written in ids.ts only", () => {
    assert.deepEqual(outside(/^ids\.ts$/, /["']kafkaWorkbench\./), []);
  });

  it("kafkajs is imported in src/kafka only", () => {
    assert.deepEqual(outside(/^kafka\//, /from "kafkajs|require\("kafkajs/), []);
  });
});
