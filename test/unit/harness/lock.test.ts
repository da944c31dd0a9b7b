import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { withLock } from "../../harness/lock.ts";

describe("A lock", () => {
  const folder = mkdtempSync(join(tmpdir(), "kw-lock-"));
  after(() => rmSync(folder, { recursive: true }));

  it("lets one in at a time and is gone afterwards", async () => {
    const path = join(folder, "a.lock");
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await delay(5);
      inside--;
    };
    await Promise.all([withLock(path, work), withLock(path, work), withLock(path, work)]);
    assert.equal(most, 1);
    assert.equal(existsSync(path), false);
  });

  it("is released when the work fails", async () => {
    const path = join(folder, "b.lock");
    await assert.rejects(
      withLock(path, () => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.equal(await withLock(path, async () => "free"), "free");
  });

  it("is taken over from a process that has ended", async () => {
    const path = join(folder, "c.lock");
    const { pid } = spawnSync(process.execPath, ["--version"]);
    writeFileSync(path, String(pid));
    assert.equal(await withLock(path, async () => "mine", 5000), "mine");
  });

  it("is not taken from a process that runs: the one who waited too long hears which", async () => {
    const path = join(folder, "d.lock");
    writeFileSync(path, String(process.ppid));
    await assert.rejects(
      withLock(path, async () => "never", 150),
      new RegExp(`Process ${process.ppid} has held`),
    );
  });
});
