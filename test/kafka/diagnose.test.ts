import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { createTopic, deleteTopic } from "../../src/kafka/admin/topics.ts";
import type { ClusterConfig } from "../../src/kafka/api.ts";
import { Cluster } from "../../src/kafka/cluster.ts";
import { type Diagnosis, diagnose } from "../../src/kafka/diagnose.ts";
import { CancelledError } from "../../src/shared/userError.ts";
import { useStack } from "../harness/stack.ts";
import { config, open, until } from "./support/clusters.ts";
import { fakeServer } from "./support/fakeBroker.ts";
import { reauthMs, startSecuredBroker, users } from "./support/securedBroker.ts";

const stack = await useStack();
const silent = await fakeServer(() => {});
const broker = await startSecuredBroker(silent.port);
after(() => broker.stop());

type Tls = NonNullable<ClusterConfig["tls"]>;
const tls = (more: Partial<Tls> = {}): Tls => ({
  ca: [broker.authority.pem],
  cert: null,
  key: null,
  passphrase: null,
  verify: true,
  ...more,
});
const address = (listener: string): string => broker.addresses[listener]!;
const sasl = (mechanism: "plain" | "scram-sha-256" | "scram-sha-512", [username, password]: readonly string[]) => ({
  mechanism,
  username: username!,
  password: password!,
});

/** Runs it, and checks that it took no longer than the connection time-out and a little. */
async function verdict(bootstrap: string | string[], more: Partial<ClusterConfig> = {}): Promise<Diagnosis> {
  const started = Date.now();
  const result = await diagnose(config(bootstrap, more));
  assert.ok(Date.now() - started < 3900, `took ${Date.now() - started} ms`);
  return result;
}

function assertFails(result: Diagnosis, code: string, says: RegExp): void {
  assert.equal(result.ok, false, result.message);
  assert.match(result.message, says);
  assert.equal(result.ok ? null : result.code, code);
}

describe("what works", () => {
  for (const [kind, { bootstrap }] of [
    ["3.9 on ZooKeeper", stack.zk],
    ["4.1 on KRaft", stack.kraft],
  ] as const) {
    test(`a healthy Kafka ${kind} is told with cluster, brokers, controller and latency`, async () => {
      const result = await verdict(bootstrap);
      assert.ok(result.ok, result.message);
      assert.match(result.message, /^Connected: cluster [\w-]{22}, one broker, controller 1, \d+ ms\.$/);
      assert.deepEqual([result.brokers, result.controllerId, result.warnings], [1, 1, []]);
    });
  }

  const good: [what: string, listener: string, more: () => Partial<ClusterConfig>][] = [
    ["TLS with the authority's certificate", "TLS", () => ({ tls: tls() })],
    ["TLS without verification, whatever the certificate", "OTHER", () => ({ tls: tls({ ca: null, verify: false }) })],
    [
      "TLS with a client certificate",
      "MTLS",
      () => ({ tls: tls({ cert: broker.client.cert, key: broker.client.key }) }),
    ],
    ["PLAIN", "LOGIN", () => ({ sasl: sasl("plain", users.plain) })],
    [
      "SCRAM-SHA-256, with signs in name and password that need escaping",
      "LOGIN",
      () => ({ sasl: sasl("scram-sha-256", users.scram) }),
    ],
    ["SCRAM-SHA-512 over TLS", "SECURE", () => ({ tls: tls(), sasl: sasl("scram-sha-512", users.scram) })],
  ];
  for (const [what, listener, more] of good) {
    test(`${what} connects, and so does a cluster with it`, async () => {
      const result = await verdict(address(listener), more());
      assert.ok(result.ok, result.message);
      assert.equal((await open(address(listener), more()).describe()).clusterId, result.clusterId);
    });
  }

  test("a bootstrap server that does not answer is a warning beside one that does", async () => {
    const result = await verdict(["127.0.0.1:1", stack.kraft.bootstrap]);
    assert.ok(result.ok);
    assert.match(result.warnings.join(), /^Nothing listens on 127\.0\.0\.1:1/);
  });

  test("a silent bootstrap server beside one that answers costs no more than the time-out", async () => {
    const result = await verdict([silent.address, stack.kraft.bootstrap]);
    assert.ok(result.ok);
    assert.match(result.warnings.join(), /does not answer as Kafka does/);
  });
});

describe("addresses", () => {
  test("a name that is not found", async () => {
    assertFails(
      await verdict("no-such-host.invalid:9092"),
      "name-not-found",
      /name no-such-host\.invalid is not found/,
    );
  });
  test("a port where nobody listens", async () => {
    assertFails(await verdict("127.0.0.1:1"), "refused", /^Nothing listens on 127\.0\.0\.1:1/);
  });
  test("a text that is no address", async () => {
    assertFails(await verdict("http://x"), "bad-address", /"http:\/\/x" is not an address/);
  });
  test("a server that says nothing", async () => {
    assertFails(await verdict(silent.address), "timed-out", /accepts connections but does not answer/);
  });
  test("a web server", async () => {
    const web = await fakeServer((socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    assertFails(await verdict(web.address), "not-kafka", /like a web server/);
  });
  test("ZooKeeper", async () => {
    assertFails(await verdict(stack.zk.zookeeper), "not-kafka", /instead of answering/);
  });
  test("several servers, none of which works", async () => {
    const result = await verdict(["127.0.0.1:1", "no-such-host.invalid:9092"]);
    assertFails(result, "unreachable", /^None of the 2 bootstrap servers can be used\. /);
    assert.equal(result.warnings.length, 1);
  });
});

describe("advertised listeners", () => {
  const cases: [listener: string, says: RegExp][] = [
    [
      "FAR",
      /names kafka\.invalid:19092 as the address of broker 1, .* name kafka\.invalid is not found.*advertised\.listeners/,
    ],
    ["DEAD", /names 127\.0\.0\.1:1 as the address of broker 1, .* Nothing listens on 127\.0\.0\.1:1/],
    ["SILENT", /as the address of broker 1, .* does not answer as Kafka does/],
  ];
  for (const [listener, says] of cases) {
    test(`${listener}: the address that does not work is named, and the server it came from`, async () => {
      const result = await verdict(address(listener));
      assertFails(result, "advertised-listener", says);
      assert.ok(result.message.startsWith(`${address(listener)} answers, but `));
    });
  }

  test("a cluster behind such a listener still lists its topics", async () => {
    const cluster = open(address("FAR"));
    assert.equal((await cluster.describe()).brokers[0]?.host, "kafka.invalid");
    await cluster.topics(null);
  });
});

describe("TLS", () => {
  const cases: [what: string, listener: string, more: () => Partial<ClusterConfig>, says: RegExp][] = [
    ["a plain client on a TLS port", "TLS", () => ({}), /expects TLS: turn on TLS/],
    ["a TLS client on a plain port", "PLAINTEXT", () => ({ tls: tls() }), /does not speak TLS/],
    ["an authority that is not trusted", "TLS", () => ({ tls: tls({ ca: null }) }), /certificate of .* is not trusted/],
    ["an expired certificate", "EXPIRED", () => ({ tls: tls() }), /certificate of .* has expired/],
    ["a certificate for another name", "OTHER", () => ({ tls: tls() }), /not made for the address 127\.0\.0\.1/],
    ["a missing client certificate", "MTLS", () => ({ tls: tls() }), /wants a client certificate/],
    [
      "a key that does not fit",
      "MTLS",
      () => ({ tls: tls({ cert: broker.client.cert, key: "nonsense" }) }),
      /key files of this connection cannot be used/,
    ],
  ];
  for (const [what, listener, more, says] of cases) {
    test(`${what} is said`, async () => {
      const result = await verdict(address(listener), more());
      assertFails(result, "tls", says);
    });
  }
});

describe("sign-in", () => {
  const cases: [what: string, listener: string, more: () => Partial<ClusterConfig>, says: RegExp][] = [
    [
      "a wrong password (PLAIN)",
      "LOGIN",
      () => ({ sasl: sasl("plain", ["alice", "wrong"]) }),
      /refuses the sign-in \(PLAIN\): Invalid username or password/,
    ],
    [
      "a wrong password (SCRAM)",
      "LOGIN",
      () => ({ sasl: sasl("scram-sha-256", [users.scram[0], "wrong"]) }),
      /refuses the sign-in \(SCRAM-SHA-256\): .*[Ii]nvalid credentials/,
    ],
    [
      "an unknown user (SCRAM)",
      "LOGIN",
      () => ({ sasl: sasl("scram-sha-256", ["nobody", "x"]) }),
      /refuses the sign-in \(SCRAM-SHA-256\)/,
    ],
    [
      "a mechanism that is not offered",
      "LOGIN",
      () => ({ sasl: sasl("scram-sha-512", users.scram) }),
      /does not offer SCRAM-SHA-512: it offers PLAIN, SCRAM-SHA-256\./,
    ],
    ["no sign-in where one is wanted", "LOGIN", () => ({}), /probably wants a sign-in/],
    [
      "a sign-in where there is none",
      "PLAINTEXT",
      () => ({ sasl: sasl("plain", users.plain) }),
      /has no sign-in by user name and password/,
    ],
  ];
  for (const [what, listener, more, says] of cases) {
    test(`${what} is said`, async () => {
      assertFails(await verdict(address(listener), more()), "authentication", says);
    });
    test(`${what} is said by a cluster too`, async () => {
      await assert.rejects(open(address(listener), more()).connect(), { code: "authentication", message: says });
    });
  }
});

test("a sign-in that expires is renewed before the broker ends the connection", async () => {
  const lines: string[] = [];
  const cluster = new Cluster(config(address("LOGIN"), { sasl: sasl("plain", users.plain) }), (_, line) =>
    lines.push(line),
  );
  try {
    await cluster.connect();
    const end = Date.now() + reauthMs * 1.5;
    while (Date.now() < end) {
      await cluster.topics(null);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const connected = lines.filter((line) => line.endsWith(": connected")).length;
    assert.ok(connected === 2, `${connected} connections`);
    assert.ok(!lines.some((line) => line.includes("sent again")), lines.join("\n"));
  } finally {
    await cluster.close();
  }
});

test("cancelling rejects at once and leaves no socket", async () => {
  const abort = new AbortController();
  const running = diagnose(config(silent.address), abort.signal);
  await until("the connection is there", () => silent.sockets.size > 0);
  abort.abort();
  await assert.rejects(running, CancelledError);
  await until("the sockets are closed", () => silent.sockets.size === 0, 1000);
});

test("a topic cannot be deleted where that is turned off, and the reason is said", async () => {
  const cluster = open(broker.bootstrap);
  await createTopic(cluster, { name: "stays", partitions: 1, replicationFactor: 1, configs: {} });
  await assert.rejects(deleteTopic(cluster, "stays"), {
    code: "topic-deletion-disabled",
    message: /turned off on this cluster/,
  });
});
