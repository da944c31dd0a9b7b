import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dockerFailure, type FailureCode, lastLine } from "../../../src/local/failures.ts";
import { tellingLine } from "../../../src/local/logs.ts";
import { ToolFailure } from "../../../src/local/run.ts";
import { CancelledError, UserError } from "../../../src/shared/userError.ts";

const context = { platform: "linux", port: 9092, file: "/home/me/docker-compose.yml" } as const;
const tool = { command: "docker", args: ["compose", "up"], parse: () => undefined };
const failed = (stderr: string, exitCode: number | null = 1): ToolFailure =>
  new ToolFailure(tool, "failed", exitCode, stderr);
const explain = (stderr: string, platform: NodeJS.Platform = "linux"): UserError => {
  const error = dockerFailure(failed(stderr), { ...context, platform });
  assert.ok(error instanceof UserError);
  return error;
};

/** What Docker 20.10–29 and Compose 2.40 and 5.0 print; the last line counts. */
const cases: [what: string, stderr: string, code: FailureCode, words: RegExp][] = [
  [
    "a program has the port",
    " Container p-kafka-1  Starting\nError response from daemon: driver failed programming external connectivity on endpoint p-kafka-1 (1f03): Error starting userland proxy: listen tcp4 127.0.0.1:9092: bind: address already in use",
    "port-taken",
    /^Port 9092 is taken/,
  ],
  [
    "a container has the port",
    "Error response from daemon: driver failed programming external connectivity on endpoint p-kafka-1 (3a9d): Bind for 127.0.0.1:9092 failed: port is already allocated",
    "port-taken",
    /^Port 9092 is taken/,
  ],
  [
    "a program has the port (Docker 28)",
    "Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint p-kafka-1 (7c): failed to bind host port for 127.0.0.1:9092:172.18.0.3:9092/tcp: address already in use",
    "port-taken",
    /another port in the settings/,
  ],
  [
    "a program has the port (Docker Desktop)",
    "Error response from daemon: Ports are not available: exposing port TCP 127.0.0.1:9092 -> 127.0.0.1:0: listen tcp 127.0.0.1:9092: bind: Only one usage of each socket address (protocol/network address/port) is normally permitted.",
    "port-taken",
    /^Port 9092/,
  ],
  [
    "the engine is off, up",
    "unable to get image 'confluentinc/cp-zookeeper:7.9.2': Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    "daemon-down",
    /not running: start it \(sudo systemctl start docker/,
  ],
  [
    "the engine is off, version",
    "Cannot connect to the Docker daemon at tcp://127.0.0.1:5996. Is the docker daemon running?",
    "daemon-down",
    /not running/,
  ],
  [
    "the engine is off (Docker 29)",
    "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory",
    "daemon-down",
    /not running/,
  ],
  [
    "no right to the socket",
    'permission denied while trying to connect to the Docker daemon socket at unix:///run/docker.sock: Get "http://%2Frun%2Fdocker.sock/v1.50/version": dial unix /run/docker.sock: connect: permission denied',
    "socket-denied",
    /usermod -aG docker/,
  ],
  [
    "no right to the socket (Docker 29)",
    "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
    "socket-denied",
    /you may not use it/,
  ],
  [
    "no Compose plugin",
    "unknown shorthand flag: 'p' in -p\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information",
    "compose-missing",
    /docker-compose-plugin/,
  ],
  [
    "no Compose plugin, its version",
    "docker: unknown command: docker compose\n\nRun 'docker --help' for more information",
    "compose-missing",
    /Docker Compose is not/,
  ],
  [
    "no Compose plugin (old client)",
    "docker: 'compose' is not a docker command.\nSee 'docker --help'",
    "compose-missing",
    /Docker Compose is not/,
  ],
  [
    "no such tag",
    " kafka Pulling \nError response from daemon: manifest for confluentinc/cp-kafka:9.9.9 not found: manifest unknown: manifest unknown",
    "image-tag",
    /^There is no image confluentinc\/cp-kafka:9\.9\.9: correct its tag/,
  ],
  [
    "no such tag (containerd's image store)",
    'Error response from daemon: failed to resolve reference "r/confluentinc/cp-kafka:9.9.9": r/confluentinc/cp-kafka:9.9.9: not found',
    "image-tag",
    /^There is no image r\/confluentinc\/cp-kafka:9\.9\.9:/,
  ],
  [
    "no such repository",
    "Error response from daemon: pull access denied for confluentinc/nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    "image-repository",
    /^The image confluentinc\/nosuch does not exist, or needs a login/,
  ],
  [
    "the registry refuses the connection",
    'Error response from daemon: Get "http://127.0.0.1:5997/v2/": dial tcp 127.0.0.1:5997: connect: connection refused',
    "registry-unreachable",
    /registry was not reached/,
  ],
  [
    "the proxy refuses the connection",
    'Error response from daemon: Get "https://example.invalid/v2/": proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused',
    "registry-unreachable",
    /Docker's proxy settings/,
  ],
  [
    "the registry's name is not found",
    'Error response from daemon: Get "https://example.invalid/v2/": dial tcp: lookup example.invalid: no such host',
    "registry-unreachable",
    /check the network/,
  ],
  [
    "too many downloads",
    "Error response from daemon: toomanyrequests: You have reached your pull rate limit.",
    "rate-limit",
    /docker login, or try again later/,
  ],
  [
    "pulling is off",
    "Error response from daemon: No such image: confluentinc/cp-kafka:9.9.9",
    "image-missing",
    /docker pull confluentinc\/cp-kafka:9\.9\.9/,
  ],
  [
    "not for this processor",
    "no matching manifest for linux/arm64/v8 in the manifest list entries",
    "image-platform",
    /\(linux\/arm64\/v8\)/,
  ],
  [
    "a container ends",
    " Container p-kafka-1  Waiting\ncontainer p-kafka-1 exited (1)",
    "container-exited",
    /^The container p-kafka-1 ended right after its start \(exit code 1\)/,
  ],
  ["a container is killed", "container p-kafka-1 exited (137)", "container-exited", /more memory/],
  [
    "the container depended on ends",
    "dependency failed to start: container p-zookeeper-1 exited (1)",
    "container-exited",
    /^The container p-zookeeper-1 ended/,
  ],
  ["a container is unhealthy", "container p-kafka-1 is unhealthy", "container-unhealthy", /did not become healthy/],
  ["not healthy in time", "application not healthy after 3s", "timeout", /not healthy after 3s/],
  [
    "the engine is too old",
    "can't set healthcheck.start_interval as feature require Docker Engine v25 or later",
    "old-engine",
    /Docker Engine 25 or later/,
  ],
  [
    "the disk is full",
    "failed to register layer: write /usr/share/java/kafka/x.jar: no space left on device",
    "disk-full",
    /disk is full/,
  ],
  ["no such file", "open /home/me/docker-compose.yml: no such file or directory", "compose-file", /cannot be used/],
  ["not YAML", "yaml: line 4: did not find expected node content", "compose-file", /line 4.*correct it, or delete it/],
  [
    "an unknown key",
    "validating /home/me/docker-compose.yml: services.kafka additional properties 'imag' not allowed",
    "compose-file",
    /'imag' not allowed/,
  ],
  [
    "not YAML (Compose 5)",
    "failed to parse /home/me/docker-compose.yml: yaml: line 2: did not find x",
    "compose-file",
    /line 2/,
  ],
  ["no mapping", "services.kafka must be a mapping", "compose-file", /\(services.kafka must be a mapping\)/],
  [
    "a service that is not there",
    'service "kafka" depends on undefined service "z": invalid compose project',
    "compose-file",
    /undefined service/,
  ],
  [
    "no image name",
    "unable to get image 'a b': Error response from daemon: no such image: a b: invalid reference format",
    "image-name",
    /^"a b" is no image name: correct it in the settings/,
  ],
  [
    "no Compose plugin, Docker 28",
    "unknown flag: --short\n\nUsage:  docker [OPTIONS] COMMAND",
    "compose-missing",
    /Compose/,
  ],
  [
    "something that nobody foresaw",
    "Error response from daemon: gremlins",
    "docker-failed",
    /^Docker failed: .*gremlins/,
  ],
];

describe("Docker's failures in words", () => {
  for (const [what, stderr, code, words] of cases) {
    test(what, () => {
      const error = explain(`${stderr}\n`);
      assert.equal(error.code, code);
      assert.match(error.message, words);
      assert.match(error.detail ?? "", new RegExp(lastLine(stderr).slice(0, 12).replace(/\W/g, ".")));
    });
  }

  test("there is no docker at all", () => {
    const error = dockerFailure(new ToolFailure(tool, "missing", null, "spawn docker ENOENT"), context) as UserError;
    assert.equal(error.code, "docker-missing");
    assert.match(error.message, /install Docker Engine with its Compose plugin/);
  });

  test("Docker says nothing any more", () => {
    const error = dockerFailure(
      new ToolFailure(tool, "idle", null, " Container p-kafka-1  Waiting"),
      context,
    ) as UserError;
    assert.equal(error.code, "timeout");
  });

  test("next steps fit the system", () => {
    const down =
      "error during connect: this error may indicate that the docker daemon is not running: open //./pipe/docker_engine: The system cannot find the file specified.";
    assert.match(explain(down, "win32").message, /start Docker Desktop/);
    assert.equal(explain(down, "win32").code, "daemon-down");
    assert.match(explain("docker: unknown command: docker compose", "darwin").message, /update Docker Desktop/);
    const denied = "open //./pipe/docker_engine: Access is denied.";
    assert.match(explain(denied, "win32").message, /docker-users/);
  });

  test("cancellation and sentences of our own pass through", () => {
    const cancelled = new CancelledError();
    const own = new UserError("x", { code: "y" });
    assert.equal(dockerFailure(cancelled, context), cancelled);
    assert.equal(dockerFailure(own, context), own);
  });

  test("the progress before it does not decide what a failure is", () => {
    assert.equal(
      explain(" kafka Error dial tcp: no such host\ncontainer p-kafka-1 is unhealthy").code,
      "container-unhealthy",
    );
  });
});

describe("the telling line of a log", () => {
  test("a missing variable", () => {
    const log =
      "kafka-1  | ===> Configuring ...\nkafka-1  | KAFKA_ZOOKEEPER_CONNECT is required.\nkafka-1  | Command [/usr/local/bin/dub ensure KAFKA_ZOOKEEPER_CONNECT] FAILED !";
    assert.equal(tellingLine(log), "KAFKA_ZOOKEEPER_CONNECT is required.");
  });

  test("an exception, before the lines of the shutdown", () => {
    const log = [
      "[2026-01-01 10:00:00,000] ERROR Fatal error during KafkaServer startup. Prepare to shutdown (kafka.server.KafkaServer)",
      "org.apache.kafka.common.config.ConfigException: Invalid value abc for configuration broker.id",
      "\tat kafka.Kafka.main(Kafka.scala)",
      "[2026-01-01 10:00:01,000] INFO shutting down (kafka.server.KafkaServer)",
    ].join("\n");
    assert.equal(
      tellingLine(log),
      "org.apache.kafka.common.config.ConfigException: Invalid value abc for configuration broker.id",
    );
  });

  test("none, when nothing stands out", () => assert.equal(tellingLine("===> Launching kafka ...\n"), null));
});
