import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { engineRelay } from "../../../src/panels/engineRelay.ts";
import type { TopicReader } from "../../../src/panels/topicReader.ts";

/** A reader that notes what it is asked, and with which signal. */
function noting() {
  const asked: [method: string, args: unknown[], signal: unknown][] = [];
  const reader = {
    call: async (method: string, args: unknown[], signal: unknown) => {
      asked.push([method, args, signal]);
      return null;
    },
  };
  return { relay: engineRelay(reader as unknown as TopicReader), asked };
}

describe("The engine's methods are passed on", () => {
  const { signal } = new AbortController();

  it("with their arguments, and cancelled with the webview's call", async () => {
    const { relay, asked } = noting();
    await relay.keyHistory(7, 10, 2000, signal);
    await relay.find("orders", 1, "5", signal);
    assert.deepEqual(asked, [
      ["keyHistory", [7, 10, 2000], signal],
      ["find", ["orders", 1, "5"], signal],
    ]);
    assert.equal(asked[0]?.[2], signal);
  });

  it("also without an argument that may be left out: the signal is then in its place", async () => {
    const { relay, asked } = noting();
    await relay.detail(7, 500, signal);
    await (relay.detail as unknown as (seq: number, signal: AbortSignal) => Promise<null>)(7, signal);
    assert.deepEqual(
      asked.map(([, args]) => args),
      [[7, 500], [7]],
    );
    assert.ok(asked.every(([, , given]) => given === signal));
  });
});
