import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, projectFolder } from "../../harness/vscode.ts";

/** What the page's stand-in for the host was asked to do (test/e2e/page/fakeHost.ts). */
export interface FakeLog {
  copied: string[];
  asked: [method: string, ...args: unknown[]][];
}

/** Serves the webview alone, over a made-up engine, to a browser. */
export class WebviewPages {
  /** errors of all pages, also those of the content security policy */
  readonly problems: string[] = [];
  private readonly browser: Browser;
  private readonly server: Server;

  private constructor(browser: Browser, server: Server) {
    this.browser = browser;
    this.server = server;
  }

  static async start(): Promise<WebviewPages> {
    const files = await bundle();
    const server = createServer((request, response) => {
      const name = new URL(request.url ?? "/", "http://page").pathname.slice(1) || "index.html";
      const file = files.get(name);
      if (file === undefined) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { "content-type": types[name.split(".").pop() ?? ""] ?? "text/plain" }).end(file);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return new WebviewPages(await launchBrowser(), server);
  }

  async open(query: string, viewport = { width: 1300, height: 800 }): Promise<Page> {
    const page = await this.browser.newPage({ viewport });
    page.on("pageerror", (error) => this.problems.push(error.message));
    page.on("console", (message) => message.type() === "error" && this.problems.push(message.text()));
    await page.goto(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}/?${query}`);
    await page.getByRole("grid").waitFor();
    return page;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}

export const fakeLog = (page: Page): Promise<FakeLog> =>
  page.evaluate("JSON.parse(JSON.stringify(window.fake.log))") as Promise<FakeLog>;

/** Keeps a picture of the page beside the other suites' pictures. Themes: see page/theme.css. */
export async function picture(
  page: Page,
  name: string,
  theme: "dark" | "light" | "high-contrast" = "dark",
): Promise<void> {
  await page.evaluate(`document.body.className = "vscode-${theme}"`);
  const folder = join(projectFolder, "out", "screenshots");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

const types: Record<string, string> = { html: "text/html", js: "text/javascript", css: "text/css", ttf: "font/ttf" };

/** name → content of all that the page loads */
async function bundle(): Promise<Map<string, Uint8Array | string>> {
  const page = join(projectFolder, "test", "e2e", "page");
  const { outputFiles } = await build({
    entryPoints: {
      messages: join(projectFolder, "webview", "messages", "main.ts"),
      fakeHost: join(page, "fakeHost.ts"),
    },
    bundle: true,
    write: false,
    format: "iife",
    target: "chrome132",
    outdir: "/",
    logLevel: "error",
  });
  const files = new Map<string, Uint8Array | string>(
    outputFiles.map((file) => [file.path.split(/[\\/]/).pop() ?? "", file.contents]),
  );
  for (const name of ["index.html", "theme.css"]) files.set(name, await readFile(join(page, name)));
  files.set("favicon.ico", "");
  for (const name of ["codicon.css", "codicon.ttf"])
    files.set(name, await readFile(join(projectFolder, "node_modules", "@vscode", "codicons", "dist", name)));
  return files;
}
