/** The harness itself: what it starts ends with the run, whatever becomes of the run. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startZookeeper } from "../harness/kafka.ts";
import { isFree, withPorts } from "../harness/ports.ts";

const harness = join(import.meta.dirname, "..", "harness");

/** A run that starts a sleeping process and makes a folder, says so, and then does what `ending` says. */
async function run(ending: string): Promise<{ child: ChildProcess; pid: number; folder: string }> {
  const program = `
    import { startProcess, temporaryFolder } from ${JSON.stringify(join(harness, "process.ts"))};
    const folder = temporaryFolder("crash").path;
    const { pid } = startProcess({ name: "sleeper", command: process.execPath, args: ["-e", "setInterval(() => {}, 1000)"], logFile: folder + "/log" });
    process.stdout.write(JSON.stringify({ pid, folder }) + "\\n");
    ${ending}`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(child.stdout!, "data")) as [Buffer];
  return { child, ...(JSON.parse(line.toString()) as { pid: number; folder: string }) };
}

async function gone(pid: number, folder: string): Promise<void> {
  for (let tries = 0; existsSync(`/proc/${pid}`) || existsSync(folder); tries++) {
    assert.ok(tries < 200, `process ${pid} or ${folder} is still there after 20 s`);
    await delay(100);
  }
}

describe("What a run started ends with it", { skip: process.platform !== "linux" && "looks at /proc" }, () => {
  it("when the run just ends", async () => {
    const { child, pid, folder } = await run("");
    await once(child, "exit");
    await gone(pid, folder);
  });

  it("when it crashes", async () => {
    const { pid, folder } = await run("setTimeout(() => process.abort(), 10);");
    await gone(pid, folder);
  });

  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    it(`when it is ended by ${signal}`, async () => {
      const { child, pid, folder } = await run("setInterval(() => {}, 1000);");
      child.kill(signal);
      await gone(pid, folder);
    });
  }
});

describe("Ports", () => {
  it("are chosen anew when somebody else took one in between", async () => {
    const seen: number[] = [];
    const port = await withPorts(1, async ([chosen]) => {
      seen.push(chosen!);
      if (seen.length < 3) throw new Error("java.net.BindException: Address already in use");
      return chosen;
    });
    assert.equal(seen.length, 3);
    assert.equal(port, seen[2]);
  });

  it("are free again when what listened there was stopped", async () => {
    const zookeeper = await startZookeeper();
    const port = Number(zookeeper.address.split(":")[1]);
    assert.equal(await isFree(port), false);
    await zookeeper.stop();
    assert.equal(await isFree(port), true);
  });
});
