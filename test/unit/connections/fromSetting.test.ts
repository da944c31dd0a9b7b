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
          registry: { url: "http://r", username: null },
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
      7,
    ]);
    assert.deepEqual(
      connections.map(({ name }) => name),
      ["good"],
    );
    assert.deepEqual(problems, [
      "Connection bad of the settings: Add the port: a:9092.",
      'Connection 3 of the settings: it has no "name".',
      'Connection none of the settings: it has no "bootstrapServers".',
      "Connection good of the settings: the name is used twice.",
      'Connection url of the settings: "registryUrl": The URL starts with http:// or https://.',
      'Connection no text of the settings: "registryUrl" is not a text.',
      "Connection 8 of the settings: it is not an object.",
    ]);
  });

  it("are none when it is no list", () => {
    assert.match(connectionsFromSetting({}).problems.join(), /not a list/);
    assert.deepEqual(connectionsFromSetting(undefined), { connections: [], problems: [] });
  });
});
