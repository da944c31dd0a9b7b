import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { ConfluentRegistry } from "../../../../src/schema/registry/confluent.ts";
import type { RegistryEndpoint } from "../../../../src/schema/registry/http.ts";
import { UserError } from "../../../../src/shared/userError.ts";

/** A server for one test, closed with it; returns its URL. With `tls` it speaks https. */
export async function serve(t: TestContext, handler: RequestListener, tls?: ServerOptions): Promise<string> {
  const server = tls ? createTlsServer(tls, handler) : createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The URL of a port where nothing listens. */
export async function nobody(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      server.close(() => resolve(url));
    });
  });
}

const endpoint = (urls: string | string[], more: Partial<RegistryEndpoint> = {}): RegistryEndpoint => ({
  urls: [urls].flat(),
  auth: { kind: "none" },
  tls: null,
  timeoutMs: 2000,
  ...more,
});

export const client = (urls: string | string[], more: Partial<RegistryEndpoint> = {}): ConfluentRegistry =>
  new ConfluentRegistry(endpoint(urls, more));

export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/vnd.schemaregistry.v1+json" }).end(JSON.stringify(body));
};

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** the error's code and sentence */
export async function failure(promise: Promise<unknown>): Promise<[string, string]> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return [error.code, error.message];
  }
  assert.fail("it did not fail");
}
