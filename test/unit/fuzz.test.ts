import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzz } from "../fuzz/fuzz.ts";

// the same cases in every run: other ones are for "npm run fuzz", which takes its time
test("damaged payloads of every kind are shown or refused with a sentence", async () => {
  const { cases, findings } = await fuzz({ seed: 20_261_125, seconds: 50, count: 3000 });
  assert.deepEqual(findings, []);
  assert.equal(cases, 3000);
});
