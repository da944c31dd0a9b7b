import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

const root = join(import.meta.dirname, "../..");

/** What the linter says of a file that would stand at `path`. */
const lint = (path: string, code: string) =>
  spawnSync(
    process.execPath,
    [
      join(root, "node_modules/@biomejs/biome/bin/biome"),
      "lint",
      "--only=style/noRestrictedImports",
      `--stdin-file-path=${path}`,
    ],
    { cwd: root, input: code, encoding: "utf8" },
  );

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
  for (const [path, specifier] of refused) {
    it(`${specifier} in ${path}`, () => {
      const { status, stdout, stderr } = lint(path, `import { x } from "${specifier}";\nexport const y = x;\n`);
      assert.match(stdout + stderr, /ARCHITECTURE\.md/);
      assert.notEqual(status, 0);
    });
  }

  it("and lets through what is allowed", () => {
    const { status, stdout, stderr } = lint(
      "webview/messages/x.ts",
      'import { x } from "../../src/shared/rpc.ts";\nexport const y = x;\n',
    );
    assert.equal(status, 0, stdout + stderr);
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
