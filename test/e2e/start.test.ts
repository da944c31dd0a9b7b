/** `npm start`, as a person runs it: from the command to the demo topics in VS Code, a second start beside it, and Ctrl-C. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import { isFree } from "../harness/ports.ts";
import { temporaryFolder, unwatch, watch } from "../harness/process.ts";
import { launchBrowser, projectFolder } from "../harness/vscode.ts";
import { MessagesPage } from "./support/messagesPanel.ts";

describe("npm start", { timeout: 240_000 }, () => {
  const folder = temporaryFolder("demo");
  const starts: RunningStart[] = [];
  let browser: Browser | undefined;
  let page: Page;

  after(async () => {
    await browser?.close();
    for (const start of starts) start.end("SIGKILL");
    await Promise.all(starts.map((start) => start.ended));
    folder.remove();
  });

  it("brings up a cluster with data and prints the address of a VS Code that shows it", async () => {
    starts.push(runStart(folder.path));
    const url = await starts[0]!.url();
    assert.match(starts[0]!.output(), /payments: 3,000 Avro messages/);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
    await page.goto(url);
    await page.getByRole("tablist", { name: "Active View Switcher" }).getByRole("tab", { name: "Kafka" }).click();
    const tree = page.getByRole("tree", { name: /Kafka/ });
    await tree.getByRole("treeitem", { name: /Demo shop/ }).waitFor({ timeout: 60_000 });
    await open(tree.getByRole("treeitem", { name: /Demo shop/ }));
    await open(tree.getByRole("treeitem", { name: /^Topics/ }));
    for (const topic of ["orders", "payments", "shipments", "app-logs", "customers"]) {
      await tree.getByRole("treeitem", { name: new RegExp(`^Topic ${topic},`) }).waitFor({ timeout: 30_000 });
    }
  });

  it("shows the demo's messages decoded, and takes a new one", async () => {
    const panel = await MessagesPage.open({ page, openView: async () => {} }, "Demo shop", "payments");
    await panel.kept("200");
    // the newest of all is one that cannot be decoded
    await panel.row('"paymentId"').nth(8).click();
    await panel.detail.getByText("payments-value v2").waitFor();
    await panel.detail.getByRole("tabpanel", { name: "Value" }).getByText('"amount": "').waitFor();
    mkdirSync(join(projectFolder, "out", "screenshots"), { recursive: true });
    // the README's picture is this one
    await page.screenshot({ path: join(projectFolder, "out", "screenshots", "demo.png") });

    await panel.button("Produce").click();
    const { produce } = panel;
    await produce.getByRole("textbox", { name: "Key", exact: true }).fill("from npm start");
    const value = produce.getByRole("textbox", { name: "Value", exact: true });
    await produce.getByRole("button", { name: "Insert an example value" }).click();
    assert.match(await value.inputValue(), /"paymentId"/);
    await produce.getByRole("button", { name: "Send", exact: true }).click();
    await produce.getByText(/Sent to partition \d at offset/).waitFor();
    await panel.row("from npm start").waitFor();
    await page.screenshot({ path: join(projectFolder, "out", "screenshots", "demo-produced.png") });
  });

  it("uses what is running when it is started a second time", async () => {
    starts.push(runStart(folder.path));
    await starts[1]!.url();
    assert.match(starts[1]!.output(), /it was running already/);
    assert.match(starts[1]!.output(), /the demo data are there already/);
    await starts[1]!.interrupt();
    assert.equal(await isFree(kafkaPort(folder.path)), false, "the first start's Kafka was stopped by the second");
  });

  it("stops everything on Ctrl-C", async () => {
    const port = kafkaPort(folder.path);
    await starts[0]!.interrupt();
    assert.equal(await isFree(port), true, "Kafka still listens");
    assert.match(starts[0]!.output(), /✔ Stopping ZooKeeper, Kafka and the schema registry/);
  });
});

/** Opens a node of the tree, as a person does: selects it, and presses the right arrow. */
async function open(item: import("playwright-core").Locator): Promise<void> {
  await item.waitFor({ timeout: 60_000 });
  if ((await item.getAttribute("aria-expanded")) === "true") return;
  await item.click();
  if ((await item.getAttribute("aria-expanded")) !== "true") await item.press("ArrowRight");
}

function kafkaPort(folder: string): number {
  const file = join(folder, "workspace", ".vscode", "settings.json");
  const settings = JSON.parse(readFileSync(file, "utf8")) as Record<string, { bootstrapServers: string }[]>;
  return Number(settings["kafkaWorkbench.connections"]![0]!.bootstrapServers.split(":")[1]);
}

interface RunningStart {
  output(): string;
  ended: Promise<unknown>;
  /** the address it prints, when it is ready */
  url(): Promise<string>;
  /** Ctrl-C; resolves when it has ended */
  interrupt(): Promise<void>;
  end(signal: NodeJS.Signals): void;
}

function runStart(folder: string): RunningStart {
  // without DOCKER_HOST's engine: this is about the command, and the JVM is there in any case
  const child: ChildProcess = spawn(process.execPath, [join(projectFolder, "scripts", "start.mjs"), "--server"], {
    cwd: projectFolder,
    env: { ...process.env, KW_DEMO_FOLDER: folder, DOCKER_HOST: "unix:///nonexistent/docker.sock" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  watch(child.pid!, "SIGKILL");
  let output = "";
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  let exited = false;
  const ended = once(child, "exit").then(() => {
    exited = true;
    unwatch(child.pid!);
  });
  const end = (signal: NodeJS.Signals) => {
    if (!exited) process.kill(-child.pid!, signal);
  };
  return {
    output: () => output,
    ended,
    end,
    async url() {
      for (;;) {
        const url = /^http:\/\/127\.0\.0\.1\S+$/m.exec(output)?.[0];
        if (url) return url;
        assert.ok(!exited, `npm start ended:\n${output}`);
        await delay(100);
      }
    },
    async interrupt() {
      end("SIGINT");
      await ended;
    },
  };
}
