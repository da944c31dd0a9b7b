import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RowsWindow, RowView } from "../../../src/shared/messages.ts";
import { RowCache } from "../../../webview/messages/rows.ts";

/** a row whose seq is not its place */
const row = (at: number) => ({ seq: at + 7, at }) as RowView;
const bounds = (run: number, next: number, revision = 0) => ({
  run,
  view: { revision, first: 0, next, progress: null, problems: { count: 0, example: null } },
});
const turn = () => new Promise((done) => setImmediate(done));

/** An engine that answers when told to. */
function engine(next: number) {
  const asked: { from: number; to: number; signal: AbortSignal; answer(run?: number, revision?: number): void }[] = [];
  const failed: unknown[] = [];
  const cache = new RowCache(
    (from, to, signal) =>
      new Promise<RowsWindow>((resolve) => {
        const rows = Array.from({ length: to - from }, (_, i) => row(from + i));
        asked.push({ from, to, signal, answer: (run = 1, revision = 0) => resolve({ run, revision, from, rows }) });
      }),
    () => {},
    (error) => failed.push(error),
  );
  cache.status(bounds(1, next));
  return { cache, asked, failed };
}

describe("RowCache", () => {
  it("asks for a window with some rows around it, once", async () => {
    const { cache, asked } = engine(1000);
    cache.ensure(500, 530);
    cache.ensure(500, 530);
    cache.ensure(510, 540);
    assert.deepEqual(
      asked.map(({ from, to }) => [from, to]),
      [[440, 590]],
    );
    asked[0]?.answer();
    await turn();
    cache.ensure(480, 560);
    assert.equal(asked.length, 1);
    assert.equal(cache.get(500)?.seq, 507);
    assert.equal(cache.placeOf(507), 500);
    assert.equal(cache.placeOf(9000), null);
  });

  it("gives up what a fast scroll has left behind, and asks only for where it stopped", async () => {
    const { cache, asked } = engine(1_000_000);
    cache.ensure(0, 30);
    for (const at of [10_000, 200_000, 700_000]) cache.ensure(at, at + 30);
    assert.equal(asked[0]?.signal.aborted, true);
    asked[0]?.answer();
    await turn();
    assert.deepEqual(
      asked.slice(1).map(({ from }) => from),
      [699_940],
    );
  });

  it("forgets every row of another run, and takes none that arrives late", async () => {
    const { cache, asked } = engine(100);
    cache.ensure(0, 30);
    cache.status(bounds(2, 100));
    asked[0]?.answer(1);
    await turn();
    assert.equal(cache.get(0), undefined);
  });

  it("shows what was there until the rows of another revision have come", async () => {
    const { cache, asked } = engine(100);
    cache.ensure(0, 30);
    asked[0]?.answer();
    await turn();
    cache.status(bounds(1, 50, 1));
    assert.equal(cache.get(3)?.seq, 10);
    cache.ensure(0, 30);
    assert.equal(asked.length, 2);
    asked[1]?.answer(1, 1);
    await turn();
    assert.equal(cache.get(3)?.at, 3);
    assert.equal(cache.get(95), undefined);
  });

  it("does not ask again for what the engine did not have until it says more", async () => {
    const answer = { run: 1, revision: 0, rows: [] };
    let calls = 0;
    const counted = new RowCache(
      async (from) => {
        calls++;
        return { ...answer, from };
      },
      () => {},
      () => {},
    );
    counted.status(bounds(1, 100));
    counted.ensure(0, 10);
    await turn();
    counted.ensure(0, 10);
    await turn();
    assert.equal(calls, 1);
    counted.status(bounds(1, 101));
    counted.ensure(0, 10);
    assert.equal(calls, 2);
  });
});
