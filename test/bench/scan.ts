// Reads a million real messages with the reader, with kcat and with a kafkajs consumer: one broker, one run, interleaved, median of three.
//   npm run bench:scan [-- --check] [--codec lz4] [--rounds 3] [--kraft] [--only-reader]
// --check: exit code 1 when the reader is below 2 times kcat's rate or 3 times kafkajs's for any codec.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { Cluster } from "../../src/kafka/cluster.ts";
import type { Codec } from "../../src/shared/messages.ts";
import { useStack } from "../harness/stack.ts";
import { ensureTools } from "../harness/tools.ts";
import { MESSAGES, writeMessages } from "./data.ts";
import { scanWithKafkajs } from "./kafkajsScan.ts";
import { scanInProcess, scanWithWorker } from "./readerScan.ts";
import { median, table } from "./table.ts";

const PARTITIONS = 6;
const KCAT_RATIO = 2;
const KAFKAJS_RATIO = 3;
const ALL: Codec[] = ["none", "gzip", "snappy", "lz4", "zstd"];

const { values: options } = parseArgs({
  options: {
    check: { type: "boolean", default: false },
    kraft: { type: "boolean", default: false },
    codec: { type: "string" },
    rounds: { type: "string", default: "3" },
    "only-reader": { type: "boolean", default: false },
  },
});
const codecs = options.codec === undefined ? ALL : ALL.filter((codec) => options.codec!.split(",").includes(codec));
const topicOf = (codec: Codec): string => `kw-bench-${codec}`;

await ensureTools(["kcat"]);
const stack = await useStack();
const broker = (options.kraft ? stack.kraft : stack.zk).bootstrap;
const folder = await mkdtemp(join(tmpdir(), "kw-bench-"));
try {
  for (const codec of codecs) await prepare(codec);
  const worker = await bundleWorker();
  const contenders: Record<string, (topic: string) => Promise<number>> = {
    reader: (topic) => scanWithWorker(worker, broker, topic, MESSAGES),
    "in process": (topic) => scanInProcess(broker, topic, MESSAGES),
    ...(options["only-reader"]
      ? {}
      : {
          kcat: scanWithKcat,
          kafkajs: (topic) => scanWithKafkajs(broker, topic, MESSAGES),
        }),
  };
  await scanWithWorker(worker, broker, topicOf(codecs[0]!), MESSAGES); // the broker's and the disk's caches are warm for all
  const rows = [["seconds", ...Object.keys(contenders), "× kcat", "× kafkajs"]];
  let good = true;
  for (const codec of codecs) {
    const seconds = await measure(contenders, topicOf(codec));
    const overKcat = (seconds["kcat"] ?? Number.NaN) / seconds["reader"]!;
    const overKafkajs = (seconds["kafkajs"] ?? Number.NaN) / seconds["reader"]!;
    good &&= overKcat >= KCAT_RATIO && overKafkajs >= KAFKAJS_RATIO;
    rows.push([codec, ...Object.values(seconds).map((s) => s.toFixed(3)), overKcat.toFixed(2), overKafkajs.toFixed(2)]);
  }
  console.log(
    `\n${MESSAGES.toLocaleString("en")} JSON messages in ${PARTITIONS} partitions, median of ${options.rounds}:\n`,
  );
  console.log(table(rows));
  if (options.check) {
    console.log(
      `\n${good ? "ok" : "TOO SLOW"}: at least ${KCAT_RATIO} × kcat and ${KAFKAJS_RATIO} × kafkajs are asked for with every codec`,
    );
    if (!good) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Interleaved, so that a change of the machine's mood falls on all alike. */
async function measure(
  contenders: Record<string, (topic: string) => Promise<number>>,
  topic: string,
): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [name, run] of Object.entries(contenders)) {
      const seconds = await run(topic);
      (times[name] ??= []).push(seconds);
      process.stderr.write(`${topic} ${name} ${seconds.toFixed(3)} s\n`);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

/** The topic with its million messages, made once per broker. */
async function prepare(codec: Codec): Promise<void> {
  const topic = topicOf(codec);
  const cluster = new Cluster({
    bootstrap: [broker],
    tls: null,
    sasl: null,
    connectTimeout: 3000,
    requestTimeout: 30_000,
  });
  try {
    const found = (await cluster.topics(null)).some(({ name }) => name === topic);
    if (found) {
      const at = new Map(Array.from({ length: PARTITIONS }, (_, p) => [p, "latest" as const]));
      const ends = await cluster.listOffsets(topic, at, "read_committed");
      if ([...ends.values()].reduce((sum, { offset }) => sum + offset, 0n) === BigInt(MESSAGES)) return;
      await deleteTopic(cluster, topic);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
    process.stderr.write(`producing ${MESSAGES} messages with ${codec} …\n`);
    await createTopic(cluster, { name: topic, partitions: PARTITIONS, replicationFactor: 1, configs: {} });
  } finally {
    await cluster.close();
  }
  const kcat = spawn("kcat", ["-P", "-b", broker, "-t", topic, "-K", "\t", "-z", codec, "-X", "linger.ms=50"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = once(kcat, "exit");
  await writeMessages(kcat.stdin, MESSAGES);
  const [code] = await ended;
  if (code !== 0) throw new Error(`kcat could not produce: exit code ${code}`);
}

/** The whole process, as a user waits for it; `-f ''` prints nothing per message, its fastest way. */
async function scanWithKcat(topic: string): Promise<number> {
  const started = performance.now();
  const kcat = spawn("kcat", ["-C", "-b", broker, "-t", topic, "-o", "beginning", "-e", "-q", "-f", ""], {
    stdio: "ignore",
  });
  const [code] = await once(kcat, "exit");
  if (code !== 0) throw new Error(`kcat ended with code ${code}`);
  return (performance.now() - started) / 1000;
}

/** The worker as it ships: bundled and minified. */
async function bundleWorker(): Promise<URL> {
  const outfile = join(folder, "readerWorker.mjs");
  await build({
    entryPoints: ["src/reader/worker.ts"],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node22",
    logLevel: "error",
    banner: { js: 'import { createRequire as __cr } from "node:module"; const require = __cr(import.meta.url);' },
  });
  await copyFile("node_modules/@platformatic/wasm-utils/dist/native.wasm", join(folder, "native.wasm"));
  return pathToFileURL(outfile);
}
