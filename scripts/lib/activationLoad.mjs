import { readFileSync } from "node:fs";

/**
 * What VS Code loads when it activates the extension: the entry and every chunk that it imports statically, from esbuild's metafile.
 * Dynamic imports are left out: they load on first use.
 *
 * @param {URL} metafile
 * @returns {{ bytes: number, files: { name: string, bytes: number }[], inputs: { name: string, bytes: number }[] }} sizes in bytes, largest first
 */
export function activationLoad(metafile) {
  const { outputs } = JSON.parse(readFileSync(metafile, "utf8"));
  const seen = new Set();
  const visit = (name) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const i of outputs[name].imports) if (i.kind === "import-statement" && !i.external) visit(i.path);
  };
  visit("dist/extension.js");
  const bySize = (a, b) => b.bytes - a.bytes;
  const files = [...seen].map((name) => ({ name, bytes: outputs[name].bytes })).sort(bySize);
  const inputs = [...seen]
    .flatMap((name) => Object.entries(outputs[name].inputs))
    .map(([name, { bytesInOutput }]) => ({ name, bytes: bytesInOutput }))
    .sort(bySize);
  return { bytes: files.reduce((n, f) => n + f.bytes, 0), files, inputs };
}
