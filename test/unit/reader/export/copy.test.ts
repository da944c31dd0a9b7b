import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { copyAs } from "../../../../src/reader/export/copy.ts";
import type { PlacedRecord } from "../../../../src/reader/export/lines.ts";
import { printf, shellComment, shellVariable, shellWord } from "../../../../src/reader/export/shell.ts";
import { createDecoder } from "../../../../src/schema/decoder.ts";
import type { CopyFormat } from "../../../../src/shared/messages.ts";
import { placed } from "./records.ts";

const copied = (records: PlacedRecord[], format: CopyFormat) =>
  copyAs(records, format, { decoder: createDecoder(), schemas: null, brokers: ["a:1", "b:2"] });

describe("what is copied of records", () => {
  test("is their values or keys as they are shown, nothing for null", async () => {
    const records = [placed("k1", '{"n":1.10}'), placed(null, null), placed("k3", Buffer.from([0xff, 0]))];
    assert.equal(await copied(records, "value"), '{\n  "n": 1.10\n}\n\nff 00');
    assert.equal(await copied(records, "key"), "k1\n\nk3");
  });

  test("is laid-out JSON of one and JSON Lines of several", async () => {
    const one = await copied([placed("k", "v")], "json");
    assert.ok(one.startsWith('{\n  "topic": "orders",\n'));
    const lines = (await copied([placed("k", "v"), placed("k", "v")], "json")).split("\n");
    assert.equal(lines.length, 2);
    for (const line of lines) assert.deepEqual(JSON.parse(line), JSON.parse(one));
  });

  test("is a kcat command that reads well where nothing needs care", async () => {
    assert.equal(
      await copied([placed("k1", "it's", { partition: 4, headers: [["trace", "a b"]] })], "kcat"),
      "printf 'it'\\''s' | kcat -P -b a:1,b:2 -t orders -p 4 -k k1 -H 'trace=a b'",
    );
    assert.equal(
      await copied([placed("k1", null)], "kcat"),
      "printf 'k1\\036' | kcat -P -b a:1,b:2 -t orders -p 0 -K '\\x1e' -Z",
    );
  });

  test("is a console producer's command with a note on the partition", async () => {
    assert.equal(
      await copied([placed("a;b", "v", { partition: 4 })], "console-producer"),
      "# The partition, 4 for offset 17, cannot be chosen: it follows from the key.\n" +
        "printf 'a;b~v\\n' | kafka-console-producer.sh --bootstrap-server a:1,b:2 --topic orders" +
        " --property parse.key=true --property 'key.separator=~'",
    );
  });

  test("is never more than a clipboard is for", async () => {
    const error = await copied(
      [placed("k", Buffer.alloc(20_000_000, "x")), placed("k", Buffer.alloc(20_000_000, "x"))],
      "value",
    ).then(
      () => assert.fail("it was copied"),
      (e: unknown) => e,
    );
    assert.deepEqual([(error as Error).name, (error as { code: string }).code], ["UserError", "too-large"]);
  });
});

describe("text for a shell", () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const odd = ["-n", "--", "", "%s%d\\n\\x41", "'", "a\n\n", "\u202ea\u200b\u00a0", "\u0007\u001b[31m", "1\u00012"];
  const all = [bytes, Buffer.from("\0"), ...odd.map((text) => Buffer.from(text))];
  const run = (script: string) => execFileSync("sh", ["-c", script]);
  const skip = process.platform === "win32";

  test("prints any bytes with printf", { skip }, () => {
    for (const one of all) assert.deepEqual(run(printf(one)), one);
  });

  test("holds only visible characters", () => {
    for (const one of all) assert.match(printf(one), /^[\x20-\x7e]*$/);
    assert.equal(printf(Buffer.from("größe 漢字")), "printf 'größe 漢字'");
  });

  test("is a word for text, and a variable for what a word cannot hold", { skip }, () => {
    for (const text of [...odd, '$HOME `id` "x" \\ größe!']) {
      const variable = shellVariable("kw1", Buffer.from(text));
      const word = shellWord(text);
      if (word !== null) assert.equal(run(`printf %s ${word}`).toString(), text);
      assert.equal(run(`${variable.assignment}; printf %s ${variable.word}`).toString(), text);
    }
    assert.equal(shellWord("\u202e"), null);
    assert.equal(shellWord("a\nb"), null);
  });

  test("has comments that no shell takes for anything else", () => {
    assert.match(shellComment("orders`id`$(id);'\"\n&|<>#*?!~{}[]="), /^# orders_id_[\w]+$/);
  });
});
