import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isControl, type Source } from "../../../../src/kafka/log/batch.ts";
import { readRecord } from "../../../../src/kafka/log/records.ts";
import { Ring } from "../../../../src/reader/ring.ts";
import type { RowFilter } from "../../../../src/reader/view/rowFilter.ts";
import { View } from "../../../../src/reader/view/view.ts";
import { type SortKey, type ViewSpec, wholeView } from "../../../../src/shared/messages.ts";
import { add, addInTurns, randomOf, stored, type TestCodec, type TimedRecord } from "./rings.ts";

const MB = 1 << 20;
const sources: Source[] = [
  { topic: "a", partition: 0 },
  { topic: "a", partition: 2 },
  { topic: "a", partition: 10 },
  { topic: "b", partition: 0 },
];

/** Lets through values in which a text is; by `later`, every so many asks it answers only after a while. */
class Contains implements RowFilter {
  readonly problems = { count: 0, example: null };
  readonly #needle: string;
  readonly #later: number;
  #asked = 0;
  constructor(needle: string, later = 0) {
    this.#needle = needle;
    this.#later = later;
  }
  matches(value: string): boolean {
    return value.includes(this.#needle);
  }
  select(...[, , dataEnd, batch, positions, count, out]: Parameters<RowFilter["select"]>): number | Promise<number> {
    let found = 0;
    for (let i = 0; i < count; i++) {
      const { data, value } = readRecord(batch, positions[i]!);
      assert.ok(!value || value.end <= dataEnd);
      if (value && this.matches(data.toString("utf8", value.start, value.end))) out[found++] = positions[i]!;
    }
    const late = this.#later > 0 && ++this.#asked % this.#later === 0;
    return late ? new Promise((resolve) => setImmediate(resolve, found)) : found;
  }
}

/** Everything in the most obvious way: an array of all rows that were kept so far. */
class Model {
  readonly #ring: Ring;
  readonly #spec: ViewSpec;
  readonly #filter: Contains | null;
  readonly #rows: { seq: number; source: Source; key: number }[] = [];
  #next: number;
  #lastTime = Number.NEGATIVE_INFINITY;
  #lastSize = Number.NEGATIVE_INFINITY;

  constructor(ring: Ring, spec: ViewSpec, filter: Contains | null) {
    this.#ring = ring;
    this.#spec = spec;
    this.#filter = filter;
    this.#next = ring.firstSeq;
  }

  /** The rows that are to be seen, in order. */
  shown(): number[] {
    for (this.#next = Math.max(this.#next, this.#ring.firstSeq); this.#next < this.#ring.nextSeq; this.#next++) {
      this.#look(this.#next);
    }
    const { by, descending } = this.#spec.sort;
    const kept = this.#rows.filter((row) => row.seq >= this.#ring.firstSeq);
    const byOffset = by === "offset";
    kept.sort(
      (a, b) =>
        (byOffset && a.source.topic.localeCompare(b.source.topic)) ||
        (byOffset && a.source.partition - b.source.partition) ||
        (a.key === b.key ? 0 : a.key - b.key) ||
        a.seq - b.seq,
    );
    const seqs = kept.map((row) => row.seq);
    return descending ? seqs.reverse() : seqs;
  }

  #look(seq: number): void {
    const { time: bounds, key: wanted, sort } = this.#spec;
    const row = this.#ring.row(seq)!;
    const time = this.#ring.timeOf(seq);
    if (time !== -1) this.#lastTime = time;
    const narrowed = this.#filter !== null || wanted !== null;
    const keys = { arrival: 0, time: this.#lastTime };
    if (row.kind === "problem") {
      if (narrowed) return;
      const { source, first } = row.problem;
      this.#rows.push({ seq, source, key: { ...keys, size: this.#lastSize, offset: first }[sort.by] });
      return;
    }
    const { data, key, value, offset } = readRecord(row.batch, row.position);
    if (bounds?.from && (time === -1 || time < Number(bounds.from))) return;
    if (bounds?.to && (time === -1 || time > Number(bounds.to))) return;
    if (narrowed && isControl(row.batch.attributes)) return;
    if (wanted !== null && (!key || data.toString("base64", key.start, key.end) !== wanted)) return;
    const text = value && data.toString("utf8", value.start, value.end);
    if (this.#filter && (text === null || !this.#filter.matches(text))) return;
    const size = (key ? key.end - key.start : 0) + (value ? value.end - value.start : 0);
    this.#lastSize = size;
    this.#rows.push({ seq, source: row.batch.source, key: { ...keys, size, offset: Number(offset) }[sort.by] });
  }
}

/** What a view shows, by its places; every way to ask has to agree. */
function seen(view: View, ring: Ring): number[] {
  const { first, next } = view.status();
  const seqs: number[] = [];
  for (let place = first; place < next; place++) {
    const seq = view.seqAt(place)!;
    assert.equal(view.placeOf(seq), place);
    seqs.push(seq);
  }
  assert.deepEqual([view.seqAt(first - 1), view.seqAt(next), view.count], [null, null, seqs.length]);
  const all: number[] = [];
  view.eachSeq((seq) => all.push(seq));
  assert.deepEqual(
    all.sort((a, b) => a - b),
    [...seqs].sort((a, b) => a - b),
  );
  const shown = new Set(seqs);
  for (let seq = ring.firstSeq - 1; seq <= ring.nextSeq; seq++)
    if (!shown.has(seq)) assert.equal(view.placeOf(seq), null);
  return seqs;
}

/** Adds something to a ring: mostly a batch, of records whose times are nearly in order. */
function grow(ring: Ring, random: (below: number) => number, offsets: Map<Source, number>, now: number): void {
  const take = (source: Source, count: number): number => {
    const base = offsets.get(source) ?? 0;
    offsets.set(source, base + count + random(2));
    return base;
  };
  const record = (): TimedRecord => ({
    time: [now + random(20), now + random(20), now, -1, -5 - random(5), 9e15][[0, 1, 2, random(6)][random(4)]!]!,
    key: [null, "", "k1", "k2", "k3"][random(5)]!,
    value: [null, "", "x", "needle in it", "x".repeat(random(9))][random(5)]!,
  });
  const batch = (most: number) => {
    const source = sources[random(sources.length)]!;
    const records = Array.from({ length: 1 + random(most) }, record);
    const codec = (["none", "gzip", "zstd"] as TestCodec[])[random(3)]!;
    return stored(source, records, { base: take(source, records.length), codec, control: random(12) === 0 });
  };
  if (random(8) === 0) {
    const source = sources[random(sources.length)]!;
    const first = take(source, 3);
    ring.addProblem({ source, first, last: first + 2, why: "damaged" });
  } else addInTurns(ring, random(5) === 0 ? [batch(8), batch(8), batch(3)] : [batch(12)]);
}

const NOW = 1_700_000_000_000;

function specsOf(random: (below: number) => number, by: SortKey, descending: boolean): ViewSpec {
  const bounds = [
    null,
    null,
    { from: String(NOW + 100), to: String(NOW + 400) },
    { from: null, to: String(NOW + 200) },
  ];
  return {
    ...wholeView,
    sort: { by, descending },
    time: bounds[random(4)]!,
    key: random(3) === 0 ? Buffer.from("k1").toString("base64") : null,
  };
}

describe("a view shows what the obvious way shows, at every step", () => {
  for (const by of ["arrival", "time", "offset", "size"] as const) {
    for (const descending of [false, true]) {
      test(`by ${by}${descending ? ", descending" : ""}`, async () => {
        for (let seed = 1; seed <= 10; seed++) {
          const random = randomOf(seed);
          const ring = new Ring({ bytes: MB, rows: 20 + random(120) });
          const offsets = new Map<Source, number>();
          for (let i = random(12); i > 0; i--) grow(ring, random, offsets, NOW + i);
          const plain = random(4) === 0;
          const spec = plain ? { ...wholeView, sort: { by, descending } } : specsOf(random, by, descending);
          const filter = !plain && random(3) === 0 ? new Contains("needle", random(2) * 3) : null;
          const whole = by === "arrival" && filter === null && spec.key === null && spec.time === null;
          const view = new View(ring, spec, filter);
          const model = new Model(ring, spec, filter);
          let before = { ...view.status(), seqs: seen(view, ring) };
          for (let step = 0; step < 16; step++) {
            if (step > 0) for (let i = random(4); i >= 0; i--) grow(ring, random, offsets, NOW + step * 10 + i);
            // what the ring dropped is gone at once, and new rows are not there before they were looked at
            if (!whole) {
              const left = before.seqs.filter((seq) => seq >= ring.firstSeq);
              assert.deepEqual(seen(view, ring), left, `seed ${seed}, step ${step}`);
            }
            for (let more = true; more; ) more = await view.advance(0);
            const seqs = seen(view, ring);
            assert.deepEqual(seqs, model.shown(), `seed ${seed}, step ${step}`);
            const status = view.status();
            assert.equal(status.progress, null);
            if (status.revision === before.revision) {
              assert.ok(status.first >= before.first && status.next >= before.next);
              for (let place = status.first; place < before.next; place++) {
                assert.equal(seqs[place - status.first], before.seqs[place - before.first], `seed ${seed}`);
              }
            }
            before = { ...status, seqs };
          }
        }
      });
    }
  }

  test("also while only a part was looked at, and while the ring drops rows of that", async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const random = randomOf(seed);
      const ring = new Ring({ bytes: 100 * MB, rows: 20_000 });
      const fill = (count: number, base: number) => {
        const records = Array.from({ length: count }, () => ({
          time: NOW + random(1000),
          value: random(9) ? "x" : "needle",
        }));
        add(ring, sources[random(4)]!, records, { base });
      };
      for (let i = 0; i < 10; i++) fill(2000, i * 2000);
      const spec = specsOf(random, (["arrival", "time", "offset", "size"] as const)[seed % 4]!, random(2) === 1);
      const filter = new Contains("needle", 5);
      const view = new View(ring, { ...spec, key: null }, filter);
      let steps = 0;
      for (let more = true; more; steps++) {
        if (steps % 7 === 0 && steps < 50) fill(1200, 20_000 + steps * 1200);
        more = await view.advance(0);
        assert.ok(view.progress === null || (view.progress >= 0 && view.progress <= 1));
        view.eachSeq((seq) => assert.ok(seq >= ring.firstSeq));
      }
      assert.ok(steps > 3);
      assert.deepEqual(seen(view, ring), new Model(ring, { ...spec, key: null }, filter).shown(), `seed ${seed}`);
    }
  });
});

/** A ring with `count` messages, a millisecond apart, and a view that has looked at all of them. */
function numbered(count: number, spec: Partial<ViewSpec>, filter: RowFilter | null = null, rows = 1000) {
  const ring = new Ring({ bytes: MB, rows });
  const view = new View(ring, { ...wholeView, ...spec }, filter);
  const more = (n: number, from = ring.nextSeq) => {
    const records = Array.from({ length: n }, (_, i) => ({ time: NOW + from + i, value: `value ${from + i}` }));
    add(ring, sources[0]!, records, { base: from });
    return view.advance(Number.POSITIVE_INFINITY);
  };
  assert.equal(more(count), false);
  return { ring, view, more };
}

const byTime = { by: "time", descending: false } as const;

describe("places of a view", () => {
  test("are the rows' numbers while all are shown in order of arrival, and nothing is stored", () => {
    const { view, more } = numbered(10, {}, null, 12);
    more(6);
    assert.deepEqual(view.status(), { ...wholeStatus, revision: 0, first: 4, next: 16 });
    assert.deepEqual([view.seqAt(4), view.placeOf(15), view.bytes], [4, 15, 0]);
  });

  test("stay while rows arrive in the order of their times, and count on when the oldest are dropped", () => {
    const { view, more } = numbered(10, { sort: byTime }, null, 12);
    for (let i = 0; i < 100; i++) more(5);
    assert.deepEqual(view.status(), { ...wholeStatus, revision: 0, first: 498, next: 510 });
    assert.equal(view.seqAt(498), 498);
  });

  test("stay with a filter, whatever is dropped", () => {
    const { view, more } = numbered(10, {}, new Contains("7"), 12);
    for (let i = 0; i < 10; i++) more(5);
    // 47 and 57 have a seven, and those before them are gone
    assert.deepEqual(view.status(), { ...wholeStatus, revision: 0, first: 5, next: 6 });
    assert.equal(view.seqAt(5), 57);
  });

  test("change with the revision when a row is sorted in before others", () => {
    const { view, more } = numbered(10, { sort: byTime });
    const before = view.revision;
    more(1, 3);
    assert.notEqual(view.revision, before);
    // the same time as the row 3, and after it
    assert.deepEqual([view.seqAt(3), view.seqAt(4), view.seqAt(5)], [3, 10, 4]);
  });
});

const wholeStatus = { progress: null, problems: { count: 0, example: null } };

describe("the place of a time", () => {
  for (const by of ["arrival", "time", "size"] as const) {
    for (const descending of [false, true]) {
      test(`by ${by}${descending ? ", descending" : ""}, is that of the first row that is not before it`, () => {
        const random = randomOf(7);
        const ring = new Ring({ bytes: MB, rows: 1000 });
        const records = Array.from({ length: 300 }, () => ({
          time: NOW + 2 * random(200),
          value: "x".repeat(random(50)),
        }));
        add(ring, sources[0]!, records);
        const view = new View(ring, { ...wholeView, sort: { by, descending } });
        view.advance(Number.POSITIVE_INFINITY);
        const order = Array.from({ length: view.count }, (_, i) => ring.timeOf(view.seqAt(view.first + i)!));
        for (let time = NOW - 1; time <= NOW + 400; time++) {
          const index = order.findIndex((t) => (descending ? t <= time : t >= time));
          assert.equal(view.placeOfTime(time), index < 0 ? null : view.first + index);
        }
      });
    }
  }

  test("passes over rows without a time", () => {
    const ring = new Ring({ bytes: MB, rows: 100 });
    add(ring, sources[0]!, [{ time: -1 }, { time: -1 }, { time: 5 }]);
    assert.equal(new View(ring, wholeView).placeOfTime(-100), 2);
  });
});

describe("a view", () => {
  test("takes no more than 16 bytes for each row that it shows", () => {
    const random = randomOf(3);
    const records = Array.from({ length: 1000 }, () => ({ time: NOW + random(1e6), value: "x".repeat(random(20)) }));
    const batches = sources.map((source) => stored(source, records, {}));
    for (const by of ["arrival", "time", "offset", "size"] as const) {
      const ring = new Ring({ bytes: 1000 * MB, rows: 100_000 });
      const view = new View(ring, { ...wholeView, time: { from: "0", to: null }, sort: { by, descending: false } });
      for (let i = 0; i < 60; i++) {
        const { batch, positions, times } = batches[i % 2]!;
        ring.addRecords(batch, positions, times, records.length);
        view.advance(Number.POSITIVE_INFINITY);
        if (i > 20) assert.ok(view.bytes <= 16 * view.count, `${by}: ${view.bytes / view.count}`);
      }
    }
  });

  test("says how far it is, and shows what it has found so far", () => {
    const ring = new Ring({ bytes: MB * 10, rows: 100_000 });
    for (let i = 0; i < 10; i++) add(ring, sources[0]!, Array(5000).fill({ value: "needle" }), { base: i * 5000 });
    const view = new View(ring, wholeView, new Contains("needle"));
    assert.equal(view.progress, 0);
    let partial = 0;
    while (view.advance(0)) if (view.count > 0 && view.progress! > 0.3 && view.progress! < 1) partial++;
    assert.ok(partial > 0);
    assert.deepEqual([view.progress, view.count], [null, 50_000]);
  });

  test("waits for a schema without a second question for the same rows", async () => {
    let asked = 0;
    let answer: (found: number) => void = () => {};
    const filter: RowFilter = {
      problems: { count: 0, example: null },
      select(_source, _data, _end, _batch, positions, _count, out) {
        asked++;
        out[0] = positions[1]!;
        return new Promise((resolve) => (answer = resolve));
      },
    };
    const ring = new Ring({ bytes: MB, rows: 10 });
    add(ring, sources[0]!, [{ value: "a" }, { value: "b" }, { value: "c" }]);
    const view = new View(ring, wholeView, filter);
    const first = view.advance(Number.POSITIVE_INFINITY);
    assert.ok(first instanceof Promise);
    assert.equal(view.advance(Number.POSITIVE_INFINITY), first);
    answer(1);
    assert.equal(await first, true);
    assert.equal(view.advance(Number.POSITIVE_INFINITY), false);
    assert.deepEqual([asked, view.count, view.seqAt(0)], [1, 1, 1]);
  });

  test("passes on what a filter throws, hides the rows it was about, and goes on", async () => {
    for (const late of [false, true]) {
      const fails: RowFilter = {
        problems: { count: 0, example: null },
        select(source, _data, _end, _batch, positions, count, out) {
          if (source === sources[1]) {
            if (late) return Promise.reject(new Error("no"));
            throw new Error("no");
          }
          out.set(positions.subarray(0, count));
          return count;
        },
      };
      const ring = new Ring({ bytes: MB, rows: 10 });
      for (const source of sources.slice(0, 3)) add(ring, source, [{ value: "a" }, { value: "b" }]);
      const view = new View(ring, wholeView, fails);
      await assert.rejects(async () => await view.advance(Number.POSITIVE_INFINITY), /no/);
      assert.equal(view.advance(Number.POSITIVE_INFINITY), false);
      assert.deepEqual([view.seqAt(0), view.seqAt(1), view.seqAt(2), view.seqAt(3), view.count], [0, 1, 4, 5, 4]);
    }
  });

  test("does nothing more once it is closed", async () => {
    const ring = new Ring({ bytes: MB, rows: 10 });
    add(ring, sources[0]!, [{ value: "needle" }]);
    const view = new View(ring, wholeView, new Contains("needle", 1));
    const waiting = view.advance(Number.POSITIVE_INFINITY);
    view.close();
    assert.deepEqual([await waiting, view.advance(Number.POSITIVE_INFINITY), view.count], [false, false, 0]);
  });
});
