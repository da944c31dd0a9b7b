import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Authority } from "../../../kafka/support/certificates.ts";
import { client, failure, json, nobody, serve } from "./support.ts";

async function authority(t: TestContext): Promise<Authority> {
  const folder = mkdtempSync(join(tmpdir(), "kw-registry-tls-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return Authority.create(folder, "registry-ca");
}

const tls = { ca: null, cert: null, key: null, passphrase: null, verify: true };

test("https needs a certificate that is trusted: the system's, the given one, or any where that is wished", async (t) => {
  const ca = await authority(t);
  const { cert, key } = await ca.sign("server", "IP:127.0.0.1");
  const url = await serve(t, (_, response) => json(response, 200, ["a"]), { cert, key });
  const [code, sentence] = await failure(client(url).test());
  assert.equal(code, "tls");
  assert.match(sentence, /signed by an authority that is not trusted here|self-signed/);
  assert.deepEqual(await client(url, { tls: { ...tls, ca: ca.pem } }).test(), { subjects: 1 });
  assert.deepEqual(await client(url, { tls: { ...tls, verify: false } }).test(), { subjects: 1 });
  const other = await ca.sign("other", "DNS:elsewhere.example");
  const wrong = await serve(t, (_, response) => json(response, 200, []), { cert: other.cert, key: other.key });
  assert.match((await failure(client(wrong, { tls: { ...tls, ca: ca.pem } }).test()))[1], /is for another name/);
});

test("a client certificate goes along, and one that is missing or unusable is said so", async (t) => {
  const ca = await authority(t);
  const server = await ca.sign("server", "IP:127.0.0.1");
  const me = await ca.sign("me", "DNS:me");
  const options = { cert: server.cert, key: server.key, ca: ca.pem, requestCert: true, rejectUnauthorized: true };
  const url = await serve(t, (_, response) => json(response, 200, []), options);
  const mine = { ...tls, ca: ca.pem, cert: me.cert, key: me.key };
  assert.deepEqual(await client(url, { tls: mine }).test(), { subjects: 0 });
  const [code, sentence] = await failure(client(url, { tls: { ...tls, ca: ca.pem } }).test());
  assert.ok(["tls", "reset"].includes(code), sentence);
  const [, broken] = await failure(client(url, { tls: { ...mine, key: "no key" } }).test());
  assert.match(broken, /^the schema registry could not be asked: /);
});

test("of several URLs the first that answers is kept to", async (t) => {
  const asked = [0, 0];
  const dead = await nobody();
  const first = await serve(t, (_, response) => {
    asked[0]!++;
    json(response, 200, []);
  });
  const second = await serve(t, (_, response) => {
    asked[1]!++;
    json(response, 200, []);
  });
  const registry = client([dead, first, second]);
  assert.equal(registry.url, dead);
  for (let i = 0; i < 3; i++) await registry.subjects();
  assert.deepEqual([registry.url, asked], [first, [3, 0]]);
  assert.equal(client([first, second]).identity, client([second, first]).identity);
});

test("a URL that is slow or unavailable costs one time-out, and is left alone while another answers", async (t) => {
  let slow = 0;
  let unavailable = 0;
  const stuck = await serve(t, () => {
    slow++;
  });
  const busy = await serve(t, (_, response) => {
    unavailable++;
    json(response, 503, { message: "starting" });
  });
  const good = await serve(t, (_, response) => json(response, 200, []));
  const registry = client([stuck, busy, good], { timeoutMs: 200 });
  for (let i = 0; i < 5; i++) await registry.subjects();
  assert.deepEqual([slow, unavailable], [1, 1]);
});

test("when none answers only one of them is asked again, and its failure is said", async (t) => {
  let asked = 0;
  const stuck = await serve(t, () => {
    asked++;
  });
  const registry = client([stuck, `${stuck}/other`], { timeoutMs: 100 });
  assert.equal((await failure(registry.subjects()))[0], "timed-out");
  assert.equal(asked, 2);
  assert.equal((await failure(registry.subjects()))[0], "timed-out");
  assert.equal(asked, 3);
  const alone = await serve(t, (_, response) => json(response, 503, { message: "starting" }));
  assert.deepEqual(await failure(client(alone).test()), [
    "registry-failed",
    "the schema registry failed with 503: starting",
  ]);
});

test("what a registry refuses is not asked of the next", async (t) => {
  let asked = 0;
  const refusing = await serve(t, (_, response) => json(response, 404, { error_code: 40403, message: "no" }));
  const other = await serve(t, (_, response) => {
    asked++;
    json(response, 200, { schema: '"int"' });
  });
  assert.equal((await failure(client([refusing, other]).schema(1)))[0], "unknown-schema");
  assert.equal(asked, 0);
});

test("a deletion that may have been carried out is not sent to the next", async (t) => {
  const methods: string[] = [];
  const stuck = await serve(t, (request) => {
    methods.push(`stuck ${request.method}`);
  });
  const good = await serve(t, (request, response) => {
    methods.push(`good ${request.method}`);
    json(response, 200, [1]);
  });
  const registry = client([stuck, good], { timeoutMs: 100 });
  assert.equal((await failure(registry.deleteSubject("s", "soft")))[0], "timed-out");
  assert.deepEqual(methods, ["stuck DELETE"]);
  methods.length = 0;
  await client([await nobody(), good]).deleteSubject("s", "soft");
  assert.deepEqual(methods, ["good DELETE"]);
});

test("connections are kept, and one that the server has closed is opened anew", async (t) => {
  const ports = new Set<number | undefined>();
  let close = false;
  const url = await serve(t, (request, response) => {
    ports.add(request.socket.remotePort);
    json(response, 200, []);
    if (close) response.once("finish", () => request.socket.destroy());
  });
  const registry = client(url);
  for (let i = 0; i < 3; i++) await registry.subjects();
  assert.equal(ports.size, 1);
  close = true;
  for (let i = 0; i < 10; i++) assert.deepEqual(await registry.subjects(), []);
});

test("closing ends idle connections, and lets a request come to its end", async (t) => {
  const open = new Set<Socket>();
  let answer: (() => void) | null = null;
  const url = await serve(t, (request, response) => {
    open.add(request.socket);
    request.socket.once("close", () => open.delete(request.socket));
    if (request.url === "/contexts") answer = () => json(response, 200, ["."]);
    else json(response, 200, []);
  });
  const registry = client(url);
  await Promise.all([registry.subjects(), registry.subjects()]);
  assert.equal(open.size, 2);
  const asking = registry.contexts();
  await until(() => answer !== null);
  registry.close();
  await until(() => open.size === 1);
  (answer as (() => void) | null)?.();
  assert.deepEqual(await asking, ["."]);
  await until(() => open.size === 0);
});

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !holds(); ) {
    assert.ok(Date.now() < end, "it did not happen");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("redirects are followed within the server only, and no password leaves it", async (t) => {
  const seen: string[] = [];
  const other = await serve(t, (request, response) => {
    seen.push(`other ${request.headers.authorization}`);
    json(response, 200, []);
  });
  const url = await serve(t, (request, response) => {
    seen.push(request.url!);
    const to = {
      "/subjects": "/v7/subjects",
      "/away/subjects": `${other}/subjects`,
      "/loop/subjects": "/loop/subjects",
    };
    const location = to[request.url as keyof typeof to];
    if (location) response.writeHead(302, { location }).end();
    else json(response, 200, ["a"]);
  });
  const auth = { kind: "basic", username: "me", password: "secret" } as const;
  assert.deepEqual(await client(url, { auth }).subjects(), ["a"]);
  const [code, sentence] = await failure(client(`${url}/away`, { auth }).subjects());
  assert.deepEqual(
    [code, sentence],
    [
      "redirected",
      `the schema registry could not be asked: ${new URL(url).host} sends us on to ${other}/subjects: enter that URL if it is the right one`,
    ],
  );
  seen.length = 0;
  assert.match(
    (await failure(client(`${url}/loop`, { auth }).subjects()))[1],
    /from one page to the next without end$/,
  );
  assert.equal(seen.length, 6);
  assert.ok(!seen.some((line) => line.startsWith("other")));
});

test("an answer that trickles ends with its time", async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const timer = setInterval(() => response.write(" "), 20);
    response.once("close", () => clearInterval(timer));
  });
  const [code, sentence] = await failure(client(url, { timeoutMs: 300 }).test());
  assert.equal(code, "timed-out");
  assert.match(sentence, /waited 0\.3 s/);
});

test("an answer that says it is endless is not read at all", async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(200, { "content-length": "99999999999" });
    response.write("[");
  });
  assert.deepEqual(await failure(client(url).test()), [
    "too-long",
    "the schema registry answers with more than 30 MB, which no schema is",
  ]);
});

test("what is no answer of a registry is one sentence", async (t) => {
  const page = `<html>${"x".repeat(5000)}</html>`;
  const bodies: [number, string][] = [
    [200, page],
    [404, page],
    [400, page],
    [200, ""],
    [200, "null"],
    [200, "[1,2]"],
    [200, '{"__proto__":{"schema":"x"}}'],
  ];
  for (const [status, body] of bodies) {
    const url = await serve(t, (_, response) => response.writeHead(status).end(body));
    const [code, sentence] = await failure(client(url).test());
    assert.equal(code, "not-a-registry", `${status} ${body.slice(0, 20)}`);
    assert.ok(sentence.length < 200, sentence);
    assert.equal((await failure(client(url).schema(1)))[0], "not-a-registry");
  }
  const failing = await serve(t, (_, response) => response.writeHead(502).end(page));
  assert.deepEqual(await failure(client(failing).test()), ["registry-failed", "the schema registry failed with 502"]);
  const talking = await serve(t, (_, response) => json(response, 500, { message: page }));
  assert.ok((await failure(client(talking).test()))[1].length < 1100);
});

test("references without end are cut off", async (t) => {
  let asked = 0;
  const url = await serve(t, (_, response) => {
    asked++;
    json(response, 200, { schema: '"int"', references: [{ name: `n${asked}`, subject: "s", version: asked }] });
  });
  assert.deepEqual(await failure(client(url, { timeoutMs: 10_000 }).schema(1)), [
    "registry-failed",
    "a schema refers to more than 500 others",
  ]);
  assert.equal(asked, 501);
});

test("what is registered may take longer than what is read: the registry works on it", async (t) => {
  const url = await serve(t, (request, response) => {
    setTimeout(() => json(response, 200, request.method === "GET" ? [] : { id: 7 }), 600);
  });
  const registry = client(url, { timeoutMs: 300 });
  assert.equal((await failure(registry.test()))[0], "timed-out");
  await registry.setCompatibility("orders-value", "FULL");
});
