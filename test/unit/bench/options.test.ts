import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBenchOptions } from "../../bench/options.ts";

const sections = ["dead", "first", "scan"];
const parse = (...args: string[]) => parseBenchOptions(args, sections);

test("without options everything is measured, three rounds each", () => {
  const { only, codecs, rounds, check, json } = parse();
  assert.deepEqual(only, sections);
  assert.deepEqual(codecs, ["none", "gzip", "snappy", "lz4", "zstd"]);
  assert.deepEqual([rounds, check, json], [3, false, null]);
});

test("chosen sections and codecs keep their own order, and a quick run has one round", () => {
  const { only, codecs, rounds } = parse("--only", "scan, dead", "--codec", "zstd,none", "--quick");
  assert.deepEqual(only, ["dead", "scan"]);
  assert.deepEqual(codecs, ["none", "zstd"]);
  assert.equal(rounds, 1);
  assert.equal(parse("--quick", "--rounds", "5").rounds, 5);
});

test("what is not known is refused by name", () => {
  assert.throws(() => parse("--only", "scan,nonsense"), {
    message: '--only knows dead, first, scan, but not "nonsense".',
  });
  assert.throws(() => parse("--codec", "brotli"), /but not "brotli"/);
  assert.throws(() => parse("--fast"), /--fast/);
  for (const rounds of ["0", "x", "1.5", "100"]) assert.throws(() => parse("--rounds", rounds), /from 1 to 99/);
});
