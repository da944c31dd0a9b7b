import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type ExportRow, type ExportSource, exportRows } from "../../../../src/reader/export/exporter.ts";
import type { LineOptions, PlacedRecord } from "../../../../src/reader/export/lines.ts";
import { createDecoder } from "../../../../src/schema/decoder.ts";
import type { ExportColumn, ExportFormat, ExportProgress, PayloadView } from "../../../../src/shared/messages.ts";
import { placed } from "./records.ts";

const root = mkdtempSync(join(tmpdir(), "export-"));
after(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
function newFolder(): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  return folder;
}

const row = (record: PlacedRecord): ExportRow => ({ kind: "record", ...record });
const unreadable: ExportRow = {
  kind: "problem",
  topic: "orders",
  partition: 1,
  first: 5,
  last: 7,
  why: "The batch at offset 5 is damaged.",
};
const sourceOf = (rows: (ExportRow | null)[]): ExportSource => ({ count: rows.length, record: (i) => rows[i]! });
const endless = (count: number, record = placed("k", '{"a": 1}')): ExportSource => ({
  count,
  record: () => row(record),
});

interface More {
  columns?: ExportColumn[];
  signal?: AbortSignal;
  progress?: (p: ExportProgress) => void;
  options?: Partial<LineOptions>;
}

function write(format: ExportFormat, target: string, source: ExportSource, more: More = {}): Promise<ExportProgress> {
  const { columns = ["key", "value"], signal = new AbortController().signal, progress = () => {} } = more;
  const fieldOf = (view: PayloadView, path: string) => `${path} of ${view.format}`;
  const options = { decoder: createDecoder(), schemas: null, fieldOf, ...more.options };
  return exportRows({ format, seqs: null, columns, target }, source, options, signal, progress);
}

async function written(format: ExportFormat, rows: (ExportRow | null)[], more: More = {}) {
  const target = join(newFolder(), "out");
  const result = await write(format, target, sourceOf(rows), more);
  return { result, text: readFileSync(target, "utf8") };
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.fail("it did not fail"),
    (error: unknown) => error,
  );

describe("an export to a file", () => {
  test("is JSON Lines, with what could not be read as a line of its own", async () => {
    const rows = [row(placed("k", '{"id":9223372036854775807}', { headers: [["h", null]] })), unreadable];
    const { result, text } = await written("jsonl", rows);
    const lines = text.split("\n");
    assert.deepEqual(JSON.parse(lines[0]!), {
      topic: "orders",
      partition: 0,
      offset: "17",
      timestamp: "1700000000000",
      key: { format: "text", text: "k" },
      value: { format: "json", text: '{\n  "id": 9223372036854775807\n}', schema: null, problems: [] },
      headers: [{ key: "h", text: null }],
    });
    assert.deepEqual(JSON.parse(lines[1]!), {
      topic: "orders",
      partition: 1,
      offset: "5",
      lastOffset: "7",
      problem: "The batch at offset 5 is damaged.",
    });
    assert.deepEqual([lines.length, lines[2]], [3, ""]);
    assert.deepEqual(result, { rows: 2, of: 2, bytes: Buffer.byteLength(text) });
  });

  test("is one JSON array, also of no rows", async () => {
    const { text } = await written("json", [row(placed("a", "1")), row(placed("b", null))]);
    const read = JSON.parse(text) as { key: { text: string } }[];
    assert.deepEqual(
      read.map(({ key }) => key.text),
      ["a", "b"],
    );
    assert.deepEqual(JSON.parse((await written("json", [])).text), []);
  });

  test("is CSV with the chosen columns, fields of the value among them", async () => {
    const columns: ExportColumn[] = ["offset", "key", "value", { field: "$.a[0]" }, "keySize", "valueSize"];
    const rows = [row(placed(null, '{"a": [1, "x"]}')), unreadable, row(placed("", null))];
    const { result, text } = await written("csv", rows, { columns });
    assert.equal(
      text,
      [
        "offset,key,value,$.a[0],keySize,valueSize",
        '17,,"{""a"":[1,""x""]}",$.a[0] of json,,15',
        '17,"",,,0,',
        "",
      ].join("\r\n"),
    );
    assert.deepEqual(result, { rows: 2, of: 3, bytes: text.length, unreadable: 1 });
  });

  test("is CSV also with what only the batch of a message says", async () => {
    const columns: ExportColumn[] = ["offset", "transaction", "compression", "leaderEpoch", "timestampType"];
    const transaction = { producerId: "7001", producerEpoch: 2, state: "aborted" } as const;
    const rows = [
      { ...row(placed("a", "1")), batch: () => ({ codec: "zstd", leaderEpoch: 4, transaction }) as const },
      { ...row(placed("b", "2")), batch: () => ({ codec: "none", leaderEpoch: -1, transaction: null }) as const },
    ];
    const { text } = await written("csv", rows, { columns });
    assert.deepEqual(text.trimEnd().split("\r\n"), [
      "offset,transaction,compression,leaderEpoch,timestampType",
      "17,aborted 7001,zstd,4,create",
      "17,,none,,create",
    ]);
  });

  test("counts rows that were dropped meanwhile, and passes over control records", async () => {
    const { result, text } = await written("jsonl", [null, row(placed("a", "1")), { kind: "control" }, null]);
    assert.equal(text.trimEnd().split("\n").length, 1);
    assert.deepEqual([result.rows, result.gone], [1, 2]);
  });

  test("takes the place of a file that is there only when it is whole, and leaves nothing beside it", async () => {
    const folder = newFolder();
    const target = join(folder, "out.jsonl");
    writeFileSync(target, "before");
    let during = "";
    await write("jsonl", target, {
      count: 3000,
      record: (i) => {
        if (i === 2999) during = readFileSync(target, "utf8");
        return row(placed("k", "v"));
      },
    });
    assert.equal(during, "before");
    assert.equal(readFileSync(target, "utf8").split("\n").length, 3001);
    assert.deepEqual(readdirSync(folder), ["out.jsonl"]);
  });

  test("follows a link to the file that it leads to", { skip: process.platform === "win32" }, async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "real"), "before");
    symlinkSync("real", join(folder, "link"));
    await write("csv", join(folder, "link"), sourceOf([]));
    assert.equal(readFileSync(join(folder, "real"), "utf8"), "key,value\r\n");
    assert.deepEqual(readdirSync(folder).sort(), ["link", "real"]);
  });

  test("removes what was written when it is cancelled, and keeps the file that was there", async () => {
    for (const format of ["jsonl", "json", "csv"] as const) {
      const folder = newFolder();
      const target = join(folder, "out");
      writeFileSync(target, "before");
      const controller = new AbortController();
      let seen = 0;
      const source: ExportSource = {
        count: 1_000_000,
        record: (i) => {
          if (i === 5000) controller.abort();
          seen = i;
          return row(placed("k", "v"));
        },
      };
      const error = await failure(write(format, target, source, { signal: controller.signal }));
      assert.equal((error as Error).name, "CancelledError");
      assert.deepEqual([seen, readdirSync(folder), readFileSync(target, "utf8")], [5000, ["out"], "before"]);
    }
  });

  test("removes what was written when rows cannot be had", async () => {
    const folder = newFolder();
    const source = {
      count: 2,
      record: () => {
        throw new Error("a bug");
      },
    };
    assert.match(String(await failure(write("jsonl", join(folder, "out"), source))), /a bug/);
    assert.deepEqual(readdirSync(folder), []);
  });

  test("lets other events in, and reports at most ten times a second", async () => {
    const target = join(newFolder(), "out");
    const waits: number[] = [];
    let last = performance.now();
    const beat = setInterval(() => {
      const now = performance.now();
      waits.push(now - last);
      last = now;
    }, 1);
    const reports: ExportProgress[] = [];
    const started = performance.now();
    const result = await write("jsonl", target, endless(40_000), { progress: (p) => reports.push(p) });
    const took = performance.now() - started;
    clearInterval(beat);
    assert.ok(waits.length >= took / 50, `${waits.length} beats in ${took} ms`);
    assert.ok(reports.length <= took / 100, `${reports.length} reports in ${took} ms`);
    assert.equal(result.rows, 40_000);
    for (const [i, report] of reports.entries()) {
      assert.ok(report.rows > (reports[i - 1]?.rows ?? 0) && report.of === 40_000);
    }
  });

  test("holds little in memory, whatever its length", async () => {
    const target = join(newFolder(), "out");
    const record = placed("k", "x".repeat(100_000));
    const before = process.memoryUsage().rss;
    let most = 0;
    await write("jsonl", target, {
      count: 2500,
      record: (i) => {
        if (i % 100 === 0) most = Math.max(most, process.memoryUsage().rss);
        return row(record);
      },
    });
    assert.ok(statSync(target).size > 250_000_000);
    assert.ok(most - before < 160_000_000, `${most - before} bytes more`);
  });

  test("writes a value of megabytes whole", async () => {
    const value = `{"a":"${'\\"\\u0001é😀'.repeat(300_000)}"}`;
    const { text } = await written("jsonl", [row(placed("k", value))]);
    const read = JSON.parse(text) as { value: { text: string } };
    assert.deepEqual(JSON.parse(read.value.text), JSON.parse(value));
    const csv = (await written("csv", [row(placed("k", value))], { columns: ["value", "offset"] })).text;
    assert.ok(csv === `value,offset\r\n"${value.replaceAll('"', '""')}",17\r\n`);
  });

  const asRoot = process.getuid?.() === 0;
  for (const [what, sentence, prepare] of [
    ["is a folder", /^out could not be written: it is a folder\. Choose the name of a file\.$/, mkdirSync],
    [
      "lies in no folder",
      /^file could not be written: its folder does not exist\. /,
      (out: string) => join(out, "file"),
    ],
    [
      "lies in a file",
      /^file could not be written: part of its path is a file and not a folder\. /,
      (out: string) => {
        writeFileSync(out, "");
        return join(out, "file");
      },
    ],
    ["has too long a name", /its name is too long\. Choose a shorter one\.$/, (out: string) => out + "x".repeat(300)],
  ] as const) {
    test(`says in a sentence that its place ${what}`, async () => {
      const out = join(newFolder(), "out");
      const other = prepare(out);
      const error = await failure(write("jsonl", typeof other === "string" && other ? other : out, sourceOf([])));
      assert.deepEqual([(error as Error).name, (error as { code: string }).code], ["UserError", "export"]);
      assert.match((error as Error).message, sentence);
    });
  }

  test("says that a permission is missing", { skip: asRoot || process.platform === "win32" }, async () => {
    const folder = newFolder();
    chmodSync(folder, 0o500);
    const error = await failure(write("jsonl", join(folder, "out"), sourceOf([])));
    assert.match((error as Error).message, /^out could not be written: this needs a permission/);
  });

  test("says why writing failed half-way, and removes what was written", { skip: process.platform === "win32" }, () => {
    const folder = newFolder();
    const script = `
      import { exportRows } from ${JSON.stringify(import.meta.resolve("../../../../src/reader/export/exporter.ts"))};
      import { createDecoder } from ${JSON.stringify(import.meta.resolve("../../../../src/schema/decoder.ts"))};
      import { placed } from ${JSON.stringify(import.meta.resolve("./records.ts"))};
      const row = { kind: "record", ...placed("k", "x".repeat(100_000)) };
      const spec = { format: "jsonl", seqs: null, columns: [], target: ${JSON.stringify(join(folder, "out"))} };
      const options = { decoder: createDecoder(), schemas: null, fieldOf: () => null };
      await exportRows(spec, { count: 100, record: () => row }, options, new AbortController().signal, () => {}).catch(
        (error) => console.log(error.message),
      );`;
    // files of 1000 blocks (512 bytes or 1 kB, as the shell has it) at most
    const limited = [
      "-c",
      'ulimit -f 1000; exec "$0" --no-warnings --input-type=module -e "$1"',
      process.execPath,
      script,
    ];
    const { stdout, stderr } = spawnSync("sh", limited, { encoding: "utf8" });
    assert.match(stdout, /^out could not be written: the file system does not take a file of this size\. /, stderr);
    assert.deepEqual(readdirSync(folder), []);
  });

  test("does not replace a device by a file", { skip: process.platform === "win32" }, async () => {
    const error = await failure(write("jsonl", "/dev/null", sourceOf([row(placed("k", "v"))])));
    assert.equal((error as Error).message, "/dev/null is not a file. Choose another name.");
    assert.ok(statSync("/dev/null").isCharacterDevice());
  });
});

describe("an export of raw values", () => {
  test("is a file a value, named by where it was, with the format as its extension", async () => {
    const folder = join(newFolder(), "new", "values");
    const binary = Buffer.from([0xff, 0, 1]);
    const rows = [
      row(placed("k", '{"a":1}', { offset: 1n })),
      row(placed("k", "text", { offset: 2n, partition: 3 })),
      row(placed("k", null, { offset: 3n })),
      row(placed("k", binary, { offset: 9_007_199_254_740_993n })),
      row(placed("k", "", { offset: 5n })),
      unreadable,
    ];
    const result = await write("raw", folder, sourceOf(rows));
    const files = readdirSync(folder).sort();
    assert.deepEqual(files, ["orders-0-1.json", "orders-0-5.txt", "orders-0-9007199254740993.bin", "orders-3-2.txt"]);
    assert.deepEqual(readFileSync(join(folder, "orders-0-9007199254740993.bin")), binary);
    assert.deepEqual(result, { rows: 4, of: 6, bytes: 14, tombstones: 1, unreadable: 1 });
  });

  test("stays in its folder and has safe names, whatever a topic is called", async () => {
    const outer = newFolder();
    const folder = join(outer, "values");
    const names = ["../../escape", "..", "a/b\\c", "CON", "nul.txt", "a:b*?\0\n", "größe", "x".repeat(300), ""];
    const rows = names.map((topic) => row(placed("k", "v", { topic })));
    await write("raw", folder, sourceOf(rows));
    const files = readdirSync(folder);
    assert.equal(files.length, names.length);
    for (const file of files) {
      assert.match(file, /^[A-Za-z0-9_-][A-Za-z0-9._-]*-0-17\.txt$/);
      assert.doesNotMatch(file, /^(con|nul)\./i);
      assert.ok(file.length < 255);
    }
    assert.deepEqual([readdirSync(outer), existsSync(join(root, "escape-0-17.txt"))], [["values"], false]);
  });

  test("numbers what has the name of a file that is there, and never writes over one", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "orders-0-17.txt"), "before");
    await write("raw", folder, sourceOf([row(placed("k", "one")), row(placed("k", "two"))]));
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    assert.deepEqual(
      [read("orders-0-17.txt"), read("orders-0-17 (2).txt"), read("orders-0-17 (3).txt")],
      ["before", "one", "two"],
    );
  });

  test("cancelled, removes its files and folders and none that were there", async () => {
    for (const [there, left] of [
      [true, ["mine.txt"]],
      [false, null],
    ] as const) {
      const outer = newFolder();
      const folder = join(outer, "deep", "values");
      if (there) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "mine.txt"), "mine");
      }
      const controller = new AbortController();
      let made = 0;
      const source: ExportSource = {
        count: 10_000,
        record: (i) => {
          if (i === 200) {
            made = readdirSync(folder).length;
            controller.abort();
          }
          return row(placed("k", "v", { offset: BigInt(i) }));
        },
      };
      const error = await failure(write("raw", folder, source, { signal: controller.signal }));
      assert.equal((error as Error).name, "CancelledError");
      assert.equal(made, 200 + (there ? 1 : 0));
      if (left) assert.deepEqual(readdirSync(folder), left);
      else assert.deepEqual(readdirSync(outer), []);
    }
  });

  test("says that its folder is a file", async () => {
    const target = join(newFolder(), "out");
    writeFileSync(target, "");
    const error = await failure(write("raw", target, sourceOf([])));
    assert.equal(
      (error as Error).message,
      "out could not be written: it is a file and not a folder. Choose another place.",
    );
  });
});
