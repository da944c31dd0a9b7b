import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connectionsFromSetting } from "../../../src/connections/fromSetting.ts";

describe("connections of the setting", () => {
  it("are read with servers as a text or a list", () => {
    const { connections, problems } = connectionsFromSetting([
      { name: "one", bootstrapServers: "a:1, b:2" },
      { name: " two ", bootstrapServers: ["c:3"], registryUrl: "http://r" },
    ]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      connections.map(({ id, name, bootstrapServers, registry, fromSetting }) => ({
        id,
        name,
        bootstrapServers,
        registry,
        fromSetting,
      })),
      [
        { id: "setting:one", name: "one", bootstrapServers: ["a:1", "b:2"], registry: null, fromSetting: true },
        {
          id: "setting:two",
          name: "two",
          bootstrapServers: ["c:3"],
          registry: { kind: "confluent", urls: ["http://r"], signIn: { kind: "none" }, tls: null },
          fromSetting: true,
        },
      ],
    );
  });

  it("leave the good ones alone when one is malformed, and say which and why", () => {
    const { connections, problems } = connectionsFromSetting([
      { name: "good", bootstrapServers: "a:1" },
      { name: "bad", bootstrapServers: "a" },
      { bootstrapServers: "a:1" },
      { name: "none" },
      { name: "good", bootstrapServers: "b:1" },
      { name: "url", bootstrapServers: "a:1", registryUrl: "ftp://x" },
      { name: "no text", bootstrapServers: "a:1", registryUrl: 5 },
      { name: "type", bootstrapServers: "a:1", registryUrl: "http://r", registryType: "glue" },
      7,
    ]);
    assert.deepEqual(
      connections.map(({ name }) => name),
      ["good"],
    );
    assert.deepEqual(problems, [
      "bad (settings): Add the port: a:9092.",
      'Entry 3 (settings): it has no "name".',
      'none (settings): it has no "bootstrapServers".',
      "good (settings): the name is used twice.",
      'url (settings): "registryUrl": The URL starts with http:// or https://.',
      'no text (settings): "registryUrl" is not a text.',
      'type (settings): "registryType" is neither "confluent" nor "apicurio".',
      "Entry 9 (settings): it is not an object.",
    ]);
  });

  it("are none when it is no list", () => {
    assert.match(connectionsFromSetting({}).problems.join(), /not a list/);
    assert.deepEqual(connectionsFromSetting(undefined), { connections: [], problems: [] });
  });
});
