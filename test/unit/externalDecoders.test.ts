import assert from "node:assert/strict";
import { test } from "node:test";
import type { PayloadDecoder } from "../../docs/kafka-workbench.d.ts";
import { ExternalDecoders } from "../../src/externalDecoders.ts";

const about = { topic: "orders", part: "value" } as const;

function decodedBy(decode: unknown, bytes = Buffer.from("abc")) {
  const decoders = new ExternalDecoders();
  decoders.register({ id: "a", label: "A", decode } as PayloadDecoder);
  return decoders.decode("a", bytes, about);
}

test("what a decoder gives that is no answer is said in a sentence", async () => {
  for (const junk of [undefined, null, 5, "x", true, {}, { json: 5 }, { text: null }, []])
    await assert.rejects(
      decodedBy(() => junk),
      { message: "it gave neither json nor text" },
    );
  await assert.rejects(
    decodedBy(() => ({ json: "{" })),
    { message: "what it gave as json is not JSON" },
  );
});

test("a decoder that throws, or whose promise never settles, is told of", async () => {
  const boom = new Error("boom");
  await assert.rejects(
    decodedBy(() => {
      throw boom;
    }),
    boom,
  );
  await assert.rejects(
    decodedBy(() => Promise.reject(boom)),
    boom,
  );
  await assert.rejects(
    decodedBy(() => new Promise(() => {})),
    { message: "it took longer than 2 s" },
  );
});

test("problems and failures of any length are cut", async () => {
  const long = "x".repeat(100_000);
  const { problems } = await decodedBy(() => ({ text: "t", problems: [long, 1, null, "short"] }));
  assert.deepEqual(
    problems.map(({ length }) => length),
    [1001, 5],
  );
  await assert.rejects(
    decodedBy(() => {
      throw new Error(long);
    }),
    (error: Error) => error.message.length === 1001,
  );
});

test("a decoder cannot change the message that it is shown", async () => {
  const bytes = Buffer.from("abc");
  await decodedBy(({ bytes: given }: { bytes: Uint8Array }) => {
    given.fill(0);
    return { text: "t" };
  }, bytes);
  assert.equal(bytes.toString(), "abc");
});
