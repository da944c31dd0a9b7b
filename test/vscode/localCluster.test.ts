import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { commands } from "../../src/ids.ts";
import { isFree } from "../../src/local/port.ts";
import type { PickItem, Ui } from "../../src/platform/ui.ts";
import type { TestApi } from "../../src/testApi.ts";
import { linesAt, testApi } from "./support/api.ts";

/** where this bundle lies: out/test/vscode */
const projectFolder = join(import.meta.dirname, "..", "..", "..");
const project = `kw-host-${process.pid}`;
const minutes = 60_000;

describe("The local cluster", () => {
  let api: TestApi;
  let engine: ChildProcess | undefined;
  let said: { kind: "info" | "warn" | "error"; message: string; actions: string[] }[] = [];
  let picked: string[] = [];
  let undo: vscode.Disposable | undefined;
  const kept = { ...process.env };
  let port = 0;

  before(async function () {
    this.timeout(6 * minutes); // the very first run builds Compose and the images
    api = await testApi();
    engine = spawn(process.execPath, [join(projectFolder, "test", "harness", "dockerCli.ts")], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    });
    const found = await firstLine(engine);
    if (found.skipped !== undefined || !found.env) {
      console.log(`Skipped: ${found.skipped ?? "no Docker engine"}`);
      return this.skip();
    }
    Object.assign(process.env, found.env, { KAFKA_WORKBENCH_LOCAL_PROJECT: project });
    port = 26_000 + (process.pid % 2000);
    while (!(await isFree(port))) port++;
    await setting("local.port", port);
  });

  after(async function () {
    this.timeout(minutes);
    undo?.dispose();
    await setting("local.port", undefined);
    process.env = kept;
    engine?.stdin?.end();
  });

  afterEach(() => {
    said = [];
    picked = [];
  });

  /** Answers in the user's place: picks the item that starts with each of these words in turn, and says yes to all else. */
  const answer = (...picks: string[]): void => {
    undo?.dispose();
    const say =
      (kind: "info" | "warn" | "error") =>
      async (message: string, ...actions: string[]): Promise<undefined> => {
        said.push({ kind, message, actions });
      };
    const ui: Partial<Ui> = {
      info: say("info"),
      warn: say("warn"),
      error: say("error"),
      confirm: async () => true,
      pick: async <T>({ items }: { items: readonly PickItem<T>[] | Promise<readonly PickItem<T>[]> }) => {
        const all = await items;
        picked = all.map(({ label }) => label);
        const word = picks.shift() ?? "nothing";
        const item = all.find(({ label }) => label.startsWith(word));
        assert.ok(item, `no item ${word} among ${picked.join(", ")}`);
        return item.value;
      },
    };
    undo = api.replaceUi(ui);
  };
  const run = (command: string) => vscode.commands.executeCommand(command);
  const local = () => api.ctx.connections.list().filter(({ localProject }) => localProject === project);

  it("without a running Docker is a sentence with a next step", async () => {
    answer();
    const { DOCKER_HOST } = process.env;
    process.env["DOCKER_HOST"] = "tcp://127.0.0.1:9";
    try {
      await run(commands.startLocalCluster);
    } finally {
      process.env["DOCKER_HOST"] = DOCKER_HOST;
    }
    assert.equal(said.length, 1);
    assert.equal(said[0]?.kind, "error");
    assert.match(said[0]?.message ?? "", /^Docker is installed but not running: start /);
    assert.deepEqual(said[0]?.actions, ["Retry", "Show Log"]);
    assert.deepEqual(local(), []);
  });

  it("starts, and is a connection whose topics can be seen", async function () {
    this.timeout(3 * minutes);
    answer();
    await run(commands.startLocalCluster);
    assert.deepEqual(
      local().map(({ name, bootstrapServers }) => ({ name, bootstrapServers })),
      [{ name: "Local Kafka", bootstrapServers: [`localhost:${port}`] }],
    );
    assert.equal(said[0]?.message, `Local Kafka is running on localhost:${port}.`);
    assert.deepEqual(said[0]?.actions, ["Open docker-compose.yml"]);
    const brokers = await linesAt(api, "Local Kafka", "Brokers");
    assert.equal(brokers.length, 1, brokers.join("; "));
    assert.ok(brokers[0]?.includes(`localhost:${port}`), brokers[0]);
  });

  it("started again is the same connection", async function () {
    this.timeout(minutes);
    const [before] = local();
    answer();
    await run(commands.startLocalCluster);
    assert.deepEqual(local(), [before]);
  });

  it("has a menu that fits its state, with its Compose file", async function () {
    this.timeout(minutes);
    answer("Open docker-compose.yml");
    await run(commands.localClusterMenu);
    assert.deepEqual(picked, ["Show Logs", "Stop", "Open docker-compose.yml", "Remove…"]);
    const open = vscode.window.activeTextEditor?.document;
    assert.match(open?.uri.fsPath ?? "", /local-kafka.docker-compose\.yml$/);
    assert.match(open?.getText() ?? "", new RegExp(`"127\\.0\\.0\\.1:${port}:9092"`));
  });

  it("shows its logs in one terminal", async function () {
    this.timeout(minutes);
    answer();
    await run(commands.showLocalClusterLogs);
    await run(commands.showLocalClusterLogs);
    const terminals = vscode.window.terminals.filter(({ name }) => name === "Local Kafka");
    assert.equal(terminals.length, 1);
    terminals[0]?.dispose();
  });

  it("stops, keeps its connection, and goes to another port when its own is taken meanwhile and set anew", async function () {
    this.timeout(3 * minutes);
    answer();
    await run(commands.stopLocalCluster);
    assert.equal(local().length, 1);
    const holder = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => holder.listen(port, "127.0.0.1", resolve));
    try {
      await run(commands.startLocalCluster);
    } finally {
      holder.close();
    }
    const [connection, ...others] = local();
    assert.deepEqual(others, []);
    const [address] = connection?.bootstrapServers ?? [];
    assert.notEqual(address, `localhost:${port}`);
    const told = said.find(({ kind }) => kind === "warn")?.message ?? "";
    assert.ok(told.includes(`Port ${port} is taken, so Kafka answers on ${address}.`), told);
  });

  it("removed with its data leaves no connection and no file", async function () {
    this.timeout(2 * minutes);
    answer("Delete Data Too");
    await run(commands.removeLocalCluster);
    assert.deepEqual(picked, ["Keep Data", "Delete Data Too"]);
    assert.deepEqual(local(), []);
    assert.equal(
      existsSync(join(api.ctx.extension.globalStorageUri.fsPath, "local-kafka", "docker-compose.yml")),
      false,
    );
    answer();
    await run(commands.removeLocalCluster);
    assert.deepEqual(said.map(({ message }) => message).at(-1), "There is no local Kafka to remove.");
  });
});

const setting = (name: string, value: unknown) =>
  vscode.workspace.getConfiguration("kafkaWorkbench").update(name, value, vscode.ConfigurationTarget.Workspace);

async function firstLine(child: ChildProcess): Promise<{ env?: Record<string, string>; skipped?: string }> {
  assert.ok(child.stdout);
  for await (const line of createInterface({ input: child.stdout })) {
    return JSON.parse(line) as { env?: Record<string, string>; skipped?: string };
  }
  return { skipped: "the harness gave no engine" };
}
