import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Container, parseContainers } from "../../../src/local/containers.ts";
import { stateOf } from "../../../src/local/state.ts";

const labels = (service: string): string =>
  `com.docker.compose.container-number=1,com.docker.compose.service=${service},com.docker.compose.project=p`;
const fromDocker = (service: string, state: string, status: string, ports = ""): object => ({
  Names: `p-${service}-1`,
  Labels: labels(service),
  State: state,
  Status: status,
  Ports: ports,
});

describe("what Docker prints of containers", () => {
  test("one object on each line", () => {
    const out = [
      fromDocker("kafka", "running", "Up 8 seconds (healthy)", "127.0.0.1:9092->9092/tcp"),
      fromDocker("zookeeper", "exited", "Exited (137) 2 minutes ago"),
    ];
    assert.deepEqual(parseContainers(`${out.map((line) => JSON.stringify(line)).join("\r\n")}\r\n`), [
      { name: "p-kafka-1", service: "kafka", state: "running", health: "healthy", exitCode: null, ports: [9092] },
      { name: "p-zookeeper-1", service: "zookeeper", state: "exited", health: null, exitCode: 137, ports: [] },
    ]);
  });

  test("one array, as Compose before 2.21 and Podman print it", () => {
    const line = {
      Name: "p-kafka-1",
      Service: "kafka",
      State: "running",
      Health: "starting",
      ExitCode: 0,
      Publishers: [{ URL: "127.0.0.1", TargetPort: 9092, PublishedPort: 9093, Protocol: "tcp" }, { PublishedPort: 0 }],
    };
    assert.deepEqual(parseContainers(JSON.stringify([line])), [
      { name: "p-kafka-1", service: "kafka", state: "running", health: "starting", exitCode: null, ports: [9093] },
    ]);
  });

  test("nothing", () => {
    assert.deepEqual(parseContainers("\n"), []);
    assert.deepEqual(parseContainers("[]\n"), []);
  });

  test("health from the status, in each of its three words", () => {
    const healthOf = (status: string) =>
      parseContainers(JSON.stringify(fromDocker("kafka", "running", status)))[0]?.health;
    assert.equal(healthOf("Up 3 seconds (health: starting)"), "starting");
    assert.equal(healthOf("Up About a minute (unhealthy)"), "unhealthy");
    assert.equal(healthOf("Up 3 hours"), null);
  });
});

describe("the state of the cluster", () => {
  const zookeeper: Container = {
    name: "p-zookeeper-1",
    service: "zookeeper",
    state: "running",
    health: "healthy",
    exitCode: null,
    ports: [],
  };
  const kafka: Container = { ...zookeeper, name: "p-kafka-1", service: "kafka", ports: [9092] };
  const off = { state: "exited", health: null, exitCode: 143, ports: [] } as const;

  for (const [what, containers, expected] of [
    ["no container: absent", [], { kind: "absent", port: null, problem: null }],
    ["both healthy: running", [zookeeper, kafka], { kind: "running", port: 9092, problem: null }],
    [
      "one still starting: starting",
      [zookeeper, { ...kafka, health: "starting" }],
      { kind: "starting", port: 9092, problem: null },
    ],
    [
      "the broker is only created: starting",
      [zookeeper, { ...kafka, ...off, state: "created" }],
      { kind: "starting", port: null, problem: null },
    ],
    [
      "both ended: stopped",
      [
        { ...zookeeper, ...off },
        { ...kafka, ...off },
      ],
      { kind: "stopped", port: null, problem: null },
    ],
    [
      "both created: stopped",
      [{ ...zookeeper, ...off, state: "created" }],
      { kind: "stopped", port: null, problem: null },
    ],
    [
      "the broker ended alone: unhealthy",
      [zookeeper, { ...kafka, ...off, exitCode: 1 }],
      { kind: "unhealthy", port: null, problem: "p-kafka-1 ended with exit code 1" },
    ],
    [
      "the broker does not answer: unhealthy",
      [zookeeper, { ...kafka, health: "unhealthy" }],
      { kind: "unhealthy", port: 9092, problem: "p-kafka-1 is unhealthy" },
    ],
    [
      "someone paused it: unhealthy",
      [zookeeper, { ...kafka, state: "paused" }],
      { kind: "unhealthy", port: 9092, problem: "p-kafka-1 is paused" },
    ],
  ] as const) {
    test(what, () => assert.deepEqual(stateOf(containers as readonly Container[]), expected));
  }
});
