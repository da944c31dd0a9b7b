import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { advertisedBrokers } from "../../../src/local/brokerCheck.ts";

/** a listener that answers every request with these bytes */
async function answering(t: TestContext, answer: Buffer | null): Promise<number> {
  const server = createServer((socket) =>
    socket.on("error", () => {}).on("data", () => answer && socket.write(answer)),
  );
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen({ host: "127.0.0.1", port: 0 }, resolve));
  return (server.address() as AddressInfo).port;
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

test("a broker tells where it is", async (t) => {
  // size, correlation id 1, one broker: id 7, "box", 9093, no rack; controller 7, no topics
  const port = await answering(
    t,
    hex("0000001f 00000001 00000001 00000007 0003 626f78 00002385 ffff 00000007 00000000"),
  );
  assert.deepEqual(await advertisedBrokers("127.0.0.1", port, 2000), [{ id: 7, host: "box", port: 9093 }]);
});

for (const [what, answer] of [
  ["something else than a broker", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ["an answer cut short", hex("00000008 00000001 00000005")],
  ["an answer to another request", hex("00000008 00000002 00000000")],
  ["a negative size", hex("ffffffff")],
] as const) {
  test(`${what} is no broker`, async (t) => {
    assert.equal(await advertisedBrokers("127.0.0.1", await answering(t, answer), 2000), null);
  });
}

test("silence and a closed port are no broker", async (t) => {
  const silent = await answering(t, null);
  assert.equal(await advertisedBrokers("127.0.0.1", silent, 100), null);
  assert.equal(await advertisedBrokers("127.0.0.1", 1, 1000), null);
});
