import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import { Cluster } from "../../src/kafka/cluster.ts";
import { MessageProducer } from "../../src/kafka/produce/producer.ts";
import { defineApi } from "../../src/kafka/protocol/defineApi.ts";
import { metadata } from "../../src/kafka/protocol/metadata.ts";
import { CancelledError } from "../../src/shared/userError.ts";
import { startKafka39, startZookeeper } from "../harness/kafka.ts";
import { temporaryFolder } from "../harness/process.ts";
import { useStack } from "../harness/stack.ts";
import { config, open, unique, until } from "./support/clusters.ts";
import { answerMetadata, answerVersions, fakeBroker, fakeServer } from "./support/fakeBroker.ts";

const stack = await useStack();
const METADATA = 3;
const VERSIONS = 18;

for (const [kind, { bootstrap }] of [
  ["Kafka 3.9 on ZooKeeper", stack.zk],
  ["Kafka 4.1 on KRaft", stack.kraft],
] as const) {
  describe(kind, () => {
    const cluster = open(bootstrap);

    test("the cluster tells its brokers and its controller", async () => {
      const { clusterId, brokers, controllerId } = await cluster.describe();
      assert.match(clusterId ?? "", /^[\w-]{22}$/);
      const [host, port] = bootstrap.split(":");
      assert.deepEqual(
        brokers.map((b) => ({ host: b.host, port: b.port, controller: b.isController })),
        [{ host, port: Number(port), controller: true }],
      );
      assert.equal(controllerId, brokers[0]?.id);
    });

    test("a topic that does not exist is said at once, and not created by asking", async () => {
      const name = unique("unknown");
      const started = Date.now();
      const unknown = { code: "unknown-topic", message: `There is no topic ${name} on this cluster.` };
      await assert.rejects(cluster.topics([name]), unknown);
      await assert.rejects(cluster.listOffsets(name, new Map([[0, "latest"]]), "read_committed"), unknown);
      await assert.rejects(cluster.topics(["no topic at all"]), { code: "unknown-topic" });
      assert.ok(Date.now() - started < 1000);
      const all = await cluster.topics(null);
      assert.ok(!all.some((topic) => topic.name === name));
    });

    test("offsets are found by end and by time", async () => {
      const topic = unique("offsets");
      await createTopic(cluster, { name: topic, partitions: 2, replicationFactor: 1, configs: {} });
      const producer = new MessageProducer(cluster);
      const sent = [];
      for (let i = 0; i < 3; i++) {
        sent.push(await producer.send({ topic, partition: 1, key: null, value: Buffer.from(`${i}`), headers: [] }));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const ask = async (at: "earliest" | "latest" | bigint) =>
        (await cluster.listOffsets(topic, new Map([[1, at]]), "read_committed")).get(1);
      assert.deepEqual(await ask("earliest"), { offset: 0n, timestamp: -1n, problem: null });
      assert.equal((await ask("latest"))?.offset, 3n);
      assert.deepEqual(await ask(sent[1]!.timestamp), { offset: 1n, timestamp: sent[1]!.timestamp, problem: null });
      assert.equal((await ask(BigInt(Date.now() + 60_000)))?.offset, -1n, "nothing is that young");
      const both = await cluster.listOffsets(
        topic,
        new Map([
          [0, "latest"],
          [7, "latest"],
        ]),
        "read_committed",
      );
      assert.equal(both.get(0)?.offset, 0n);
      assert.equal(both.get(7)?.problem, "The cluster does not have this partition.");
      await deleteTopic(cluster, topic);
    });

    test("an API version that the broker is too new for is refused in words", async () => {
      // Metadata exists, but neither side's versions meet
      const tooNew = defineApi<null, null>({
        name: "Metadata",
        key: METADATA,
        versions: [98, 99],
        encode() {},
        decode: () => null,
      });
      await assert.rejects(cluster.request("any", tooNew, null), (error: Error & { code: string }) => {
        assert.equal(error.code, "unsupported-version");
        assert.match(error.message, /speaks Metadata in versions 0 to \d+, this extension in 98 to 99/);
        return true;
      });
      const unknown = defineApi<null, null>({
        name: "Nothing",
        key: 999,
        versions: [0, 0],
        encode() {},
        decode: () => null,
      });
      await assert.rejects(cluster.request("any", unknown, null), /does not know Nothing/);
    });

    test("a program that connects, reads and closes ends by itself and prints nothing", async () => {
      const program = fileURLToPath(import.meta.resolve("./support/openAndClose.ts"));
      const run = await promisify(execFile)(process.execPath, [program, bootstrap], { timeout: 20_000 });
      assert.deepEqual(run, { stdout: "", stderr: "" });
    });

    test("the same in a worker thread", async () => {
      const program = fileURLToPath(import.meta.resolve("./support/openAndClose.ts"));
      const run = await promisify(execFile)(process.execPath, [program, bootstrap, "--worker"], { timeout: 20_000 });
      assert.deepEqual(run, { stdout: "", stderr: "" });
    });
  });
}

test("versions are kept above the broker's minimum", async () => {
  const broker = await fakeBroker(({ key }, w) => key === VERSIONS && answerVersions(w, [[METADATA, 13, 15]]));
  await assert.rejects(open(broker.address).connect(), {
    code: "unsupported-version",
    message: `${broker.address} speaks Metadata in versions 13 to 15, this extension in 4 to 12.`,
  });
});

test("nobody listening is said at once", async () => {
  const server = await fakeServer(() => {});
  server.stop();
  const started = Date.now();
  await assert.rejects(open(server.address).connect(), {
    code: "refused",
    message: /^Nothing listens on 127\.0\.0\.1/,
  });
  assert.ok(Date.now() - started < 500);
});

test("an address that takes connections and says nothing is given up after the connection time-out", async () => {
  const silent = await fakeServer(() => {});
  const started = Date.now();
  await assert.rejects(open(silent.address).connect(), { code: "timed-out" });
  const took = Date.now() - started;
  assert.ok(took >= 2900 && took < 3600, `${took} ms`);
  await until("the socket is closed", () => silent.sockets.size === 0, 1000);
});

test("one bootstrap server that answers is enough, and a silent one does not hold it up", async () => {
  const silent = await fakeServer(() => {});
  const started = Date.now();
  const cluster = open([silent.address, "127.0.0.1:1", stack.kraft.bootstrap]);
  await cluster.connect();
  assert.ok(Date.now() - started < 1500);
});

test("several dead bootstrap servers are all named", async () => {
  await assert.rejects(open(["127.0.0.1:1", "127.0.0.1:2"]).connect(), {
    code: "refused",
    message: /127\.0\.0\.1:1.*127\.0\.0\.1:2/,
  });
});

test("a request that is cancelled rejects silently, at once, and leaves the connection usable", async () => {
  let asked = 0;
  const broker = await fakeBroker(({ key }, w) => {
    if (key === VERSIONS) return answerVersions(w, [[METADATA, 0, 4]]);
    asked++;
    return asked === 2 ? false : answerMetadata(w, { host: "127.0.0.1", port: broker.port });
  });
  const cluster = open(broker.address);
  await cluster.connect();
  const abort = new AbortController();
  const waiting = cluster.topics(null, abort.signal);
  await until("the request has arrived", () => asked === 2);
  abort.abort();
  await assert.rejects(waiting, CancelledError);
  await cluster.describe();
  assert.equal(broker.sockets.size, 1);
  await assert.rejects(cluster.topics(null, AbortSignal.abort()), CancelledError);
});

test("a request that is not answered in time says so, and the next one gets a new connection", async () => {
  let silent = false;
  const broker = await fakeBroker(({ key }, w) => {
    if (key === VERSIONS) return answerVersions(w, [[METADATA, 0, 4]]);
    return !silent && answerMetadata(w, { host: "127.0.0.1", port: broker.port });
  });
  const cluster = open(broker.address, { requestTimeout: 300 });
  await cluster.connect();
  silent = true;
  await assert.rejects(cluster.topics(null), {
    code: "timed-out",
    message: `${broker.address} did not answer Metadata within 0.3 s.`,
  });
  silent = false;
  await cluster.topics(null);
});

test("a connection that the broker ends is opened again, and a reading request sent again", async () => {
  let asked = 0;
  const broker = await fakeBroker(({ key, socket }, w) => {
    if (key === VERSIONS) return answerVersions(w, [[METADATA, 0, 4]]);
    if (++asked === 2) {
      socket.destroy();
      return false;
    }
    return answerMetadata(w, { host: "127.0.0.1", port: broker.port });
  });
  const cluster = open(broker.address);
  await cluster.connect();
  await cluster.topics(null);
  assert.equal(asked, 3);
  for (const socket of broker.sockets) socket.end();
  await cluster.topics(null);
});

test("a request that changes something is never sent twice", async () => {
  let asked = 0;
  const broker = await fakeBroker(({ key, socket }, w) => {
    if (key === VERSIONS) return answerVersions(w, [[METADATA, 0, 4]]);
    asked++;
    socket.destroy();
    return false;
  });
  await assert.rejects(open(broker.address).request("any", { ...metadata, changes: true }, { topics: [] }), {
    code: "closed",
  });
  assert.equal(asked, 1);
});

test("an answer that cannot be read is said, and does not end the process", async () => {
  const broker = await fakeBroker(({ key }, w) => {
    if (key === VERSIONS) return answerVersions(w, [[METADATA, 0, 4]]);
    w.int32(0).int32(0x7fffffff);
    return true;
  });
  await assert.rejects(open(broker.address).connect(), {
    code: "bad-answer",
    message: /answer of .* to Metadata \(version 4\) cannot be read/,
  });
});

test("10,000 topics are listed within 1.5 s", async () => {
  const topics = Array.from({ length: 10_000 }, (_, i) => ({
    name: `a-topic-with-an-ordinary-name-${i}`,
    partitions: 6,
  }));
  const broker = await fakeBroker(({ key }, w) => {
    if (key === VERSIONS) return answerVersions(w, [[METADATA, 0, 4]]);
    return answerMetadata(w, { host: "127.0.0.1", port: broker.port }, topics);
  });
  const cluster = open(broker.address);
  await cluster.connect();
  const started = performance.now();
  const listed = await cluster.topics(null);
  const took = performance.now() - started;
  assert.equal(listed.length, 10_000);
  assert.equal(listed[9999]?.partitions.length, 6);
  assert.ok(took < 1500, `${took.toFixed(0)} ms`);
});

test("a broker's address that does not work is named, with the reason", async () => {
  const broker = await fakeBroker(({ key }, w) =>
    key === VERSIONS
      ? answerVersions(w, [
          [METADATA, 0, 4],
          [2, 1, 6],
        ])
      : answerMetadata(w, { host: "127.0.0.1", port: 1 }, [{ name: "t", partitions: 1 }]),
  );
  await assert.rejects(open(broker.address).listOffsets("t", new Map([[0, "latest"]]), "read_committed"), {
    code: "advertised-listener",
    message:
      /Broker 1 says that it is to be reached at 127\.0\.0\.1:1, .* Nothing listens on 127\.0\.0\.1:1.*advertised\.listeners/,
  });
});

test("closing while connecting, and using it afterwards, is cancelled", async () => {
  const silent = await fakeServer(() => {});
  const cluster = new Cluster(config(silent.address));
  const connecting = cluster.connect();
  const started = Date.now();
  await Promise.all([assert.rejects(connecting, CancelledError), cluster.close()]);
  assert.ok(Date.now() - started < 500);
  await assert.rejects(cluster.topics(null), CancelledError);
});

test("a leader that goes away is followed to its successor, and the partitions say what is missing", async () => {
  const zookeeper = await startZookeeper();
  const properties = { "zookeeper.session.timeout.ms": 6000 };
  const start = (brokerId: number) =>
    startKafka39({ zookeeper: zookeeper.address, brokerId, properties, java: ["-Xmx384m"] });
  const brokers = await Promise.all([start(1), start(2)]);
  try {
    const cluster = open(brokers.map(({ bootstrap }) => bootstrap));
    await until("both brokers are up", async () => (await cluster.brokerIds()).length === 2);
    const name = "followed";
    await createTopic(cluster, { name, partitions: 2, replicationFactor: 2, configs: {} });
    await createTopic(cluster, { name: "alone", partitions: 2, replicationFactor: 1, configs: {} });
    const both = new Map([0, 1].map((partition) => [partition, "latest" as const]));
    const producer = new MessageProducer(cluster);
    for (const partition of [0, 1])
      await producer.send({ topic: name, partition, key: null, value: null, headers: [] });
    const leaders = async (topic: string) => (await cluster.topics([topic]))[0]?.partitions.map((p) => p.leader) ?? [];
    assert.deepEqual((await leaders(name)).toSorted(), [1, 2], "each broker leads one");

    await brokers[0].stop();
    const sent = await producer
      .send({ topic: name, partition: 0, key: null, value: null, headers: [] })
      .catch(() => null);
    await until("broker 2 leads both", async () => (await leaders(name)).every((leader) => leader === 2), 30_000);
    const ends = await cluster.listOffsets(name, both, "read_uncommitted");
    const again = sent ?? (await producer.send({ topic: name, partition: 0, key: null, value: null, headers: [] }));
    assert.equal(again.offset, 1n);
    assert.equal(ends.get(1)?.offset, 1n);
    const [followed] = await cluster.topics([name]);
    assert.deepEqual(
      followed?.partitions.map((p) => [p.replicas.toSorted(), p.isr, p.offlineReplicas]),
      [0, 1].map(() => [[1, 2], [2], [1]]),
    );
    const [alone] = await cluster.topics(["alone"]);
    const offline = alone?.partitions.find((p) => p.replicas[0] === 1);
    assert.deepEqual([offline?.leader, offline?.problem], [-1, "The partition has no leader at the moment."]);
    const started = Date.now();
    const found = await cluster.listOffsets("alone", both, "read_uncommitted");
    assert.ok(Date.now() - started < 1000);
    assert.equal(found.get(offline!.partition)?.problem, "The partition has no leader: it is offline.");
    await assert.rejects(
      producer.send({ topic: "alone", partition: offline!.partition, key: null, value: null, headers: [] }),
      {
        code: "leader-not-available",
      },
    );
    // without a key the message goes where it can
    assert.notEqual(
      (await producer.send({ topic: "alone", partition: null, key: null, value: null, headers: [] })).partition,
      offline!.partition,
    );
  } finally {
    await Promise.all(brokers.map((broker) => broker.stop()));
    await zookeeper.stop();
  }
});

test("after a restart of the broker the same cluster works on", async () => {
  const zookeeper = await startZookeeper();
  const place = temporaryFolder("restart");
  const start = (ports?: number[]) =>
    startKafka39({ zookeeper: zookeeper.address, folder: place.path, java: ["-Xmx512m"], ...(ports && { ports }) });
  let broker = await start();
  try {
    const cluster = open(broker.bootstrap);
    await createTopic(cluster, { name: "kept", partitions: 1, replicationFactor: 1, configs: {} });
    await broker.stop();
    await assert.rejects(cluster.topics(null), { code: "refused" });
    broker = await start([Number(broker.bootstrap.split(":")[1])]);
    // the controller tells a broker about the topics a moment after it has come up
    await until("the topic is back", async () => (await cluster.topics(null)).some(({ name }) => name === "kept"));
    const offsets = await cluster.listOffsets("kept", new Map([[0, "latest"]]), "read_committed");
    assert.deepEqual(offsets.get(0), { offset: 0n, timestamp: -1n, problem: null });
  } finally {
    await broker.stop();
    await zookeeper.stop();
    place.remove();
  }
});
