import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Frame, Page } from "playwright-core";

const axeFile = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

interface Violation {
  id: string;
  help: string;
  nodes: { html: string }[];
}

/**
 * What axe finds inaccessible in a page or frame: a line for each rule that is broken, with the first elements that break it.
 * @param without rules that are left out
 */
export async function violations(page: Page | Frame, without: readonly string[] = []): Promise<string[]> {
  // the page's content security policy keeps scripts of others out of it: this one comes in as the debugger's
  await page.evaluate(await readFile(axeFile, "utf8"));
  const rules = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]));
  const found = (await page.evaluate(
    `axe.run(document, { rules: ${JSON.stringify(rules)} }).then((result) => JSON.parse(JSON.stringify(result.violations)))`,
  )) as Violation[];
  return found.map(({ id, help, nodes }) => {
    const first = nodes.slice(0, 3).map(({ html }) => html.slice(0, 160));
    return `${id}: ${help}: ${first.join(" | ")}`;
  });
}
