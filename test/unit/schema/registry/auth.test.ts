import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RegistryAuth } from "../../../../src/schema/registry/auth.ts";
import { bodyOf, client, failure, json, nobody, serve } from "./support.ts";

type Seen = { authorization: string | undefined; form: Record<string, string> };

/** A token server that numbers its tokens, and a registry that lets in who has the newest. */
async function servers(t: TestContext, lasts: number, wantsBody = false) {
  const seen: Seen[] = [];
  const state = { tokens: 0, refuse: false, accepted: "token-1" };
  const tokenUrl = await serve(t, async (request, response) => {
    const form = Object.fromEntries(new URLSearchParams(await bodyOf(request)));
    seen.push({ authorization: request.headers.authorization, form });
    if (state.refuse || (wantsBody && form["client_secret"] === undefined))
      json(response, 401, { error: "invalid_client", error_description: "no such client" });
    else json(response, 200, { access_token: `token-${++state.tokens}`, token_type: "Bearer", expires_in: lasts });
  });
  const url = await serve(t, (request, response) => {
    if (request.headers.authorization === `Bearer ${state.accepted}`) json(response, 200, []);
    else json(response, 401, { error_code: 401, message: "Unauthorized" });
  });
  const auth: RegistryAuth = { kind: "oauth", tokenUrl, clientId: "me:x", clientSecret: "s/ä", scope: "read all" };
  return { seen, state, url, registry: client(url, { auth }) };
}

test("a token goes along as it is", async (t) => {
  const seen: (string | undefined)[] = [];
  const url = await serve(t, (request, response) => {
    seen.push(request.headers.authorization);
    json(response, 401, {});
  });
  const [code, sentence] = await failure(client(url, { auth: { kind: "bearer", token: "abc.def" } }).test());
  assert.deepEqual([code, sentence], ["unauthorized", "the schema registry does not accept the token (401)"]);
  assert.deepEqual(seen, ["Bearer abc.def"], "one that is refused is not tried again");
});

test("OAuth asks for one token for all requests", async (t) => {
  const { seen, registry } = await servers(t, 3600);
  await Promise.all([registry.subjects(), registry.subjects(), registry.subjects()]);
  await registry.subjects();
  assert.deepEqual(seen, [
    {
      authorization: `Basic ${Buffer.from("me%3Ax:s%2F%C3%A4").toString("base64")}`,
      form: { grant_type: "client_credentials", scope: "read all" },
    },
  ]);
});

test("a token that is refused is renewed once", async (t) => {
  const { seen, state, registry } = await servers(t, 3600);
  await registry.subjects();
  state.accepted = "token-2";
  await registry.subjects();
  assert.equal(seen.length, 2);
  state.accepted = "none";
  assert.deepEqual(await failure(registry.subjects()), [
    "unauthorized",
    "the schema registry does not accept the token (401)",
  ]);
  assert.equal(seen.length, 3);
});

test("a token is renewed when its time is over", async (t) => {
  const { seen, state, registry } = await servers(t, 0.2);
  await registry.subjects();
  state.accepted = "token-2";
  await new Promise((resolve) => setTimeout(resolve, 150));
  await registry.subjects();
  assert.deepEqual([seen.length, state.tokens], [2, 2]);
});

test("a token server that wants the secret in the body gets it there, from then on at once", async (t) => {
  const { seen, state, registry } = await servers(t, 3600, true);
  await registry.subjects();
  state.accepted = "token-2";
  await registry.subjects();
  assert.deepEqual(
    seen.map(({ authorization, form }) => [authorization !== undefined, form["client_id"] ?? null]),
    [
      [true, null],
      [false, "me:x"],
      [false, "me:x"],
    ],
  );
});

test("what is wrong with the token server is said in one sentence, without the secret", async (t) => {
  const { state, registry, url } = await servers(t, 3600);
  state.refuse = true;
  const [code, sentence] = await failure(registry.test());
  assert.equal(code, "unauthorized");
  assert.match(sentence, /^the token server 127\.0\.0\.1:\d+ gives no token \(401, invalid_client: no such client\)$/);
  const with_ = (tokenUrl: string) =>
    client(url, { auth: { kind: "oauth", tokenUrl, clientId: "me", clientSecret: "hush", scope: null } });
  const dead = await nobody();
  assert.deepEqual(await failure(with_(dead).test()), [
    "refused",
    `the token server could not be asked: ${new URL(dead).host} refused the connection: nothing listens there`,
  ]);
  const html = await serve(t, (_, response) => response.end("<html>hush</html>"));
  assert.match((await failure(with_(html).test()))[1], /does not answer with a token: check its URL$/);
  const hostile = await serve(t, (_, response) => json(response, 200, { access_token: "a\r\nx-evil: 1" }));
  assert.match((await failure(with_(hostile).test()))[1], /does not answer with a token/);
});
