import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runTool, type Tool, ToolFailure } from "../../../src/local/run.ts";
import { CancelledError } from "../../../src/shared/userError.ts";

const node = (script: string): Tool<string> => ({
  command: process.execPath,
  args: ["-e", script],
  parse: (out) => out,
});

describe("running a program", () => {
  test("its output is parsed, its progress handed on by lines", async () => {
    const lines: string[] = [];
    const script = 'console.error("a\\nb"); process.stdout.write("out"); process.stderr.write("c")';
    assert.equal(await runTool(node(script), { onLine: (line) => lines.push(line) }), "out");
    assert.deepEqual(lines, ["a", "b", "c"]);
  });

  test("its failure has the exit code and what it said", async () => {
    const error = await runTool(node('console.error("why"); process.exitCode = 7')).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ToolFailure);
    assert.deepEqual([error.reason, error.exitCode, error.stderr.trim()], ["failed", 7, "why"]);
  });

  test("a program that is not there is missing", async () => {
    const tool = { command: "kafka-workbench-no-such-program", args: [], parse: () => null };
    const error = await runTool(tool).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ToolFailure);
    assert.equal(error.reason, "missing");
  });

  test("an argument is an argument, whatever is in it", async () => {
    const argument = '$(echo x) "; `y` & %PATH% \n z';
    const tool = { ...node("process.stdout.write(process.argv[1])"), parse: (out: string) => out };
    assert.equal(await runTool({ ...tool, args: [...tool.args, argument] }), argument);
  });

  test("one that says nothing for too long is ended", async () => {
    const error = await runTool(node("setInterval(() => {}, 1000)"), { idleMs: 150 }).catch(
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ToolFailure);
    assert.equal(error.reason, "idle");
  });

  test("a cancelled one has ended when the cancellation arrives", async () => {
    const abort = new AbortController();
    let ended = false;
    const script =
      'process.on("SIGINT", () => { console.error("bye"); process.exit() }); setInterval(() => {}, 1000); console.error("up")';
    const onLine = (line: string): void => {
      if (line === "up") abort.abort();
      if (line === "bye") ended = true;
    };
    await assert.rejects(runTool(node(script), { signal: abort.signal, onLine }), CancelledError);
    if (process.platform !== "win32") assert.ok(ended);
    await assert.rejects(runTool(node(""), { signal: abort.signal }), CancelledError);
  });
});
