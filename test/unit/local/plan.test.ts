import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { editCompose, readCompose } from "../../../src/local/composeEdit.ts";
import { composeText } from "../../../src/local/composeFile.ts";
import { type FilePlan, movePort, planFile as planOrNull } from "../../../src/local/plan.ts";

const planFile = (...args: Parameters<typeof planOrNull>): FilePlan => {
  const plan = planOrNull(...args);
  assert.ok(plan);
  return plan;
};
const settings = { zookeeperImage: "zoo:1", kafkaImage: "kafka:1", port: 9092 };
/** a file that a user has made their own, in as many ways as seemed likely */
const edited = composeText(settings)
  .replace("KAFKA_BROKER_ID: 1", "KAFKA_BROKER_ID: 1\n      KAFKA_NUM_PARTITIONS: 6 # mine")
  .replace("image: kafka:1", "image:   'kafka:1' # pinned");

describe("a file that is not there", () => {
  test("is written from the settings", () => {
    const plan = planFile(null, settings);
    assert.deepEqual(plan, { text: composeText(settings), changed: true, port: 9092, notes: [] });
  });
});

describe("a file that nobody edited", () => {
  test("stays as it is when nothing has changed", () => {
    assert.equal(planFile(composeText(settings), settings).changed, false);
    assert.equal(planFile(composeText(settings).replaceAll("\n", "\r\n"), settings).changed, false);
  });

  test("is written anew when an image setting has changed, and that is said", () => {
    const plan = planFile(composeText(settings), { ...settings, kafkaImage: "kafka:2" });
    assert.equal(plan.text, composeText({ ...settings, kafkaImage: "kafka:2" }));
    assert.deepEqual(plan.notes, ["Kafka now runs from the image kafka:2, as the settings say."]);
  });

  test("keeps the port that was chosen when the wanted one was taken", () => {
    const moved = movePort(composeText(settings), 9093, settings);
    assert.equal(moved, composeText({ ...settings, port: 9093 }, settings));
    assert.equal(planFile(moved, settings).port, 9093);
    assert.equal(planFile(moved, settings).changed, false);
  });

  test("takes another port once the setting has another", () => {
    const moved = movePort(composeText(settings), 9093, settings);
    assert.equal(planFile(moved, { ...settings, port: 9500 }).port, 9500);
  });
});

describe("a file that somebody edited", () => {
  test("is left alone while the settings stay", () => {
    assert.deepEqual(planFile(edited, settings), { text: edited, changed: false, port: 9092, notes: [] });
  });

  test("gets a changed setting at its place, and nothing else", () => {
    const plan = planFile(edited, { ...settings, kafkaImage: "kafka:2", port: 9500 });
    assert.equal(plan.port, 9500);
    assert.ok(plan.text.includes("image:   'kafka:2' # pinned"));
    assert.ok(plan.text.includes('- "127.0.0.1:9500:9092"'));
    assert.ok(plan.text.includes("EXTERNAL://localhost:9500\n"));
    assert.ok(plan.text.includes("KAFKA_NUM_PARTITIONS: 6 # mine"));
    const touched = plan.text.split("\n").filter((line, i) => line !== edited.split("\n")[i]);
    assert.equal(touched.length, 4, touched.join("\n"));
    assert.deepEqual(plan.notes, [
      "Kafka's image in the Compose file was changed to kafka:2, as the settings say.",
      "The port in the Compose file was changed to 9500, as the settings say.",
    ]);
    assert.deepEqual(planFile(plan.text, { ...settings, kafkaImage: "kafka:2", port: 9500 }).notes, []);
  });

  test("wins where it was edited itself, and that is said", () => {
    const own = edited.replace("'kafka:1'", "my/kafka:7");
    const plan = planFile(own, { ...settings, kafkaImage: "kafka:2" });
    assert.equal(readCompose(plan.text).kafkaImage, "my/kafka:7");
    assert.deepEqual(plan.notes, [
      "Kafka runs from my/kafka:7, as the edited Compose file says; the settings' kafka:2 is not used.",
    ]);
  });

  test("decides the port when it says it in a way that is not understood", () => {
    const own = edited.replace("127.0.0.1:9092:9092", "127.0.0.1:$" + "{PORT:-9092}:9092");
    const plan = planFile(own, { ...settings, port: 9500 });
    assert.equal(plan.port, null);
    assert.deepEqual(plan.notes, ["The edited Compose file decides the port; the settings' 9500 is not used."]);
    assert.equal(movePort(own, 9093, settings), null);
  });

  test("without our header is used as it is when it has a broker, and that is said", () => {
    const own = "services:\n  kafka:\n    image: x\n    ports: ['9092:9092']\n";
    const notes = ["The Compose file was not written by Kafka Workbench; it is used as it is."];
    assert.deepEqual(planFile(own, { ...settings, port: 9500 }), { text: own, changed: false, port: 9092, notes });
  });

  test("of something else is not touched", () => {
    for (const own of ["services:\n  web:\n    image: x\n", "", "\u0000- - [", "- a\n", "services: 5\n"]) {
      assert.equal(planOrNull(own, settings), null, own);
    }
  });

  test("that is no YAML at all is left for Compose to complain about", () => {
    const own = `${edited}\n  ][: {`;
    assert.equal(planFile(own, { ...settings, port: 9500, kafkaImage: "kafka:2" }).text, own);
  });
});

describe("a port in a Compose file", () => {
  const file = (ports: string, environment = "{}"): string =>
    `services:\n  kafka:\n    ports: ${ports}\n    environment: ${environment}\n`;

  for (const [ports, moved] of [
    ["['9092:9092']", "['9500:9092']"],
    ["[9092:9092]", "[9500:9092]"],
    ['["127.0.0.1:9092:9092/tcp"]', '["127.0.0.1:9500:9092/tcp"]'],
    ['["[::1]:9092:9092"]', '["[::1]:9500:9092"]'],
    ["[{ target: 9092, published: 9092 }]", "[{ target: 9092, published: 9500 }]"],
    ['[{ target: 9092, published: "9092" }]', '[{ target: 9092, published: "9500" }]'],
    ["['9101:9101', '9092:9092']", "['9101:9101', '9500:9092']"],
  ] as const) {
    test(`is found and changed in ${ports}`, () => {
      assert.equal(readCompose(file(ports)).port, 9092);
      assert.equal(editCompose(file(ports), { port: 9500 }), file(moved));
    });
  }

  test("is changed in a list of variables too", () => {
    const before =
      "['KAFKA_ADVERTISED_LISTENERS=INTERNAL://kafka:9092,EXTERNAL://localhost:9092', 'X=localhost:90921']";
    const after = "['KAFKA_ADVERTISED_LISTENERS=INTERNAL://kafka:9092,EXTERNAL://localhost:9500', 'X=localhost:90921']";
    assert.equal(editCompose(file("['9092:9092']", before), { port: 9500 }), file("['9500:9092']", after));
  });
});
