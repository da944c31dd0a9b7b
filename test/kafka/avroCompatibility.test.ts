import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { compareAvro } from "../../src/schema/avro/compatibility.ts";
import { parseAvro } from "../../src/schema/avro/schema.ts";
import { useStack } from "../harness/stack.ts";
import { mutated } from "../unit/schema/avroMutate.ts";
import { PAIRS } from "../unit/schema/avroPairs.ts";
import { randomSchema, upTo } from "../unit/schema/avroRandom.ts";
import { avro, seeded } from "../unit/schema/support.ts";

const prefix = `avro-compatibility-${process.pid}-${Date.now()}`;
const subjects: string[] = [];
let url = "";

before(async () => {
  url = (await useStack()).registry.url;
});

after(async () => {
  for (const subject of subjects) {
    await request("DELETE", `/subjects/${subject}`);
    await request("DELETE", `/subjects/${subject}?permanent=true`);
  }
});

async function request(method: string, path: string, body?: unknown): Promise<{ status: number; answer: unknown }> {
  const headers = { "content-type": "application/vnd.schemaregistry.v1+json" };
  const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  return { status: response.status, answer: await response.json() };
}

/** What the registry says to a newer schema; null: it takes one of the two for invalid. */
async function registrys(older: string, newer: string): Promise<{ backward: boolean; forward: boolean } | null> {
  const subject = `${prefix}-${subjects.length}`;
  subjects.push(subject);
  const registered = await request("POST", `/subjects/${subject}/versions`, { schema: older });
  if (registered.status !== 200) return null;
  const verdicts: boolean[] = [];
  for (const compatibility of ["BACKWARD", "FORWARD"]) {
    assert.equal((await request("PUT", `/config/${subject}`, { compatibility })).status, 200);
    const path = `/compatibility/subjects/${subject}/versions/latest?verbose=true`;
    const { status, answer } = await request("POST", path, { schema: newer });
    if (status === 422) return null;
    assert.equal(status, 200, JSON.stringify(answer));
    verdicts.push((answer as { is_compatible: boolean }).is_compatible);
  }
  return { backward: verdicts[0]!, forward: verdicts[1]! };
}

function ours(older: string, newer: string): { backward: boolean; forward: boolean } {
  const { backward, forward } = compareAvro(parseAvro(avro(older)), parseAvro(avro(newer)));
  return { backward, forward };
}

/** Some at a time: the registry takes tenths of a second for each. */
async function each<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

test("the registry agrees on each of the changes that people make", async () => {
  await each(PAIRS, async ([title, older, newer]) => {
    const texts = [JSON.stringify(older), JSON.stringify(newer)] as const;
    assert.deepEqual(ours(...texts), await registrys(...texts), title);
  });
});

test("the registry agrees on random changes of random schemas", async () => {
  const random = seeded(812);
  const pairs = Array.from({ length: 200 }, () => {
    const schema = randomSchema(random);
    let changed = schema;
    for (let k = upTo(random, 3); k >= 0; k--) changed = mutated(random, changed);
    return [JSON.stringify(schema), JSON.stringify(changed)] as const;
  }).filter(([older, newer]) => older !== newer);
  let compared = 0;
  let broken = 0;
  await each(pairs, async ([older, newer]) => {
    const theirs = await registrys(older, newer);
    if (!theirs) return;
    assert.deepEqual(ours(older, newer), theirs, `${older}\n${newer}`);
    compared++;
    if (!theirs.backward || !theirs.forward) broken++;
  });
  assert.ok(compared > 60 && broken > 30, `${compared} compared, ${broken} of them broken`);
});
