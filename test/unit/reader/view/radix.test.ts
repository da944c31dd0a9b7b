import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sortByKey } from "../../../../src/reader/view/radix.ts";
import { randomOf } from "./rings.ts";

const random = randomOf(11);
const special = [0, -1, 1, -0, 0.5, -0.5, 2 ** 53, -(2 ** 63), 2 ** 63, Number.NEGATIVE_INFINITY, 1e-300];
const kinds: Record<string, () => number> = {
  "few different ones": () => random(3),
  times: () => 1_700_000_000_000 + random(1 << 30),
  "any size and sign": () => (random(2) ? 1 : -1) * random(1 << 30) * 2 ** random(60),
  "special numbers": () => special[random(special.length)]!,
};

describe("sorting by key", () => {
  for (const [name, next] of Object.entries(kinds)) {
    for (const count of [0, 1, 2, 63, 64, 65, 3000]) {
      test(`${count} of ${name}: ascending, equal ones in the order in which they were`, () => {
        const keys = Float64Array.from({ length: count + 2 }, next);
        const rows = Uint32Array.from({ length: count + 2 }, (_, i) => i);
        const expected = [...rows.subarray(0, count)].sort((a, b) =>
          keys[a] === keys[b] ? a - b : keys[a]! < keys[b]! ? -1 : 1,
        );
        const expectedKeys = expected.map((i) => keys[i]! + 0);
        const behind = [keys[count], keys[count + 1]];
        sortByKey(keys, rows, count);
        assert.deepEqual([...rows], [...expected, count, count + 1]);
        assert.deepEqual(
          [...keys.subarray(0, count)].map((k) => k + 0),
          expectedKeys,
        );
        assert.deepEqual([keys[count], keys[count + 1]], behind);
      });
    }
  }
});
