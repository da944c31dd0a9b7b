import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import { startKafka39, startZookeeper } from "../harness/kafka.ts";
import { temporaryFolder } from "../harness/process.ts";
import { open, until } from "./support/clusters.ts";
import { feed, live, makeTopic, openReader, root } from "./support/reading.ts";

// a broker of its own: its files are damaged, and it is stopped
const place = temporaryFolder("damaged");
after(() => place.remove());
const zookeeper = await startZookeeper();
after(() => zookeeper.stop());
const start = (...ports: number[]) =>
  startKafka39({
    zookeeper: zookeeper.address,
    folder: place.path,
    java: ["-Xmx512m"],
    ...(ports.length > 0 ? { ports } : {}),
  });
let broker = await start();
after(() => broker.stop());
const { bootstrap } = broker;
const cluster = open(bootstrap);
const producer = new MessageProducer(cluster);
const send = (topic: string, value: string) =>
  producer.send({ topic, partition: 0, key: null, value: Buffer.from(value), headers: [] });

test("a batch that is damaged on the broker's disk is a problem with its offsets, and the rest is read", async () => {
  const topic = await makeTopic(cluster, "damaged", 1);
  for (let i = 0; i < 5; i++) await send(topic, `value number ${i}`);
  const folder = join(place.path, "data", `${topic}-0`);
  const file = join(folder, readdirSync(folder).find((name) => name.endsWith(".log"))!);
  const log = readFileSync(file);
  const at = log.indexOf("value number 2");
  assert.ok(at > 0);
  log[at]! ^= 1;
  writeFileSync(file, log);
  const args = ["src/cli/read.ts", "--brokers", bootstrap, "--topic", topic, "--from", "beginning", "--to", "end"];
  const { code, stdout, stderr } = await feed(process.execPath, args, "", { cwd: root });
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ offset, value }) => [offset, value?.text]),
    [
      ["0", "value number 0"],
      ["1", "value number 1"],
      ["2", undefined],
      ["3", "value number 3"],
      ["4", "value number 4"],
    ],
  );
  assert.match(
    lines[2].problem,
    /^The batch at offset 2 is damaged: its checksum is [0-9a-f]{8}, but [0-9a-f]{8} was stored/,
  );
  assert.match(stderr, /^4 messages, 56 bytes in /);
  assert.equal(code, 0);
});

test("a broker that goes away and comes back is said so, and nothing is lost", { timeout: 120_000 }, async () => {
  const topic = await makeTopic(cluster, "restart", 1);
  const reader = openReader(bootstrap);
  await reader.start({ topic, from: { kind: "latest" }, to: { kind: "live" } });
  await reader.until("live", live);
  await send(topic, "before");
  await reader.until("the first", ({ nextSeq }) => nextSeq === 1);
  const port = Number(bootstrap.split(":")[1]);
  await broker.stop();
  const trouble = await reader.until("the trouble", ({ problem }) => problem !== null);
  assert.equal(trouble.state, "live");
  broker = await start(port);
  await until("the broker knows its topics", async () =>
    (await cluster.topics(null)).some(({ name }) => name === topic),
  );
  await send(topic, "after");
  await reader.until("the second", ({ nextSeq, problem }) => nextSeq === 2 && problem === null, 30_000);
  assert.deepEqual(
    (await reader.all()).map(({ value }) => value?.text),
    ["before", "after"],
  );
  await reader.dispose();
});
