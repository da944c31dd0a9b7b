import { readdirSync, readFileSync } from "node:fs";

/**
 * The licences of everything that is bundled, as one text: what a package's licence asks to go with copies of it.
 *
 * @param {URL[]} metafiles esbuild's, which name every file that went into the bundles
 * @param {string[]} more packages that are shipped without being bundled
 * @returns {string}
 */
export function notices(metafiles, more) {
  const packages = new Set(more);
  for (const file of metafiles) {
    for (const input of Object.keys(JSON.parse(readFileSync(file, "utf8")).inputs)) {
      const found = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (found) packages.add(found[1]);
    }
  }
  const modules = new URL("../../node_modules/", import.meta.url);
  return [...packages]
    .sort()
    .map((name) => {
      const folder = new URL(`${name}/`, modules);
      const { version, license } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
      const texts = readdirSync(folder)
        .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
        .map((file) => readFileSync(new URL(file, folder), "utf8").trim());
      return [`${name} ${version} (${license})`, ...texts].join("\n\n");
    })
    .join(`\n\n${"-".repeat(78)}\n\n`)
    .concat("\n");
}
