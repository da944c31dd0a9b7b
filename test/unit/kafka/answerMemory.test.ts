import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { forgetAnswers, giveBack, leave, memoryOf, takeAnswer } from "../../../src/kafka/answerMemory.ts";

const MB = 1024 * 1024;

describe("the memory of answers", () => {
  beforeEach(forgetAnswers);

  test("is used again by an answer of about the same size", () => {
    const first = takeAnswer(4 * MB + 1).fill(7);
    giveBack(first);
    const second = takeAnswer(4 * MB - 1000);
    assert.equal(second.length, 4 * MB - 1000);
    assert.ok(second.every((byte) => byte === 7));
    assert.ok(memoryOf(second) > 4 * MB);
  });

  test("is not used for much smaller answers, nor twice at once", () => {
    giveBack(takeAnswer(8 * MB).fill(9));
    const small = takeAnswer(2 * MB);
    assert.equal(memoryOf(small), 2 * MB);
    const large = [takeAnswer(8 * MB), takeAnswer(8 * MB)];
    assert.notEqual(large[0]!.buffer, large[1]!.buffer);
  });

  test("is freed when it was given back, left or forgotten, without being asked for", async () => {
    const before = process.memoryUsage.rss();
    let most = before;
    for (let i = 0; i < 200; i++) {
      const answers = Array.from({ length: 4 }, () => takeAnswer(8 * MB).fill(i));
      for (const [k, answer] of answers.entries())
        if (k % 2) giveBack(answer);
        else leave(answer);
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, process.memoryUsage.rss());
    }
    // 6.4 GB went through
    assert.ok(most - before < 600 * MB, `${Math.round((most - before) / MB)} MB`);
  });

  test("leaves small buffers alone", () => {
    const small = Buffer.from("a small one");
    giveBack(small);
    leave(small);
    assert.equal(small.toString(), "a small one");
    assert.equal(memoryOf(small), 11);
    assert.equal(memoryOf(takeAnswer(100)), 100);
  });
});
