import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { temporaryFolder } from "./process.ts";
import { ensureBrowser } from "./tools.ts";
import { type ServerOptions, startVSCodeServer, type VSCodeServer } from "./vscodeServer.ts";

export const projectFolder = join(import.meta.dirname, "..", "..");
const screenshots = join(projectFolder, "out", "screenshots");

export type Theme = "light" | "dark" | "high-contrast" | "high-contrast-light";

const themes: Record<Theme, string> = {
  light: "Light Modern",
  dark: "Dark Modern",
  "high-contrast": "Default High Contrast",
  "high-contrast-light": "Default High Contrast Light",
};

export interface OpenOptions extends Omit<ServerOptions, "vsix"> {
  /** the extension under development: a folder that holds package.json and a built dist (`npm run build`) */
  extensionPath?: string;
  /** or a package to install */
  vsix?: string;
  /** the folder to open; default an empty temporary one */
  workspace?: string;
  /** default dark */
  theme?: Theme;
  /** default 1400 × 900 */
  viewport?: { width: number; height: number };
  /** a CommonJS module with `run()`, executed in the extension host (see hostTests.ts) */
  testsPath?: string;
  /** default: wait until the extension's icon is in the activity bar */
  waitForExtension?: boolean;
}

interface ConsoleProblem {
  text: string;
  /** empty for what a webview's own script logs */
  url: string;
}

export interface OpenedVSCode {
  readonly page: Page;
  readonly browser: Browser;
  readonly server: VSCodeServer;
  readonly url: string;
  readonly workspace: string;
  /** errors of the page's and the webviews' consoles so far, uncaught exceptions among them, without VS Code's own */
  readonly problems: ConsoleProblem[];
  /** Saves out/screenshots/NAME.png and gives its path. */
  screenshot(name: string): Promise<string>;
  /** Runs a command of the command palette by its title, e.g. "Kafka: Add Connection…". */
  runCommand(title: string): Promise<void>;
  /** Opens the extension's view by its icon in the activity bar, e.g. "Kafka". */
  openView(title: string): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * A real VS Code in a real browser, with the extension: resolves when the workbench is there and the extension's icon with it.
 * Everything is temporary; call `dispose` at the end (a run that crashes is cleaned up after all the same).
 */
export async function openVSCode(options: OpenOptions = {}): Promise<OpenedVSCode> {
  const [server, browser] = await together(
    startVSCodeServer({
      ...options,
      vsix: options.vsix ? [options.vsix] : [],
      settings: {
        "workbench.colorTheme": themes[options.theme ?? "dark"],
        "window.autoDetectHighContrast": false,
        ...options.settings,
      },
    }),
    launchBrowser(),
  );
  const workspace = options.workspace ? null : temporaryFolder("workspace");
  const opened = options.workspace ?? workspace!.path;
  const dispose = async () => {
    await browser.close();
    await server.stop();
    workspace?.remove();
  };
  try {
    const page = await browser.newPage({ viewport: options.viewport ?? { width: 1400, height: 900 } });
    const problems = collectProblems(page, options.extensionPath);
    const development = options.extensionPath
      ? { extensionPath: options.extensionPath, testsPath: options.testsPath }
      : undefined;
    const url = server.url(opened, development);
    await page.goto(url);
    await page.getByRole("tablist", { name: "Active View Switcher" }).waitFor({ timeout: 60_000 });
    if (options.extensionPath && (options.waitForExtension ?? true)) {
      for (const title of viewContainerTitles(options.extensionPath))
        await activityIcon(page, title).waitFor({ timeout: 60_000 });
    }
    return {
      page,
      browser,
      server,
      url,
      workspace: opened,
      problems,
      dispose,
      async screenshot(name) {
        mkdirSync(screenshots, { recursive: true });
        const path = join(screenshots, `${name}.png`);
        await page.screenshot({ path });
        return path;
      },
      async runCommand(title) {
        const input = page.locator(".quick-input-widget .quick-input-box input");
        const option = page.getByRole("option", { name: title }).first();
        // a workbench that is still busy may close the list, or draw it anew, under one's hands
        for (let tries = 1; ; tries++) {
          await page.keyboard.press("F1");
          await input.fill(`>${title}`);
          const isThere = await option.waitFor({ timeout: 8000 }).then(
            () => true,
            () => false,
          );
          if (isThere) break;
          if (tries === 5) throw new Error(`The command palette does not list "${title}".`);
          await page.keyboard.press("Escape");
        }
        await option.click();
      },
      async openView(title) {
        const icon = activityIcon(page, title);
        if ((await icon.getAttribute("aria-selected")) !== "true") await icon.click();
        await page.getByRole("heading", { name: title }).first().waitFor();
      },
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Headless Chromium with the flags that it needs in a container. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await ensureBrowser(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // nothing here needs anything from elsewhere, and what VS Code asks for on its own must not make a test wait
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    ],
  });
}

const activityIcon = (page: Page, title: string) =>
  page.getByRole("tablist", { name: "Active View Switcher" }).getByRole("tab", { name: title });

/** The titles of the extension's activity-bar icons, as its manifest and package.nls.json give them. */
function viewContainerTitles(extensionPath: string): string[] {
  const manifest = JSON.parse(readFileSync(join(extensionPath, "package.json"), "utf8")) as {
    contributes?: { viewsContainers?: { activitybar?: { title: string }[] } };
  };
  const texts = JSON.parse(readFileSync(join(extensionPath, "package.nls.json"), "utf8")) as Record<string, string>;
  return (manifest.contributes?.viewsContainers?.activitybar ?? []).map(
    ({ title }) => texts[title.replace(/^%|%$/g, "")] ?? title,
  );
}

function collectProblems(page: Page, extensionPath: string | undefined): ConsoleProblem[] {
  const problems: ConsoleProblem[] = [];
  page.on("console", (message) => {
    const { url } = message.location();
    const text = message.text();
    if (message.type() === "error" && !isVSCodesOwn(text, url, extensionPath)) problems.push({ text, url });
  });
  page.on("pageerror", (error) => problems.push({ text: error.stack ?? error.message, url: page.url() }));
  return problems;
}

/**
 * What this VS Code complains about with or without the extension: native modules that were not compiled, its service worker, its
 * gallery. Its log lines (they begin with %c) count only when they name the extension's files.
 */
function isVSCodesOwn(text: string, url: string, extensionPath: string | undefined): boolean {
  if (text.startsWith("%c")) return !extensionPath || !text.includes(extensionPath);
  if (text.includes("received when fetching the script")) return true;
  return text.startsWith("Failed to load resource") && !/webview|vscode-resource/.test(url);
}

/** Both, or neither: when one fails the other one is closed. */
async function together(server: Promise<VSCodeServer>, browser: Promise<Browser>): Promise<[VSCodeServer, Browser]> {
  const [a, b] = await Promise.allSettled([server, browser]);
  if (a.status === "fulfilled" && b.status === "fulfilled") return [a.value, b.value];
  if (a.status === "fulfilled") await a.value.stop();
  if (b.status === "fulfilled") await b.value.close();
  throw a.status === "rejected" ? a.reason : (b as PromiseRejectedResult).reason;
}
