import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { copyAs } from "../../src/reader/export/copy.ts";
import type { PlacedRecord } from "../../src/reader/export/lines.ts";
import { createDecoder } from "../../src/schema/decoder.ts";
import type { CopyFormat } from "../../src/shared/messages.ts";
import { useStack } from "../harness/stack.ts";
import { type Payloads, recordOf } from "../unit/reader/export/records.ts";
import { open } from "./support/clusters.ts";
import { withConsoleProducer } from "./support/consoleProducer.ts";
import { keptPayloads } from "./support/payloads.ts";
import { feed, makeTopic } from "./support/reading.ts";

const stack = await useStack();
const { bootstrap } = stack.kraft;
const cluster = open(bootstrap);

const allBytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const hostile = `it's "quoted" \\ %s $(id) \`id\` \${HOME} !! ; & | < > # * ? ~`;

/** What the shell does with the copied text, and then what is in the topic. */
async function pasted(
  format: CopyFormat,
  records: Payloads[],
  options: { shell?: string; partitions?: number; partition?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<{ text: string; arrived: Payloads[]; stderr: string }> {
  const { shell = "sh", partition = 0 } = options;
  const topic = await makeTopic(cluster, "copy", options.partitions ?? 1, { "max.message.bytes": "8000000" });
  const placed: PlacedRecord[] = records.map((record) => ({ topic, partition, record: recordOf(record) }));
  const target = { bootstrap: [bootstrap], tls: null, sasl: null };
  const text = await copyAs(placed, format, { decoder: createDecoder(), schemas: null, target });
  const { code, stderr } = await feed(shell, [], `${text}\n`, options.env ? { env: options.env } : {});
  assert.equal(code, 0, stderr);
  return { text, arrived: await keptPayloads(bootstrap, topic, partition), stderr };
}

const cases: [what: string, record: Payloads][] = [
  ["a plain key and value", { key: Buffer.from("k1"), value: Buffer.from('{"id": 9223372036854775807}'), headers: [] }],
  ["no key", { key: null, value: Buffer.from("v"), headers: [] }],
  ["a tombstone", { key: Buffer.from("gone"), value: null, headers: [] }],
  ["a tombstone with an empty key", { key: Buffer.alloc(0), value: null, headers: [] }],
  ["neither key nor value", { key: null, value: null, headers: [{ key: "h", value: Buffer.from("x") }] }],
  ["an empty key", { key: Buffer.alloc(0), value: Buffer.from("v"), headers: [] }],
  ["an empty value", { key: Buffer.from("k"), value: Buffer.alloc(0), headers: [] }],
  ["an empty key and value", { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] }],
  ["every byte in the value", { key: Buffer.from("k"), value: Buffer.concat([allBytes, allBytes]), headers: [] }],
  ["every byte in the key", { key: allBytes, value: Buffer.from("v\n"), headers: [] }],
  ["a binary key of a tombstone", { key: Buffer.from([0, 0xff, 0x0a]), value: null, headers: [] }],
  ["line ends in the value", { key: null, value: Buffer.from("\n\na\r\nb\n\n"), headers: [] }],
  [
    "what shells give a meaning to",
    {
      key: Buffer.from(hostile),
      value: Buffer.from(`-n ${hostile}\u001b[31m\u202e größe 👩‍💻 \u00a0`),
      headers: [
        { key: "hostile", value: Buffer.from(`${hostile}=x=`) },
        { key: "none", value: null },
        { key: "empty", value: Buffer.alloc(0) },
        { key: "binary", value: Buffer.from([0xff, 0xfe, 0x0a, 0x0a]) },
        { key: "hostile", value: Buffer.from("the same name again") },
      ],
    },
  ],
  ["a key and a value that begin like options", { key: Buffer.from("-k"), value: Buffer.from("-v"), headers: [] }],
  ["two megabytes", { key: Buffer.from("k"), value: Buffer.alloc(2_000_000, "0123456789\n"), headers: [] }],
  ["a key of a megabyte", { key: Buffer.alloc(1_000_000, "key"), value: Buffer.from("v"), headers: [] }],
];

describe("a record that is copied as a kcat command", () => {
  for (const [what, record] of cases) {
    test(`arrives byte by byte: ${what}`, async () => {
      const { arrived } = await pasted("kcat", [record]);
      assert.deepEqual(arrived, [record]);
    });
  }

  test("goes to its partition, with others after it, in bash too", async () => {
    const records = cases.slice(0, 13).map(([, record]) => record);
    const { arrived } = await pasted("kcat", records, { shell: "bash", partitions: 3, partition: 2 });
    assert.deepEqual(arrived, records);
  });

  test("is a comment that says why where kcat cannot produce it, and produces nothing", async () => {
    const { text, arrived } = await pasted("kcat", [
      { key: null, value: Buffer.alloc(0), headers: [] },
      { key: null, value: Buffer.from("v"), headers: [{ key: "a=b", value: Buffer.from("x") }] },
      { key: null, value: Buffer.from("v"), headers: [{ key: "nul", value: Buffer.from([0]) }] },
    ]);
    assert.deepEqual(arrived, []);
    const lines = text.split("\n");
    assert.deepEqual(
      lines.map((line) => line.replace(/^.*: /, "")),
      [
        "it sends no empty value without a key.",
        "the name of a header is empty or has an equals sign.",
        "a header has a zero byte or more than 100000 bytes.",
      ],
    );
    for (const line of lines) assert.match(line, /^# [\w .,:-]+$/);
  });
});

describe("a record that is copied as a kafka-console-producer command", () => {
  let tool: Awaited<ReturnType<typeof withConsoleProducer>>;
  before(async () => {
    tool = await withConsoleProducer();
  });
  after(() => tool?.remove());

  test("arrives with its key, headers and nulls, whatever characters they have", async () => {
    const records: Payloads[] = [
      {
        key: Buffer.from(hostile),
        value: Buffer.from(`-n ${hostile}\u202e größe`),
        headers: [
          { key: "hostile", value: Buffer.from(`${hostile}:,@`) },
          { key: "none", value: null },
          { key: "empty", value: Buffer.alloc(0) },
          { key: "odd:name", value: Buffer.from("NULL") },
        ],
      },
      { key: Buffer.from("gone"), value: null, headers: [] },
      { key: null, value: Buffer.from("v"), headers: [] },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] },
    ];
    const { arrived } = await pasted("console-producer", records, { env: tool.env });
    assert.deepEqual(arrived, records);
  });

  test("is a comment that says why where the tool cannot send it", async () => {
    const records: Payloads[] = [
      { key: null, value: Buffer.from("two\nlines"), headers: [] },
      { key: Buffer.from([0xff]), value: Buffer.from("v"), headers: [] },
    ];
    const { text, arrived } = await pasted("console-producer", records, { env: tool.env });
    assert.deepEqual(arrived, []);
    assert.match(
      text,
      /^# [\w .,:-]+: it has line ends\. Copy it for kcat instead\.\n# [\w .,:-]+ not text in UTF-8\./,
    );
  });
});
