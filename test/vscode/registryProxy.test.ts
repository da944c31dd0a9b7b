import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { TestApi } from "../../src/testApi.ts";
import { testApi } from "./support/api.ts";

describe("A schema registry behind VS Code's proxy", () => {
  let api: TestApi;
  before(async () => {
    api = await testApi();
  });
  afterEach(async () => {
    await proxy(undefined);
    await api.ctx.connections.remove("test-proxied");
  });

  const proxy = (url: string | undefined) =>
    vscode.workspace.getConfiguration("http").update("proxy", url, vscode.ConfigurationTarget.Global);

  it("is asked through it", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('["a-value"]');
    });
    server.on("connect", (request, socket) => {
      asked.push(`CONNECT ${request.url}`);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      await proxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      await api.ctx.connections.save({
        id: "test-proxied",
        name: "proxied",
        bootstrapServers: ["127.0.0.1:1"],
        tls: null,
        sasl: null,
        registry: {
          kind: "confluent",
          urls: ["http://registry.example.invalid:8081"],
          signIn: { kind: "none" },
          tls: null,
        },
      });
      const registry = await api.ctx.registries.get("test-proxied");
      assert.deepEqual(await registry?.subjects(), ["a-value"]);
      assert.deepEqual(asked, ["GET http://registry.example.invalid:8081/subjects"]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
