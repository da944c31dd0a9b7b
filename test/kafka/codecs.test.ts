import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { kafkaJars, kafkaVersions } from "../harness/jars.ts";
import { useStack } from "../harness/stack.ts";
import { ensureTools, javaCommand } from "../harness/tools.ts";
import { open } from "./support/clusters.ts";
import { ended, feed, kcatProduce, makeTopic, openReader } from "./support/reading.ts";

const stack = await useStack();
const cluster = open(stack.zk.bootstrap);
await ensureTools(["kcat"]);

const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
/** some text, some of it longer than a block of any codec */
const messages = Array.from({ length: 300 }, (_, i) => ({
  key: `key-${i}`,
  value: JSON.stringify({ i, text: `größe ${"abc ".repeat(i % 50 === 0 ? 20_000 : i)}`, random: Math.sin(i) }),
}));
const lines = messages.map(({ key, value }) => `${key}=${value}`);

/** Kafka's own console producer (3.9): what Java clients write */
async function javaProduce(topic: string, codec: string): Promise<void> {
  const jars = await kafkaJars(kafkaVersions.zk);
  const { code, stderr } = await feed(
    javaCommand(),
    [
      ...[
        "-Xmx256m",
        "-Dfile.encoding=UTF-8",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        join(jars, "*"),
        "kafka.tools.ConsoleProducer",
      ],
      ...[
        "--bootstrap-server",
        stack.zk.bootstrap,
        "--topic",
        topic,
        "--compression-codec",
        codec,
        "--batch-size",
        "200000",
      ],
      ...["--property", "parse.key=true", "--property", "key.separator==", "--timeout", "200"],
    ],
    `${lines.join("\n")}\n`,
  );
  assert.equal(code, 0, stderr);
}

/** all in one batch: one of a single short message would grow by compression, and librdkafka leaves it as it is then */
const kcatCompressed = (topic: string, codec: string): Promise<void> =>
  kcatProduce(stack.zk.bootstrap, topic, lines, ["-z", codec, "-X", "linger.ms=2000"]);

for (const [writer, produce] of [
  ["kcat", kcatCompressed],
  ["Java", javaProduce],
] as const) {
  describe(`what ${writer} writes`, () => {
    for (const codec of CODECS) {
      test(`with ${codec} is read to the last character`, async () => {
        const topic = await makeTopic(cluster, `codec-${codec}`, 1);
        await produce(topic, codec);
        const reader = openReader(stack.zk.bootstrap);
        await reader.start({ topic });
        const status = await reader.until("all is read", ended);
        assert.deepEqual([status.state, status.scanned, status.unreadable], ["done", messages.length, 0]);
        for (const i of [0, 1, 50, 299]) {
          const detail = await reader.call("detail", [i]);
          assert.equal(detail?.batch.codec, codec);
          assert.equal(detail?.key?.text, messages[i]!.key);
          const bytes = await reader.call("bytes", [i, "value", 0, 1_000_000]);
          assert.equal(Buffer.from(bytes!.bytes).toString(), messages[i]!.value);
        }
        await reader.dispose();
      });
    }
  });
}
