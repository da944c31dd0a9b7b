import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { forgetAnswers, giveBack, memoryOf, takeAnswer } from "../../../src/kafka/answerMemory.ts";

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

  test("shows nothing of what comes next to those that still hold a view of what was there", () => {
    const first = takeAnswer(2 * MB).fill(1);
    const view = first.subarray(10, 20);
    giveBack(first);
    takeAnswer(2 * MB).fill(2);
    assert.deepEqual([first.length, view.length], [0, 0]);
  });

  test("is not used for much smaller answers, nor twice at once", () => {
    giveBack(takeAnswer(8 * MB).fill(9));
    const small = takeAnswer(2 * MB);
    assert.equal(memoryOf(small), 2 * MB);
    const large = [takeAnswer(8 * MB), takeAnswer(8 * MB)];
    assert.notEqual(large[0]!.buffer, large[1]!.buffer);
  });

  test("is bounded, and freed at once beyond that", () => {
    const before = process.memoryUsage().arrayBuffers;
    const answers = Array.from({ length: 20 }, () => takeAnswer(8 * MB));
    assert.ok(process.memoryUsage().arrayBuffers >= before + 160 * MB);
    for (const answer of answers) giveBack(answer);
    assert.ok(process.memoryUsage().arrayBuffers <= before + 25 * MB);
    forgetAnswers();
    assert.ok(process.memoryUsage().arrayBuffers <= before + MB);
  });

  test("leaves small buffers, and what is part of another's memory, alone", () => {
    const small = Buffer.from("a small one");
    giveBack(small);
    assert.equal(small.toString(), "a small one");
    assert.equal(memoryOf(small), 11);
  });
});
