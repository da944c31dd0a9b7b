// Builds what ships: the extension host (small entry, chunks loaded on first use), the reader worker, one bundle per webview.
//   node esbuild.mjs [--watch] [--dev]
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { context } from "esbuild";

const watch = process.argv.includes("--watch");
const dev = watch || process.argv.includes("--dev");

const common = {
  bundle: true,
  minify: !dev,
  sourcemap: dev ? "linked" : false,
  metafile: true,
  logLevel: "info",
  legalComments: "none",
};
// kafkajs is CommonJS: inside an ES module it needs a `require` of its own for Node's modules
const node = {
  ...common,
  platform: "node",
  format: "esm",
  target: "node22",
  banner: { js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);' },
};

const builds = {
  extension: {
    ...node,
    entryPoints: { extension: "src/extension.ts" },
    outdir: "dist",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    external: ["vscode"],
  },
  reader: { ...node, entryPoints: { readerWorker: "src/reader/worker.ts" }, outdir: "dist" },
  webview: {
    ...common,
    platform: "browser",
    format: "iife",
    target: "chrome132",
    entryPoints: { messages: "webview/messages/main.ts" },
    outdir: "dist/webview",
    loader: { ".css": "css" },
  },
};

await rm("dist", { recursive: true, force: true });
await mkdir("dist/webview", { recursive: true });
for (const file of ["codicon.css", "codicon.ttf"]) {
  await copyFile(`node_modules/@vscode/codicons/dist/${file}`, `dist/webview/${file}`);
}
// the reader loads it from beside its bundle (src/kafka/log/wasmCodecs.ts)
await copyFile("node_modules/@platformatic/wasm-utils/dist/native.wasm", "dist/native.wasm");
await mkdir("out", { recursive: true });
for (const [name, options] of Object.entries(builds)) {
  const build = await context(options);
  if (watch) await build.watch();
  else {
    const { metafile } = await build.rebuild();
    await writeFile(`out/meta-${name}.json`, JSON.stringify(metafile));
    await build.dispose();
  }
}
