import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { temporaryFolder } from "../harness/process.ts";
import { runCommand } from "../harness/run.ts";

const folder = temporaryFolder("bench-decode-test");
after(() => folder.remove());
const bench = join(import.meta.dirname, "..", "bench", "decode.ts");

interface Report {
  budgets: { what: string; measured: number; verdict: string }[];
  results: { name: string; library: string; times: Record<string, number[]> }[];
  python: Record<string, number[]>;
}

test("a quick bench of decoding times each format beside its library and Python's client, and writes its figures", async () => {
  const json = join(folder.path, "figures.json");
  const output = await runCommand(process.execPath, [bench, "--quick", "--json", json], { timeoutMs: 180_000 });
  const { budgets, results, python } = JSON.parse(readFileSync(json, "utf8")) as Report;
  for (const { name, times } of results) {
    for (const contender of ["preview", "view", "bare"])
      assert.ok(times[contender]!.length === 1 && times[contender]![0]! > 0, `${name}, ${contender}`);
    assert.ok(output.includes(name), `${name} is not in the table`);
  }
  for (const format of ["Avro", "Protobuf", "JSON", "text", "MessagePack", "CBOR"])
    assert.ok(
      budgets.some(({ what }) => what.startsWith(format)),
      `${format} has no budget`,
    );
  for (const { what, measured } of budgets) assert.ok(measured > 0, `${what}: ${measured}`);
  assert.ok(budgets.some(({ what }) => /MB of JSON laid out/.test(what)));
  // those with schemas: three of Avro, two of Protobuf, one of JSON
  assert.equal(Object.keys(python).length, 6);
  for (const [name, [seconds]] of Object.entries(python)) assert.ok(seconds! > 0, name);
});

test("what the bench of decoding does not know is refused by name", async () => {
  await assert.rejects(
    runCommand(process.execPath, [bench, "--rounds", "0"], { timeoutMs: 60_000 }),
    /--rounds takes a number from 1 to 99, not "0"/,
  );
  await assert.rejects(runCommand(process.execPath, [bench, "--fast"], { timeoutMs: 60_000 }), /--fast/);
});
