import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ScrollModel } from "../../../webview/ui/scrollModel.ts";

function model(first: number, next: number, view = 220): ScrollModel {
  const m = new ScrollModel();
  m.resize(view, 22);
  m.bounds(first, next);
  return m;
}

describe("ScrollModel", () => {
  it("follows the end only while it stands there", () => {
    const m = model(0, 100);
    m.scrollTo(Infinity);
    m.bounds(0, 150);
    assert.deepEqual(m.range(0), { from: 140, to: 150 });
    m.scrollTo(m.top - 22);
    m.bounds(0, 200);
    assert.deepEqual(m.range(0), { from: 139, to: 149 });
  });

  it("keeps the rows in view where they are when older ones are dropped", () => {
    const m = model(0, 1000);
    m.scrollTo(500 * 22 + 7);
    m.bounds(400, 1400);
    assert.deepEqual(m.range(0), { from: 500, to: 511 });
    assert.equal(m.top, 500 * 22 + 7);
  });

  it("moves to the oldest row kept when those in view are dropped", () => {
    const m = model(0, 1000);
    m.scrollTo(100 * 22);
    m.bounds(600, 1600);
    assert.equal(m.range(0).from, 600);
  });

  it("bounds the scroll bar's height, and still reaches every row with it", () => {
    const m = model(5, 20_000_005);
    assert.equal(m.barHeight, ScrollModel.maxBar);
    m.dragTo(m.barHeight - m.view);
    assert.equal(m.range(0).to, 20_000_005);
    m.dragTo(0);
    assert.equal(m.range(0).from, 5);
    m.dragTo((m.barHeight - m.view) / 2);
    assert.equal(Math.round(m.bar), (m.barHeight - m.view) / 2);
  });

  it("moves as little as possible to bring a row into view", () => {
    const m = model(0, 1000);
    m.reveal(5);
    assert.equal(m.top, 0);
    m.reveal(10);
    assert.equal(m.top, 22);
    m.reveal(3);
    assert.equal(m.top, 22);
    m.reveal(500, true);
    assert.deepEqual(m.range(0), { from: 495, to: 506 });
  });

  it("has no range to scroll when all rows fit", () => {
    const m = model(0, 3);
    m.scrollTo(1000);
    assert.equal(m.top, 0);
    assert.equal(m.bar, 0);
    assert.ok(m.follow);
  });
});
