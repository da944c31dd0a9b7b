import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  contributes: { configuration: { properties: Record<string, { default: unknown; markdownDescription: string }> } };
};
const nls = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")) as Record<string, string>;

describe("the README", () => {
  it("lists every setting as the manifest has it", () => {
    const listed = readme.split("\n").filter((line) => line.startsWith("| `kafkaWorkbench."));
    const expected = Object.entries(manifest.contributes.configuration.properties).map(
      ([id, { default: value, markdownDescription }]) =>
        `| \`${id}\` | \`${JSON.stringify(value)}\` | ${nls[markdownDescription.replaceAll("%", "")]} |`,
    );
    assert.deepEqual(listed, expected);
  });

  it("names only commands and files that exist", () => {
    const scripts = [...readme.matchAll(/npm run (?:-s )?([\w:]+)/g)].map((m) => m[1]!);
    assert.deepEqual(
      scripts.filter((s) => !(s in manifest.scripts)),
      [],
    );
    const files = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((m) => m[1]!);
    assert.deepEqual(
      files.filter((f) => !existsSync(join(root, f))),
      [],
    );
  });
});
