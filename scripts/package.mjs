// Makes the one universal VSIX and says what it weighs and what activation loads. Fails above the budgets.
//   node scripts/package.mjs [OUT.vsix]
import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { activationLoad } from "./lib/activationLoad.mjs";
import { notices } from "./lib/notices.mjs";

const MAX_VSIX = 2_000_000;
const MAX_ACTIVATION = 150_000;

const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const vsix = process.argv[2] ?? `out/${manifest.name}-${manifest.version}.vsix`;
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

execFileSync(process.execPath, ["esbuild.mjs"], { cwd: root, stdio: "inherit" });
writeFileSync(
  new URL("../dist/THIRD-PARTY-NOTICES.txt", import.meta.url),
  notices(
    ["extension", "reader", "webview"].map((name) => new URL(`../out/meta-${name}.json`, import.meta.url)),
    // copied beside the bundles
    ["@vscode/codicons", "@platformatic/wasm-utils"],
  ),
);
execFileSync(
  process.execPath,
  // no dependencies: everything is in the bundles
  ["node_modules/@vscode/vsce/vsce", "package", "--no-dependencies", "--no-rewrite-relative-links", "--out", vsix],
  { cwd: root, stdio: "inherit" },
);

const size = statSync(new URL(`../${vsix}`, import.meta.url)).size;
const load = activationLoad(new URL("../out/meta-extension.json", import.meta.url));
console.log(`\n${vsix}: ${kB(size)} (budget ${kB(MAX_VSIX)})`);
console.log(`activate loads ${kB(load.bytes)} (budget ${kB(MAX_ACTIVATION)}):`);
for (const file of load.files) console.log(`  ${kB(file.bytes).padStart(10)}  ${file.name}`);
for (const input of load.inputs.slice(0, 12)) console.log(`    ${kB(input.bytes).padStart(10)}  ${input.name}`);
if (size > MAX_VSIX || load.bytes > MAX_ACTIVATION) {
  console.error("Over budget.");
  process.exitCode = 1;
}
