import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { composeText, isUnedited, settingsInHeader, withSettingsInHeader } from "../../../src/local/composeFile.ts";

const settings = {
  zookeeperImage: "confluentinc/cp-zookeeper:7.9.2",
  kafkaImage: "confluentinc/cp-kafka:7.9.2",
  port: 9092,
};

test("the Compose file is the one that was reviewed", () => {
  const golden = readFileSync(new URL("golden/docker-compose.yml", import.meta.url), "utf8").replaceAll("\r\n", "\n");
  assert.equal(composeText(settings), golden);
});

test("containers come in by kafka:19092, this machine by the chosen port, others not at all", () => {
  const { kafka } = (parse(composeText({ ...settings, port: 9099 })) as Compose).services;
  assert.deepEqual(kafka.ports, ["127.0.0.1:9099:9092"]);
  assert.equal(kafka.environment["KAFKA_ADVERTISED_LISTENERS"], "INTERNAL://kafka:19092,EXTERNAL://localhost:9099");
});

test("all data, and nothing else, is in named volumes", () => {
  const { services, volumes } = parse(composeText(settings)) as Compose;
  const mounted = Object.values(services).flatMap((service) => service.volumes.map((volume) => volume.split(":")[0]));
  assert.deepEqual(mounted.sort(), Object.keys(volumes).sort());
});

test("what came out of an image setting stays one text, whatever is in it", () => {
  const kafkaImage = 'odd" image: # \\ {x}';
  const { services } = parse(composeText({ ...settings, kafkaImage })) as Compose;
  assert.equal(services["kafka"]?.image, kafkaImage);
});

test("an edit is noticed, other line ends and a changed header are none", () => {
  const text = composeText(settings);
  assert.ok(isUnedited(text));
  assert.ok(isUnedited(text.replaceAll("\n", "\r\n")));
  assert.ok(!isUnedited(text.replace("KAFKA_BROKER_ID: 1", "KAFKA_BROKER_ID: 2")));
  assert.ok(!isUnedited(text.replace(/^#.*Checksum.*\n/m, "")));
  assert.ok(!isUnedited("services: {}\n"));
});

test("the settings at the time of writing are read back from the header", () => {
  const text = composeText({ ...settings, port: 9093 }, settings);
  assert.deepEqual(settingsInHeader(text), settings);
  assert.deepEqual(settingsInHeader(text.replaceAll("\n", "\r\n")), settings);
  assert.deepEqual(settingsInHeader(withSettingsInHeader(text, { ...settings, port: 1234 })), {
    ...settings,
    port: 1234,
  });
  assert.equal(settingsInHeader("services: {}\n"), null);
  assert.equal(settingsInHeader("# Settings at that time: {broken\n"), null);
  assert.equal(settingsInHeader("# Settings at that time: null\n"), null);
});

interface Compose {
  services: Record<
    "kafka" | "zookeeper",
    { image: string; ports: string[]; environment: Record<string, unknown>; volumes: string[] }
  >;
  volumes: Record<string, unknown>;
}
