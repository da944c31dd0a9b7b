import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { type Port, Rpc } from "../../../src/shared/rpc.ts";
import { CancelledError, UserError } from "../../../src/shared/userError.ts";

interface Methods {
  add(a: number, b: number): number;
  fail(kind: "user" | "bug"): never;
  wait(): string;
}
interface Events {
  tick: number;
}

/** Two ends over a real message channel: values cross by structured clone, as they do in VS Code. */
function pair(hold?: { release?: () => void }) {
  const { port1, port2 } = new MessageChannel();
  const port = (p: typeof port1): Port => ({
    post: (m) => p.postMessage(m),
    listen: (receive) => {
      p.on("message", receive);
      return () => p.close();
    },
  });
  let aborted = false;
  const server = () =>
    new Rpc<Methods, object, Events>(port(port2), {
      add: (a, b) => a + b,
      fail: (kind) => {
        throw kind === "user"
          ? new UserError("No such topic.", { code: "unknown-topic", detail: "orders" })
          : new TypeError("x is undefined");
      },
      wait: (signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            resolve("late");
          });
        }),
    });
  const client = new Rpc<object, Methods, object, Events>(port(port1), {});
  let serving: ReturnType<typeof server> | undefined;
  if (hold) hold.release = () => void (serving = server());
  else serving = server();
  return {
    client,
    serving: () => serving!,
    aborted: () => aborted,
    close: () => {
      client.dispose();
      serving?.dispose();
    },
  };
}

describe("rpc", () => {
  it("answers a call", async () => {
    const p = pair();
    assert.equal(await p.client.call("add", [2, 3]), 5);
    p.close();
  });

  it("keeps calls until the other end is up", async () => {
    const hold: { release?: () => void } = {};
    const p = pair(hold);
    const answer = p.client.call("add", [1, 1]);
    await new Promise((r) => setTimeout(r, 20));
    hold.release!();
    assert.equal(await answer, 2);
    p.close();
  });

  it("carries a user error with its code and detail, and a bug with its message", async () => {
    const p = pair();
    await assert.rejects(p.client.call("fail", ["user"]), (e: unknown) => {
      assert.ok(e instanceof UserError);
      assert.deepEqual([e.message, e.code, e.detail], ["No such topic.", "unknown-topic", "orders"]);
      return true;
    });
    await assert.rejects(p.client.call("fail", ["bug"]), { message: "x is undefined" });
    p.close();
  });

  it("refuses names that are not methods, also those every object has", async () => {
    const p = pair();
    await assert.rejects(p.client.call("toString" as never, [] as never), /No method toString/);
    p.close();
  });

  it("cancels at both ends", async () => {
    const p = pair();
    const abort = new AbortController();
    const answer = p.client.call("wait", [], abort.signal);
    await p.client.call("add", [0, 0]);
    abort.abort();
    await assert.rejects(answer, CancelledError);
    await p.client.call("add", [0, 0]);
    assert.equal(p.aborted(), true);
    p.close();
  });

  it("delivers events until the listener goes", async () => {
    const p = pair();
    const seen: number[] = [];
    const off = p.client.on("tick", (n) => seen.push(n));
    await p.client.call("add", [0, 0]);
    p.serving().emit("tick", 1);
    await p.client.call("add", [0, 0]);
    off();
    p.serving().emit("tick", 2);
    await p.client.call("add", [0, 0]);
    assert.deepEqual(seen, [1]);
    p.close();
  });

  it("rejects what is waiting when it is disposed", async () => {
    const p = pair();
    const answer = p.client.call("wait", []);
    p.client.dispose();
    await assert.rejects(answer, CancelledError);
    await assert.rejects(p.client.call("add", [1, 2]), CancelledError);
    p.close();
  });
});
