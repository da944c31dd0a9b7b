import assert from "node:assert/strict";
import { test } from "node:test";
import { CancelledError, UserError } from "../../../../src/shared/userError.ts";
import { bodyOf, client, failure, json, nobody, serve } from "./support.ts";

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
    json(response, 200, answers[request.url!.replace("?deleted=true", "")] ?? null);
  });
  const registry = client(`${url}/base/v7/`);
  const schema = await registry.schema(3);
  assert.deepEqual([schema.id, schema.type, schema.schema], [3, "AVRO", '"n.B"']);
  assert.deepEqual(await registry.versionsOf(3), [{ subject: "orders-value", version: 4 }]);
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
  await client(url, { auth: { kind: "basic", username: "jané", password: "p:w" } }).subjects();
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
  assert.deepEqual(await failure(client(url).schema(9)), [
    "unknown-schema",
    "schema id 9 is unknown to the registry (404)",
  ]);
  answered(404, { error_code: 40401, message: "Subject not found" });
  assert.deepEqual(await failure(client(url).latest("s")), [
    "unknown-subject",
    "the subject s is unknown to the registry (404)",
  ]);
  answered(404, { error_code: 404, message: "HTTP 404 Not Found" });
  assert.equal((await failure(client(url).schema(9)))[0], "not-a-registry");
  answered(401, { error_code: 401, message: "Unauthorized" });
  assert.deepEqual(await failure(client(url).test()), [
    "unauthorized",
    "the schema registry asks for a user name and password (401)",
  ]);
  assert.match(
    (await failure(client(url, { auth: { kind: "basic", username: "u", password: "p" } }).test()))[1],
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
  assert.equal((await failure(client(url).schema(1)))[0], "not-a-registry");
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
  assert.equal((await client(url).schema(1)).schema, '"int"');
  assert.deepEqual(await client(url).versionsOf(1), []);
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
  const dead = await nobody();
  assert.deepEqual(await failure(client(dead).test()), [
    "refused",
    `the schema registry could not be asked: ${new URL(dead).host} refused the connection: nothing listens there`,
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
  assert.match((await failure(client(url, { timeoutMs: 10_000 }).test()))[1], /answers with more than 30 MB/);
});

test("what is no URL is refused at once", () => {
  for (const url of ["", "localhost:8081", "ftp://x", "nonsense"]) {
    assert.throws(
      () => client(url),
      (error) => error instanceof UserError && error.code === "bad-url",
    );
  }
});

// Karapace and Confluent's own have what Apicurio has not: this server follows Confluent's API reference for it
test("a GUID's schema is found with the id of the default context", async (t) => {
  const guid = "0f8fad5b-d9cb-469f-a165-70867728950e";
  const answers: Record<string, unknown> = {
    [`/schemas/guids/${guid}`]: { guid, schema: '"int"' },
    [`/schemas/guids/${guid}/ids`]: [
      { context: ".other", id: 3 },
      { context: ".", id: 8 },
    ],
    "/schemas/ids/8/versions": [{ subject: "t-value", version: 1 }],
  };
  const url = await serve(t, (request, response) => {
    const answer = answers[request.url!];
    if (answer) json(response, 200, answer);
    else json(response, 404, { error_code: 40403, message: "Schema not found" });
  });
  const key = `guid:${guid}` as const;
  assert.deepEqual(await client(url).schema(key), { id: 8, key, type: "AVRO", schema: '"int"', references: [] });
  assert.deepEqual(await client(url).versionsOf(key), [{ subject: "t-value", version: 1 }]);
  const other = "guid:0f8fad5b-d9cb-469f-a165-000000000000" as const;
  assert.deepEqual(await failure(client(url).schema(other)), [
    "unknown-schema",
    "schema 0f8fad5b-d9cb-469f-a165-000000000000 is unknown to the registry (404)",
  ]);
  assert.equal((await failure(client(url).schema("contentId:1")))[0], "other-registry");
});

test("modes, levels and deletions are asked for as Confluent's API has them", async (t) => {
  const asked: string[] = [];
  const own: Record<string, [number, unknown]> = {
    "GET /mode": [200, { mode: "READWRITE" }],
    "GET /mode/s": [404, { error_code: 40409, message: "no mode" }],
    "GET /mode/ro": [200, { mode: "READONLY" }],
    "GET /config/s": [404, { error_code: 40408, message: "no level" }],
    "GET /config": [200, { compatibilityLevel: "BACKWARD" }],
    "DELETE /config/s": [404, { error_code: 40408, message: "no level" }],
    "DELETE /subjects/gone": [404, { error_code: 40404, message: "was soft deleted" }],
    "DELETE /subjects/never": [404, { error_code: 40401, message: "not found" }],
    "DELETE /subjects/never?permanent=true": [404, { error_code: 40401, message: "not found" }],
  };
  const url = await serve(t, async (request, response) => {
    const line = `${request.method} ${request.url}`;
    const body = await bodyOf(request);
    asked.push(`${line} ${body}`.trim());
    json(response, ...(own[line] ?? [200, {}]));
  });
  const registry = client(url);
  assert.deepEqual(await registry.mode(null), { value: "READWRITE", inherited: false });
  assert.deepEqual(await registry.mode("s"), { value: "READWRITE", inherited: true });
  assert.deepEqual(await registry.mode("ro"), { value: "READONLY", inherited: false });
  assert.deepEqual(await registry.compatibility("s"), { value: "BACKWARD", inherited: true });
  asked.length = 0;
  await registry.setMode("s", "IMPORT");
  await registry.clearMode("s");
  await registry.setCompatibility(null, "FULL");
  await registry.clearCompatibility("s");
  await registry.deleteVersion("s", 2, "soft");
  await registry.deleteSubject("gone", "hard");
  assert.equal((await failure(registry.deleteSubject("never", "hard")))[0], "unknown-subject");
  assert.deepEqual(asked, [
    'PUT /mode/s {"mode":"IMPORT"}',
    "DELETE /mode/s",
    'PUT /config {"compatibility":"FULL"}',
    "DELETE /config/s",
    "DELETE /subjects/s/versions/2",
    "DELETE /subjects/gone",
    "DELETE /subjects/gone?permanent=true",
    "DELETE /subjects/never",
    "DELETE /subjects/never?permanent=true",
  ]);
});

test("deleted subjects and those of all contexts are asked for by name", async (t) => {
  const asked: string[] = [];
  const url = await serve(t, (request, response) => {
    asked.push(request.url!);
    json(response, 200, request.url!.includes("versions") ? [1] : [":.ctx:a"]);
  });
  assert.deepEqual(await client(url).subjects(undefined, { deleted: true, prefix: ":*:" }), [":.ctx:a"]);
  await client(url).versions(":.ctx:a", undefined, { deleted: true });
  await client(url).contexts();
  assert.deepEqual(asked, [
    "/subjects?deleted=true&subjectPrefix=%3A*%3A",
    "/subjects/%3A.ctx%3Aa/versions?deleted=true",
    "/contexts",
  ]);
});
