import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  parseAddresses,
  registryUrlProblem,
  registryUrls,
  registryUrlsProblem,
} from "../../../src/connections/addresses.ts";

describe("bootstrap servers", () => {
  it("are host:port, separated by commas or blanks", () => {
    assert.deepEqual(parseAddresses(" a:9092, b.example.com:1,10.0.0.1:65535  [::1]:9092 ").servers, [
      "a:9092",
      "b.example.com:1",
      "10.0.0.1:65535",
      "[::1]:9092",
    ]);
  });

  const problems: [text: string, problem: RegExp][] = [
    ["", /at least one/],
    [" , ", /at least one/],
    ["localhost", /Add the port: localhost:9092/],
    ["localhost:", /Add the port: localhost:9092/],
    ["localhost:0", /0 is not a port/],
    ["localhost:65536", /65536 is not a port/],
    ["localhost:90x", /90x is not a port/],
    [":9092", /Add the host/],
    ["::1", /brackets: \[::1\]:9092/],
    ["fe80::1:9092", /brackets/],
    ["[::1]", /Add the port: \[::1\]:9092/],
    ["[nonsense]:9092", /not an IPv6 address/],
    ["PLAINTEXT://kafka:9092", /Leave out PLAINTEXT:\/\//],
    ["http://kafka:9092", /Leave out http:\/\//],
    ["a:9092, A:9092", /written twice/],
    ["ka/fka:9092", /not a host name/],
    ["-kafka:9092", /not a host name/],
  ];
  for (const [text, problem] of problems) {
    it(`says what is wrong with "${text}"`, () => {
      const read = parseAddresses(text);
      assert.equal(read.servers, null);
      assert.match(read.problem ?? "", problem);
    });
  }
});

describe("a registry's URL", () => {
  it("may have a path", () => assert.equal(registryUrlProblem("http://127.0.0.1:18081/apis/ccompat/v7"), null));
  it("may be several of one registry", () => {
    assert.equal(registryUrlsProblem("http://a/ , https://b/x"), null);
    assert.deepEqual(registryUrls("http://a/ , https://b/x/"), ["http://a", "https://b/x"]);
    assert.match(registryUrlsProblem("http://a, b") ?? "", /URL such as/);
    assert.match(registryUrlsProblem(" , ") ?? "", /URL such as/);
  });
  it("has to be one", () => assert.match(registryUrlProblem("localhost:8081") ?? "", /http:\/\//));
  it("holds no password", () => assert.match(registryUrlProblem("http://me:secret@host") ?? "", /asked for next/));
  it("holds no query", () => assert.match(registryUrlProblem("http://host/?a=1") ?? "", /Leave out/));
});
