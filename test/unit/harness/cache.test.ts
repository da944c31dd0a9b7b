import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { cached, cacheFolder } from "../../harness/cache.ts";

describe("The cache", () => {
  const root = mkdtempSync(join(tmpdir(), "kw-cache-"));
  after(() => rmSync(root, { recursive: true }));

  it("lies where each system keeps caches", () => {
    assert.equal(cacheFolder({ XDG_CACHE_HOME: join("/", "x") }, "linux"), join("/", "x", "kafka-workbench"));
    assert.equal(cacheFolder({ LOCALAPPDATA: join("/", "l") }, "win32"), join("/", "l", "kafka-workbench", "cache"));
    assert.match(cacheFolder({}, "linux"), /\.cache.kafka-workbench$/);
    assert.match(cacheFolder({}, "darwin"), /Library.Caches.kafka-workbench$/);
  });

  it("makes a folder once, however many ask for it at a time", async () => {
    let made = 0;
    const make = async (folder: string) => {
      made++;
      await delay(20);
      writeFileSync(join(folder, "content"), "whole");
    };
    const folders = await Promise.all([
      cached("jars", make, root),
      cached("jars", make, root),
      cached("jars", make, root),
    ]);
    assert.equal(made, 1);
    assert.deepEqual(new Set(folders), new Set([join(root, "jars")]));
    assert.equal(readFileSync(join(root, "jars", "content"), "utf8"), "whole");
  });

  it("leaves nothing behind of a folder that could not be made", async () => {
    const fail = async (folder: string) => {
      writeFileSync(join(folder, "half"), "");
      throw new Error("the download broke off");
    };
    await assert.rejects(cached("broken", fail, root), /broke off/);
    assert.equal(existsSync(join(root, "broken")), false);
    assert.deepEqual(
      readdirSync(root).filter((name) => name.startsWith("broken")),
      [],
    );
  });
});
