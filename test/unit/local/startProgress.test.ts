import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StartProgress } from "../../../src/local/startProgress.ts";

const texts = (lines: readonly string[]): string[] => {
  const progress = new StartProgress();
  return lines.map((line) => progress.read(line)).filter((text) => text !== null);
};

describe("the progress of a start", () => {
  for (const [version, after] of [
    ["Compose 2", "  "],
    ["Compose 5", " "],
  ] as const) {
    test(`as ${version} prints it`, () => {
      const container = (name: string, what: string) => ` Container my-kafka-${name}-1${after}${what}`;
      assert.deepEqual(
        texts([
          ` Network my-kafka_default${after}Creating`,
          ` Network my-kafka_default${after}Created`,
          ` Volume my-kafka_kafka-data${after}Creating`,
          container("zookeeper", "Creating"),
          container("zookeeper", "Created"),
          container("kafka", "Creating"),
          container("zookeeper", "Starting"),
          container("zookeeper", "Started"),
          container("zookeeper", "Waiting"),
          container("zookeeper", "Healthy"),
          container("kafka", "Starting"),
          container("kafka", "Started"),
          container("zookeeper", "Waiting"),
          container("kafka", "Waiting"),
          container("zookeeper", "Healthy"),
          container("kafka", "Healthy"),
        ]),
        [
          "creating network and volumes",
          "creating containers",
          "starting ZooKeeper",
          "waiting until ZooKeeper is healthy",
          "ZooKeeper is healthy",
          "starting Kafka",
          "waiting until Kafka is healthy",
          "Kafka is healthy",
        ],
      );
    });
  }

  test("as Compose 1 prints it", () => {
    assert.deepEqual(
      texts([
        'Creating network "k_default" with the default driver',
        "Creating k_zookeeper_1 ... ",
        "Creating k_kafka_1 ...",
      ]),
      ["starting ZooKeeper", "starting Kafka"],
    );
  });

  test("counts the layers of the images", () => {
    assert.deepEqual(
      texts([
        " kafka Pulling ",
        " 0123456789ab Pulling fs layer ",
        " ba9876543210 Pulling fs layer ",
        " 0123456789ab Downloading [=====>   ]  1.2MB/9MB",
        " 0123456789ab Pull complete ",
        " ba9876543210 Already exists ",
      ]),
      [
        "downloading the images (once)",
        "downloading the images (once; 0 of 1 layers)",
        "downloading the images (once; 0 of 2 layers)",
        "downloading the images (once; 1 of 2 layers)",
        "downloading the images (once; 2 of 2 layers)",
      ],
    );
  });

  test("is not moved by anything else", () => {
    assert.deepEqual(
      texts(["", 'time="x" level=warning msg="y"', "Usage:  docker [OPTIONS]", "container x exited (1)"]),
      [],
    );
  });
});
