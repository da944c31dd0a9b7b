import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { RegistryClient, type RegistryOptions } from "../../../src/schema/registry.ts";
import { CancelledError, UserError } from "../../../src/shared/userError.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server for one test, closed with it; returns its URL. */
async function serve(t: TestContext, handler: Handler): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const client = (url: string, more: Partial<RegistryOptions> = {}): RegistryClient =>
  new RegistryClient({ url, username: null, password: null, timeoutMs: 2000, ...more });

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/vnd.schemaregistry.v1+json" }).end(JSON.stringify(body));
};

/** the error's code and sentence */
async function failure(promise: Promise<unknown>): Promise<[string, string]> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return [error.code, error.message];
  }
  assert.fail("it did not fail");
}

test("a schema is asked for by id under the base path, with its references, subject and version", async (t) => {
  const asked: string[] = [];
  const answers: Record<string, unknown> = {
    "/base/v7/schemas/ids/3": {
      schema: '"n.B"',
      references: [{ name: "n.B", subject: "b/x", version: 2 }],
    },
    "/base/v7/schemas/ids/3/versions": [{ subject: "orders-value", version: 4 }],
    "/base/v7/subjects/b%2Fx/versions/2": {
      schema: '{"type":"record","name":"B","namespace":"n","fields":[]}',
      references: [{ name: "n.A", subject: "a", version: 1 }],
    },
    // a cycle, which must not be followed for ever
    "/base/v7/subjects/a/versions/1": { schema: '"int"', references: [{ name: "n.B", subject: "b/x", version: 2 }] },
  };
  const url = await serve(t, (request, response) => {
    asked.push(request.url!);
    json(response, 200, answers[request.url!] ?? null);
  });
  const schema = await client(`${url}/base/v7/`).byId(3);
  assert.deepEqual(
    [schema.id, schema.type, schema.schema, schema.subject, schema.version],
    [3, "AVRO", '"n.B"', "orders-value", 4],
  );
  assert.deepEqual(
    schema.references.map(({ name, subject, version }) => [name, subject, version]),
    [
      ["n.B", "b/x", 2],
      ["n.A", "a", 1],
    ],
  );
  assert.equal(asked.length, 4);
});

test("the newest version of a subject, and the subjects", async (t) => {
  const url = await serve(t, (request, response) => {
    if (request.url === "/subjects") json(response, 200, ["a", "b"]);
    else json(response, 200, { id: 5, subject: "a", version: 2, schema: "{}", schemaType: "JSON" });
  });
  assert.deepEqual(await client(url).subjects(), ["a", "b"]);
  assert.deepEqual(await client(url).test(), { subjects: 2 });
  assert.deepEqual(await client(url).latest("a"), {
    id: 5,
    type: "JSON",
    schema: "{}",
    references: [],
    subject: "a",
    version: 2,
  });
});

test("credentials go along as basic authentication, also those of the URL", async (t) => {
  const seen: (string | undefined)[] = [];
  const url = await serve(t, (request, response) => {
    seen.push(request.headers.authorization);
    json(response, 200, []);
  });
  await client(url).subjects();
  await client(url, { username: "jané", password: "p:w" }).subjects();
  const inUrl = client(url.replace("//", "//user:p%40w@"));
  await inUrl.subjects();
  assert.equal(inUrl.url, url);
  assert.deepEqual(seen, [
    undefined,
    `Basic ${Buffer.from("jané:p:w").toString("base64")}`,
    `Basic ${Buffer.from("user:p@w").toString("base64")}`,
  ]);
});

test("what the registry refuses is said in words", async (t) => {
  let status = 200;
  let body: unknown = null;
  const url = await serve(t, (_, response) => json(response, status, body));
  const answered = (code: number, answer: unknown): void => {
    status = code;
    body = answer;
  };
  answered(404, { error_code: 40403, message: "Schema not found" });
  assert.deepEqual(await failure(client(url).byId(9)), [
    "unknown-schema",
    "schema id 9 is unknown to the registry (404)",
  ]);
  answered(404, { error_code: 40401, message: "Subject not found" });
  assert.deepEqual(await failure(client(url).latest("s")), [
    "unknown-subject",
    "the subject s is unknown to the registry (404)",
  ]);
  answered(404, { error_code: 404, message: "HTTP 404 Not Found" });
  assert.equal((await failure(client(url).byId(9)))[0], "not-a-registry");
  answered(401, { error_code: 401, message: "Unauthorized" });
  assert.deepEqual(await failure(client(url).test()), [
    "unauthorized",
    "the schema registry asks for a user name and password (401)",
  ]);
  assert.match(
    (await failure(client(url, { username: "u", password: "p" }).test()))[1],
    /does not accept the user name and password/,
  );
  answered(403, { message: "no" });
  assert.equal((await failure(client(url).test()))[0], "forbidden");
  answered(500, { error_code: 50001, message: "Error in the backend data store" });
  assert.deepEqual(await failure(client(url).test()), [
    "registry-failed",
    "the schema registry failed with 500: Error in the backend data store",
  ]);
  answered(200, { hello: "world" });
  assert.equal((await failure(client(url).test()))[0], "not-a-registry");
  assert.equal((await failure(client(url).byId(1)))[0], "not-a-registry");
});

test("a server that is no registry is recognised by its HTML", async (t) => {
  const url = await serve(t, (_, response) => response.end("<html>Sign in</html>"));
  const [code, sentence] = await failure(client(url).test());
  assert.deepEqual(
    [code, sentence],
    ["not-a-registry", `${url} does not answer like a schema registry: check the URL and its base path`],
  );
});

test("an id whose subjects the registry cannot tell still has its schema", async (t) => {
  const url = await serve(t, (request, response) => {
    if (request.url!.endsWith("/versions")) json(response, 405, { error_code: 405, message: "HTTP 405" });
    else json(response, 200, { schema: '"int"' });
  });
  const schema = await client(url).byId(1);
  assert.deepEqual([schema.schema, schema.subject, schema.version], ['"int"', null, null]);
});

test("no answer is said with its cause", async (t) => {
  const gone = await serve(t, () => {});
  const port = new URL(gone).port;
  await test("it takes too long", async () => {
    const start = performance.now();
    const [code, sentence] = await failure(client(gone, { timeoutMs: 200 }).test());
    assert.deepEqual(
      [code, sentence],
      ["timed-out", `the schema registry could not be asked: 127.0.0.1:${port} did not answer in time (waited 0.2 s)`],
    );
    assert.ok(performance.now() - start < 1500);
  });
  assert.equal((await failure(client(gone.replace("http:", "https:"), { timeoutMs: 500 }).test()))[0], "tls");
  const closing = await serve(t, (request) => request.socket.destroy());
  assert.equal((await failure(client(closing).test()))[0], "reset");
  const nobody = await new Promise<string>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      server.close(() => resolve(url));
    });
  });
  assert.deepEqual(await failure(client(nobody).test()), [
    "refused",
    `the schema registry could not be asked: ${new URL(nobody).host} refused the connection: nothing listens there`,
  ]);
  assert.deepEqual(
    await failure(client("http://registry.invalid", { timeoutMs: 5000 }).test()).then(([code]) => code),
    "name-not-found",
  );
});

test("asking can be cancelled, silently", async (t) => {
  const url = await serve(t, () => {});
  const stop = new AbortController();
  const asking = client(url).subjects(stop.signal);
  stop.abort();
  await assert.rejects(asking, CancelledError);
  await assert.rejects(client(url).subjects(AbortSignal.abort()), CancelledError);
});

test("an answer without end is cut off", async (t) => {
  const url = await serve(t, (_, response) => {
    const chunk = Buffer.alloc(1_000_000, 0x20);
    const more = (): void => {
      while (response.write(chunk));
      response.once("drain", more);
    };
    more();
  });
  assert.match((await failure(client(url, { timeoutMs: 10_000 }).test()))[1], /sent more than 16 MB/);
});

test("what is no URL is refused at once", () => {
  for (const url of ["", "localhost:8081", "ftp://x", "nonsense"]) {
    assert.throws(
      () => client(url),
      (error) => error instanceof UserError && error.code === "bad-url",
    );
  }
});
