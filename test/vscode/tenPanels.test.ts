import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { TestApi } from "../../src/testApi.ts";
import { stack, storedConnection, testApi } from "./support/api.ts";
import { makeTopics, sendMessages } from "./support/brokers.ts";
import { closePanels, panelsAre, showsMessages, until } from "./support/messages.ts";
import { openResources, type WatchedTimers, watchTimers } from "./support/resources.ts";

const panels = 10;
/** more than one panel keeps at first: it is opened with its last 200 */
const messagesEach = 300;

describe("Ten Messages panels at once", () => {
  let api: TestApi;
  let connectionId: string;
  let timers: WatchedTimers;
  let ports: number[];
  const name = "ten";
  const { bootstrap } = stack().zk;
  const prefix = `ten-${Date.now()}`;
  const topics = Array.from({ length: panels }, (_, i) => `${prefix}.${i}`);
  const cleanUp: (() => Promise<void> | void)[] = [];
  const open = (topic: string) => api.ctx.messages.open({ connectionId, topic });

  before(async () => {
    api = await testApi();
    const sizes = Object.fromEntries(topics.map((topic) => [topic, { partitions: 2, messagesEach: messagesEach / 2 }]));
    cleanUp.push(await makeTopics(bootstrap, sizes));
    const connection = await storedConnection(api, name, bootstrap);
    connectionId = connection.id;
    ports = [Number(bootstrap.split(":").at(-1))];
    timers = watchTimers(api.ctx.extension.extensionPath);
    cleanUp.push(
      () => connection.remove(),
      () => timers.stop(),
    );
  });
  after(async () => {
    await closePanels();
    for (const clean of cleanUp.reverse()) await clean();
  });

  it("show their messages, go on reading while they are hidden, and leave nothing open when they are closed", async function () {
    this.timeout(120_000);
    // what the first panel brings with it stays: the cluster's connection, which the tree uses too
    await open(topics[0]!);
    await showsMessages(api, 200);
    await closePanels();
    await until("the first panel's thread has ended", () => openResources(ports).threads === 0);
    const before = await settled(() => ({ ...openResources(ports), timers: timers.pending() }));

    for (const topic of topics) await open(topic);
    await panelsAre(...topics.map((topic) => `${topic} — ${name}`));
    await until("each panel has a thread", () => openResources(ports).threads === panels);
    await until("each panel has a connection", () => openResources(ports).sockets >= before.sockets + panels);
    for (const topic of topics) {
      await open(topic);
      await showsMessages(api, 200);
    }

    // all but the last one are hidden now
    const message = (i: number) => ({ partition: i % 2, key: null, value: `while hidden ${i}` });
    await sendMessages(bootstrap, Object.fromEntries(topics.map((topic, i) => [topic, [message(i), message(i + 1)]])));
    for (const topic of topics) {
      const asked = performance.now();
      await open(topic);
      await showsMessages(api, 202);
      const ms = performance.now() - asked;
      assert.ok(ms < 5000, `${topic} took ${ms.toFixed(0)} ms to answer`);
    }

    await closePanels();
    assert.deepEqual(await settled(() => ({ ...openResources(ports), timers: timers.pending() })), before);
  });

  it("end also when they are closed before they have begun to read", async () => {
    await Promise.all(topics.map(open));
    await panelsAre(...topics.map((topic) => `${topic} — ${name}`));
    await closePanels();
    assert.equal((await settled(() => openResources(ports))).threads, 0);
  });
});

/** What is found once it has not changed for two seconds. */
async function settled<T>(look: () => T): Promise<T> {
  let found = look();
  let since = performance.now();
  await until("nothing changes any more", () => {
    const now = look();
    if (JSON.stringify(now) !== JSON.stringify(found)) since = performance.now();
    found = now;
    return performance.now() - since > 2000;
  });
  return found;
}
