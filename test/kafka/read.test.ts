import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import { useStack } from "../harness/stack.ts";
import { open, unique, until } from "./support/clusters.ts";
import { feed, makeTopic, root } from "./support/reading.ts";

const stack = await useStack();
const { bootstrap } = stack.kraft;
const cluster = open(bootstrap);
const producer = new MessageProducer(cluster);

const SUMMARY = /^(\d+) messages, (\d+) bytes in \d+(\.\d+)? s, \d+ messages\/s$/;

async function run(topic: string, ...args: string[]) {
  const all = ["src/cli/read.ts", "--brokers", bootstrap, "--topic", topic, ...args];
  const { code, stdout, stderr } = await feed(process.execPath, all, "", { cwd: root });
  return { code, stdout, stderr, summary: SUMMARY.exec(stderr.trimEnd().split("\n").at(-1) ?? "") };
}

async function read(topic: string, ...args: string[]) {
  const ended = await run(topic, ...args);
  const messages = ended.stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { ...ended, messages };
}

const send = (
  topic: string,
  partition: number,
  key: string | null,
  value: string | Buffer | null,
  headers: { key: string; value: string | null }[] = [],
) =>
  producer.send({
    topic,
    partition,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: headers.map((h) => ({ key: h.key, value: h.value === null ? null : Buffer.from(h.value) })),
  });

describe("npm run read", () => {
  test("counts what it printed, however late the last line was", async () => {
    const topic = await makeTopic(cluster, "read", 3);
    const value = JSON.stringify({ text: "x".repeat(50) });
    // the shorter ones are read to its end while the longest is still being printed
    for (const [p, count] of [6000, 500, 500].entries()) {
      await feed("kcat", ["-P", "-b", bootstrap, "-t", topic, "-p", String(p)], `${value}\n`.repeat(count));
    }
    const { messages, summary } = await read(topic, "--from", "beginning", "--to", "end");
    assert.equal(messages.length, 7000);
    assert.deepEqual(summary?.slice(1, 3), ["7000", String(7000 * value.length)]);
  });

  test("prints one JSON object a message, exact to the last digit", async () => {
    const topic = await makeTopic(cluster, "read", 1);
    const sent = [
      await send(topic, 0, "k1", '{"id":9223372036854775807,"n":1.10}', [
        { key: "trace", value: "abc" },
        { key: "none", value: null },
      ]),
      await send(topic, 0, null, "plain text, größe"),
      await send(topic, 0, "gone", null),
      await send(topic, 0, "", Buffer.from([0xff, 0x00, 0x10])),
    ];
    const { code, messages, summary } = await read(topic, "--from", "beginning", "--to", "end");
    assert.equal(code, 0);
    const common = (i: number) => ({ topic, partition: 0, offset: String(i), timestamp: String(sent[i]!.timestamp) });
    assert.deepEqual(messages.slice(0, 3), [
      {
        ...common(0),
        key: { format: "text", text: "k1" },
        value: {
          format: "json",
          text: '{\n  "id": 9223372036854775807,\n  "n": 1.10\n}',
          schema: null,
          problems: [],
        },
        headers: [
          { key: "trace", text: "abc" },
          { key: "none", text: null },
        ],
      },
      {
        ...common(1),
        key: null,
        value: { format: "text", text: "plain text, größe", schema: null, problems: [] },
        headers: [],
      },
      { ...common(2), key: { format: "text", text: "gone" }, value: null, headers: [] },
    ]);
    assert.equal(messages[3].value.format, "binary");
    assert.equal(messages[3].key.format, "empty");
    const bytes = 2 + 35 + Buffer.byteLength("plain text, größe") + 4 + 3;
    assert.deepEqual([summary?.[1], summary?.[2]], ["4", String(bytes)]);

    const raw = await read(topic, "--from", "last:1", "--to", "end", "--bytes");
    assert.deepEqual(
      [raw.messages[0].value.bytes, raw.messages[0].key.bytes],
      [Buffer.from([0xff, 0, 0x10]).toString("base64"), ""],
    );
    const count = await read(topic, "--from", "beginning", "--to", "end", "--format", "count");
    assert.deepEqual([count.stdout, count.summary?.[2]], ["4\n", String(bytes)]);
  });

  test("prints CSV, a header line first, and only that of an empty topic", async () => {
    const topic = await makeTopic(cluster, "read-csv", 1);
    const header = "topic,partition,offset,timestamp,key,value,headers\r\n";
    const args = ["--from", "beginning", "--to", "end", "--format", "csv"];
    assert.equal((await run(topic, ...args)).stdout, header);
    const sent = [
      await send(topic, 0, "k,1", '{"id": 9223372036854775807, "s": "a"}', [{ key: "trace", value: "abc" }]),
      await send(topic, 0, null, "=1+1"),
      await send(topic, 0, "", null),
    ].map(({ timestamp }) => String(timestamp));
    const { code, stdout, summary } = await run(topic, ...args);
    assert.equal(
      stdout,
      header +
        `${topic},0,0,${sent[0]},"k,1","{""id"":9223372036854775807,""s"":""a""}","[{""key"":""trace"",""text"":""abc""}]"\r\n` +
        `${topic},0,1,${sent[1]},,=1+1,[]\r\n` +
        `${topic},0,2,${sent[2]},"",,[]\r\n`,
    );
    assert.deepEqual([code, summary?.[1]], [0, "3"]);
  });

  test("reads from where and to where it is told, in the order of each partition", async () => {
    const topic = await makeTopic(cluster, "read-ranges", 3);
    const sent = [];
    for (let i = 0; i < 30; i++) {
      // each a millisecond of its own: which of two of one millisecond is newer cannot be told across partitions
      await setTimeout(2);
      sent.push(await send(topic, i % 3, null, String(i)));
    }
    const values = async (...args: string[]) => (await read(topic, ...args)).messages.map((m) => Number(m.value.text));
    const all = (await read(topic, "--from", "beginning", "--to", "end")).messages;
    for (let p = 0; p < 3; p++) {
      assert.deepEqual(
        all.filter((m) => m.partition === p).map((m) => m.offset),
        Array.from({ length: 10 }, (_, i) => String(i)),
      );
    }
    const sorted = async (...args: string[]) => (await values(...args)).sort((a, b) => a - b);
    assert.deepEqual(await sorted("--from", "offset:8", "--to", "end", "--partitions", "0,2"), [24, 26, 27, 29]);
    assert.deepEqual(await sorted("--from", "last:4", "--to", "end"), [26, 27, 28, 29]);
    const time = new Date(Number(sent[27]!.timestamp)).toISOString();
    assert.deepEqual((await sorted("--from", `time:${time}`, "--to", "end")).at(-1), 29);
    assert.ok((await values("--from", `time:${time}`, "--to", "end")).includes(27));
    assert.equal((await values("--from", "beginning", "--to", "count:11")).length, 11);
    assert.deepEqual(await values("--from", "time:2999-01-01T00:00:00Z", "--to", "end"), []);
    assert.deepEqual(await values("--to", "end"), [], "latest without --from");
  });

  test("goes on live until Ctrl-C, which ends with the summary", async () => {
    const topic = await makeTopic(cluster, "read-live", 1);
    const child = spawn(process.execPath, ["src/cli/read.ts", "--brokers", bootstrap, "--topic", topic], { cwd: root });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    const closed = once(child, "close");
    await until("the first message", async () => {
      await send(topic, 0, null, "x");
      return out !== "";
    });
    child.kill("SIGINT");
    const [code] = await closed;
    assert.equal(code, 0);
    assert.match(err.trimEnd().split("\n").at(-1)!, SUMMARY);
  });

  test("ends quietly when nobody reads on", async () => {
    const topic = await makeTopic(cluster, "read-head", 1);
    for (let i = 0; i < 20; i++) await send(topic, 0, null, "x".repeat(50_000));
    const child = spawn(
      process.execPath,
      ["src/cli/read.ts", "--brokers", bootstrap, "--topic", topic, "--from", "beginning"],
      { cwd: root },
    );
    let err = "";
    child.stderr.on("data", (chunk) => (err += chunk));
    child.stdout.once("data", () => child.stdout.destroy());
    const [code] = await once(child, "close");
    assert.deepEqual([code, err], [0, ""]);
  });

  test("a mistake is one sentence on stderr and exit code 1, and creates nothing", async () => {
    const topic = unique("read-missing");
    for (const [args, sentence] of [
      [["--to", "end"], `There is no topic ${topic} on this cluster.\n`],
      [
        ["--from", "soon"],
        "--from soon is unknown: write beginning, latest, last:N, offset:N, time:ISO or group:NAME.\n",
      ],
    ] as const) {
      const { code, stdout, stderr } = await read(topic, ...args);
      assert.deepEqual([code, stdout, stderr], [1, "", sentence]);
    }
    assert.ok(!(await cluster.topics(null)).some(({ name }) => name === topic));
    const dead = await feed(process.execPath, ["src/cli/read.ts", "--brokers", "127.0.0.1:1", "--topic", topic], "", {
      cwd: root,
    });
    assert.equal(dead.code, 1);
    assert.match(dead.stderr, /^[^\n]*127\.0\.0\.1:1[^\n]*\n$/);
    const existing = await makeTopic(cluster, "read-partitions", 2);
    const partition = await read(existing, "--partitions", "7", "--to", "end");
    assert.deepEqual(
      [partition.code, partition.stderr],
      [1, `Topic ${existing} has partitions 0 to 1: there is no partition 7.\n`],
    );
  });
});
