import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { delimiter, join } from "node:path";
import { after, describe, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import kafkajs from "kafkajs";
import { advertisedBrokers } from "../../src/local/brokerCheck.ts";
import { composeText } from "../../src/local/composeFile.ts";
import { LocalCluster } from "../../src/local/lifecycle.ts";
import { freePort } from "../../src/local/port.ts";
import { CancelledError, UserError } from "../../src/shared/userError.ts";
import { emptyRegistry } from "../harness/docker/emptyRegistry.ts";
import { type DockerEngine, projectName, useDockerEngine } from "../harness/docker/engine.ts";
import { temporaryFolder } from "../harness/process.ts";

const found = await useDockerEngine();
const engine: DockerEngine | null = "skipped" in found ? null : found;
const skip = "skipped" in found ? found.skipped : false;
after(() => engine?.dispose());

const images = { zookeeperImage: "confluentinc/cp-zookeeper:7.9.2", kafkaImage: "confluentinc/cp-kafka:7.9.2" };
const environment = { ...process.env, ...engine?.env };

interface Made {
  cluster: LocalCluster;
  project: string;
  file: string;
}

/** A cluster of its own, whose containers, data and file go when the test ends. */
function make(t: Pick<TestContext, "after">, env: NodeJS.ProcessEnv = environment): Made {
  const folder = temporaryFolder("local");
  const project = projectName();
  const file = join(folder.path, "docker-compose.yml");
  t.after(async () => {
    await new LocalCluster({ file, project, env: environment }).remove({ data: true });
    folder.remove();
  });
  return { cluster: new LocalCluster({ file, project, env }), project, file };
}

/** A port on this machine that is free for now; from a range of this process, so that runs side by side do not meet. */
let nextPort = 20_000 + (process.pid % 400) * 50;
async function somePort(): Promise<number> {
  const port = await freePort(nextPort);
  nextPort = port + 1;
  return port;
}

async function docker(...args: string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)("docker", args, { env: environment });
  return stdout.split("\n").filter(Boolean);
}

/** Containers, networks and volumes of a project: what is left of it. */
async function remains(project: string): Promise<string[]> {
  const ours = ["--quiet", "--filter", `label=com.docker.compose.project=${project}`];
  const kinds = [docker("ps", "--all", ...ours), docker("network", "ls", ...ours), docker("volume", "ls", ...ours)];
  return (await Promise.all(kinds)).flat();
}

const failureOf = async (attempt: Promise<unknown>): Promise<UserError> => {
  const error = await attempt.then(
    () => assert.fail("it should have failed"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof UserError, String(error));
  return error;
};

const client = (port: number) =>
  new kafkajs.Kafka({ brokers: [`localhost:${port}`], logLevel: kafkajs.logLevel.NOTHING });

async function produce(port: number, topic: string, value: string): Promise<void> {
  const producer = client(port).producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ value }] });
  await producer.disconnect();
}

async function consume(port: number, topic: string, count: number): Promise<string[]> {
  const consumer = client(port).consumer({ groupId: `reader-${Math.random()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    setTimeout(() => reject(new Error(`only ${values.length} of ${count} messages came`)), 90_000).unref();
    consumer
      .run({
        eachMessage: async ({ message }) => {
          values.push(String(message.value));
          if (values.length === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return values;
}

describe("the life of a local cluster", { skip }, () => {
  const ends: (() => Promise<void>)[] = [];
  after(async () => {
    for (const end of ends) await end();
  });
  const local = make({ after: (end) => void ends.push(end as () => Promise<void>) });
  const { cluster, project, file } = local;
  let port = 0;

  test("it starts, and a client on this machine reads its metadata, produces and consumes", async () => {
    port = await somePort();
    const steps: string[] = [];
    const started = await cluster.start({ ...images, port }, { onStep: (step) => steps.push(step) });
    assert.deepEqual(started, { port, notes: [] });
    assert.deepEqual(await cluster.state(), { kind: "running", port, problem: null });
    assert.deepEqual(await advertisedBrokers("127.0.0.1", port, 2000), [{ id: 1, host: "localhost", port }]);
    assert.equal(steps[0], "looking for Docker");
    assert.ok(steps.indexOf("ZooKeeper is healthy") < steps.indexOf("starting Kafka"), steps.join());
    assert.equal(steps.at(-1), "Kafka is healthy");

    const admin = client(port).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: "orders", numPartitions: 3 }] });
    const { brokers } = await admin.describeCluster();
    assert.deepEqual(brokers, [{ nodeId: 1, host: "localhost", port }]);
    await admin.disconnect();
    await produce(port, "orders", "first");
    assert.deepEqual(await consume(port, "orders", 1), ["first"]);
  });

  test("another container comes in by the internal listener", async () => {
    const inside = ["exec", `${project}-kafka-1`, "kafka-topics", "--bootstrap-server", "kafka:19092", "--list"];
    assert.ok((await docker(...inside)).includes("orders"));
  });

  test("starting it again changes nothing", async () => {
    const before = await docker("ps", "--quiet", "--no-trunc");
    const text = readFileSync(file, "utf8");
    assert.deepEqual(await cluster.start({ ...images, port }), { port, notes: [] });
    assert.deepEqual(await docker("ps", "--quiet", "--no-trunc"), before);
    assert.equal(readFileSync(file, "utf8"), text);
  });

  test("its logs can be followed and left", async () => {
    const abort = new AbortController();
    let log = "";
    const follow = cluster.followLogs(
      200,
      (text) => {
        log += text;
        if (/zookeeper-1\s+\|/.test(log) && /kafka-1\s+\|/.test(log)) abort.abort();
      },
      abort.signal,
    );
    await assert.rejects(follow, CancelledError);
  });

  test("Compose's own restart, which starts both at once, does not break it", async () => {
    await docker("compose", "--project-name", project, "--file", file, "restart");
    await cluster.start({ ...images, port });
    assert.deepEqual(await consume(port, "orders", 1), ["first"]);
  });

  test("stopped and started again, it has kept its messages", async () => {
    await cluster.stop();
    assert.deepEqual(await cluster.state(), { kind: "stopped", port: null, problem: null });
    assert.equal(await advertisedBrokers("127.0.0.1", port, 500), null);
    await cluster.stop(); // nothing to do, and no failure
    await cluster.start({ ...images, port });
    assert.deepEqual(await consume(port, "orders", 1), ["first"]);
  });

  test("removed without its data and started on another port, it has kept its messages, a cancelled start between", async () => {
    await cluster.remove({ data: false });
    assert.deepEqual(await cluster.state(), { kind: "absent", port: null, problem: null });
    assert.equal(await cluster.hasData(), true);
    const other = await somePort();
    const abort = new AbortController();
    const onStep = (step: string): void => {
      if (step === "waiting until Kafka is healthy") abort.abort();
    };
    const cancelled = cluster.start({ ...images, port: other }, { signal: abort.signal, onStep });
    await assert.rejects(cancelled, CancelledError);
    assert.equal((await cluster.state()).kind, "absent");
    assert.deepEqual(await cluster.start({ ...images, port: other }), { port: other, notes: [] });
    assert.deepEqual(await consume(other, "orders", 1), ["first"]);
  });

  test("removed with its data, it leaves nothing behind", async () => {
    const nameless = await docker("volume", "ls", "--quiet", "--filter", "dangling=true");
    await cluster.remove({ data: true });
    assert.deepEqual(await remains(project), []);
    assert.equal(await cluster.hasData(), false);
    assert.equal(existsSync(file), false);
    // not even the volumes that the images declare and that nobody named
    const left = await docker("volume", "ls", "--quiet", "--filter", "dangling=true");
    assert.deepEqual(
      left.filter((name) => /^[0-9a-f]{64}$/.test(name) && !nameless.includes(name)),
      [],
    );
    await cluster.remove({ data: true }); // nothing to do, and no failure
  });
});

describe("a port that is taken", { skip }, () => {
  test("makes it take the next one, in the file too, and stay there", async (t) => {
    const { cluster, file } = make(t);
    const port = await somePort();
    const holder = await listen(t, port);
    const next = await freePort(port);
    assert.deepEqual(await cluster.start({ ...images, port }), {
      port: next,
      notes: [`Port ${port} is taken, so Kafka answers on localhost:${next}.`],
    });
    assert.match(readFileSync(file, "utf8"), new RegExp(`"127.0.0.1:${next}:9092"`));
    await new Promise((resolve) => holder.close(resolve));
    assert.deepEqual(await cluster.start({ ...images, port }), { port: next, notes: [] });
  });

  test("in the last moment makes it take the next one as well", async (t) => {
    const { cluster } = make(t);
    const port = await somePort();
    let holder: Promise<Server> | null = null;
    const started = await cluster.start(
      { ...images, port },
      {
        onStep: (step) => {
          if (step === "starting ZooKeeper") holder ??= listen(t, port);
        },
      },
    );
    assert.ok(holder);
    assert.ok(started.port > port);
    assert.deepEqual(started.notes, [`Port ${port} is taken, so Kafka answers on localhost:${started.port}.`]);
    assert.deepEqual(await advertisedBrokers("127.0.0.1", started.port, 2000), [
      { id: 1, host: "localhost", port: started.port },
    ]);
  });
});

describe("a start that does not succeed leaves nothing behind", { skip }, () => {
  for (const moment of ["starting ZooKeeper", "waiting until Kafka is healthy"]) {
    test(`cancelled while ${moment}`, async (t) => {
      const { cluster, project } = make(t);
      const abort = new AbortController();
      const onStep = (step: string): void => {
        if (step === moment) abort.abort();
      };
      const port = await somePort();
      await assert.rejects(cluster.start({ ...images, port }, { signal: abort.signal, onStep }), CancelledError);
      assert.equal(abort.signal.aborted, true);
      assert.deepEqual(await remains(project), []);
    });
  }

  test("a container that ends says its reason", async (t) => {
    const { cluster, project, file } = make(t);
    await writeEdited(file, /^ +KAFKA_ZOOKEEPER_CONNECT: .*\n/m, "");
    const error = await failureOf(cluster.start({ ...images, port: await somePort() }));
    assert.equal(error.code, "container-exited");
    assert.match(error.message, /-kafka-1 ended right after its start.*KAFKA_ZOOKEEPER_CONNECT is required/);
    assert.match(error.detail ?? "", /===> Configuring/);
    assert.deepEqual(await remains(project), []);
    assert.equal(existsSync(file), true);
  });

  test("a container that is never healthy is said to be so", async (t) => {
    const { cluster, project, file } = make(t);
    const check = /test: \[CMD-SHELL.*\n +interval: 3s\n +timeout: 5s\n +retries: \d+/;
    await writeEdited(file, check, 'test: [CMD, "false"]\n      interval: 1s\n      retries: 2');
    const error = await failureOf(cluster.start({ ...images, port: await somePort() }));
    assert.equal(error.code, "container-unhealthy");
    assert.match(error.message, /-zookeeper-1 runs, but did not become healthy/);
    assert.deepEqual(await remains(project), []);
  });

  test("a Compose file that is none is said to be so, and stays", async (t) => {
    const { cluster, project, file } = make(t);
    const broken = `${composeText({ ...images, port: await somePort() })}services: [\n`;
    writeFileSync(file, broken);
    const error = await failureOf(cluster.start({ ...images, port: await somePort() }));
    assert.equal(error.code, "compose-file");
    assert.ok(error.message.includes(file));
    assert.equal(readFileSync(file, "utf8"), broken);
    assert.deepEqual(await remains(project), []);
  });

  test("a Compose file of something else is not touched", async (t) => {
    const { cluster, project, file } = make(t);
    const own = "services:\n  web:\n    image: confluentinc/cp-kafka:7.9.2\n";
    writeFileSync(file, own);
    const error = await failureOf(cluster.start({ ...images, port: await somePort() }));
    assert.match(error.message, /is not the local Kafka's Compose file/);
    assert.equal(readFileSync(file, "utf8"), own);
    assert.deepEqual(await remains(project), []);
  });

  test("an image whose registry is out of reach", async (t) => {
    const { cluster, project } = make(t);
    const kafkaImage = `127.0.0.1:${await somePort()}/confluentinc/cp-kafka:0.0.0`;
    const error = await failureOf(cluster.start({ ...images, kafkaImage, port: await somePort() }));
    assert.equal(error.code, "registry-unreachable");
    assert.deepEqual(await remains(project), []);
  });

  test("an image or a tag that does not exist", async (t) => {
    const { cluster, project } = make(t);
    const registry = await emptyRegistry();
    t.after(() => registry.close());
    const tag = `${registry.host}/confluentinc/missing-tag:9.9.9`;
    const noTag = await failureOf(cluster.start({ ...images, kafkaImage: tag, port: await somePort() }));
    assert.equal(noTag.code, "image-tag");
    assert.ok(noTag.message.includes(tag), noTag.message);
    const repository = `${registry.host}/confluentinc/nosuch`;
    const none = await failureOf(cluster.start({ ...images, kafkaImage: `${repository}:1`, port: await somePort() }));
    assert.equal(none.code, "image-repository");
    assert.ok(none.message.includes(repository), none.message);
    assert.deepEqual(await remains(project), []);
  });
});

describe("Docker itself", { skip }, () => {
  test("not running is a sentence, whatever is asked for", async (t) => {
    const folder = temporaryFolder("no-docker");
    t.after(() => folder.remove());
    const env = { ...environment, DOCKER_HOST: `unix://${join(folder.path, "docker.sock")}` };
    const cluster = new LocalCluster({ file: join(folder.path, "docker-compose.yml"), project: projectName(), env });
    const attempts = [
      () => cluster.start({ ...images, port: 9092 }),
      () => cluster.stop(),
      () => cluster.remove({ data: true }),
      () => cluster.state(),
    ];
    for (const attempt of attempts) assert.equal((await failureOf(attempt())).code, "daemon-down");
    assert.equal(existsSync(join(folder.path, "docker-compose.yml")), false);
  });

  test("without Compose is a sentence", async (t) => {
    if (!engine?.standIn) return t.skip("the machine's own Compose cannot be hidden");
    const folder = temporaryFolder("no-compose");
    t.after(() => folder.remove());
    const { cluster } = make(t, { ...environment, DOCKER_CONFIG: folder.path });
    assert.equal((await failureOf(cluster.start({ ...images, port: 9092 }))).code, "compose-missing");
  });

  test("with the old docker-compose, which cannot wait, starts and stops as well", async (t) => {
    const plugin = join(environment["DOCKER_CONFIG"] ?? "", "cli-plugins", "docker-compose");
    if (!engine?.standIn || !existsSync(plugin)) return t.skip("needs the harness's own Compose");
    const folder = temporaryFolder("old-compose");
    t.after(() => folder.remove());
    // Compose 2 under the old name, which gives the old version and does not know --wait
    const program = join(folder.path, "bin", "docker-compose");
    mkdirSync(join(folder.path, "bin"));
    writeFileSync(
      program,
      `#!/bin/sh\ncase "$*" in\n*version*) echo 1.29.2 ;;\n*--wait*) echo "unknown flag: --wait" >&2; exit 1 ;;\n*) exec "${plugin}" "$@" ;;\nesac\n`,
    );
    chmodSync(program, 0o755);
    const env = {
      ...environment,
      DOCKER_CONFIG: folder.path,
      PATH: `${join(folder.path, "bin")}${delimiter}${environment["PATH"]}`,
    };
    const { cluster, project } = make(t, env);
    const port = await somePort();
    assert.deepEqual(await cluster.start({ ...images, port }), { port, notes: [] });
    assert.deepEqual(await cluster.state(), { kind: "running", port, problem: null });
    await cluster.stop();
    assert.equal((await cluster.state()).kind, "stopped");
    await cluster.remove({ data: true });
    assert.deepEqual(await remains(project), []);
  });
});

/** Writes the file as a start would, with a change that somebody made to it. */
async function writeEdited(file: string, from: RegExp, to: string): Promise<void> {
  const text = composeText({ ...images, port: await somePort() });
  assert.match(text, from);
  writeFileSync(file, text.replace(from, to));
}

function listen(t: TestContext, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    t.after(() => new Promise((done) => server.close(done)));
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, () => resolve(server));
  });
}
