import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Server } from "node:net";
import { test } from "node:test";
import { freePort, isFree } from "../../../src/local/port.ts";
import { UserError } from "../../../src/shared/userError.ts";

const listen = (host: string, port = 0): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host, port }, () => resolve(server));
  });
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

for (const host of ["127.0.0.1", "0.0.0.0", "::1"]) {
  test(`a port on which somebody listens at ${host} is taken`, async (t) => {
    const server = await listen(host).catch(() => null);
    if (server === null) return t.skip(`${host} is not an address here`);
    t.after(() => server.close());
    assert.equal(await isFree(portOf(server)), false);
    assert.notEqual(await freePort(portOf(server)), portOf(server));
  });
}

test("a port is free again when nobody listens any more, unless it is known to be taken", async () => {
  const server = await listen("127.0.0.1");
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await freePort(port), port);
  assert.notEqual(await freePort(port, new Set([port])), port);
});

test("no free port up to the last one is a sentence", async () => {
  const error = await freePort(65_535, new Set([65_535])).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof UserError);
  assert.match(error.message, /^All ports from 65535 to 65535 are taken/);
});
