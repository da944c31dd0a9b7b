import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RecordFilter } from "../../../src/reader/filter/recordFilter.ts";
import { FilteredSink, type MatchSink } from "../../../src/reader/filteredSink.ts";
import { encodeBatch, scanAll } from "../log/batches.ts";
import { Collector } from "./fakeLog.ts";

/** Lets everything through, once a schema is there. */
class WaitingFilter implements RecordFilter {
  readonly problems = { count: 0, example: null };
  readonly schema = Promise.withResolvers<void>();
  test(): boolean {
    return true;
  }
  selectNow(): null {
    return null;
  }
  async select(...[, , , , positions, count, out]: Parameters<RecordFilter["select"]>): Promise<number> {
    await this.schema.promise;
    out.set(positions.subarray(0, count));
    return count;
  }
}

class Matches extends Collector implements MatchSink {
  scanned(): void {}
  tail(): undefined {}
}

describe("what a filter lets through", () => {
  test("is handed over once and in order when several answers wait for a schema", async () => {
    const filter = new WaitingFilter();
    const matches = new Matches();
    const sink = new FilteredSink(matches, filter);
    const flushed: (Promise<void> | undefined)[] = [];
    for (let answer = 0; answer < 3; answer++) {
      for (let batch = 0; batch < 2; batch++) {
        const base = 10 * (2 * answer + batch);
        const records = Array.from({ length: 10 }, (_, i) => ({ value: `${base + i}` }));
        scanAll(encodeBatch({ baseOffset: BigInt(base), records }), 0, sink);
      }
      flushed.push(sink.flush());
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(matches.count, 0);
    filter.schema.resolve();
    await Promise.all(flushed);
    assert.deepEqual(
      matches.offsets.get(0),
      Array.from({ length: 60 }, (_, i) => i),
    );
  });
});
