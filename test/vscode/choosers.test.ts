import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { groupNames, partitionsOf, topicNames } from "../../src/panels/clusterLists.ts";
import type { TestApi } from "../../src/testApi.ts";
import { stack, storedConnection, testApi } from "./support/api.ts";
import { commitOffsets, makeTopics } from "./support/brokers.ts";

for (const kind of ["zk", "kraft"] as const)
  describe(`What a panel's choosers offer (${kind})`, () => {
    let api: TestApi;
    let connectionId: string;
    const prefix = `choosers-${Date.now()}-${kind}`;
    const [orders, payments] = [`${prefix}.orders`, `${prefix}.payments`];
    const group = `${prefix}.group`;
    const { signal } = new AbortController();
    const cleanUp: (() => Promise<void>)[] = [];

    before(async () => {
      api = await testApi();
      const { bootstrap } = stack()[kind];
      const sizes = { [orders]: { partitions: 3, messagesEach: 1 }, [payments]: { partitions: 1, messagesEach: 0 } };
      cleanUp.push(await makeTopics(bootstrap, sizes), await commitOffsets(bootstrap, group, orders, [1, 0, 1]));
      const connection = await storedConnection(api, prefix, bootstrap);
      connectionId = connection.id;
      cleanUp.push(() => connection.remove());
    });
    after(async () => {
      for (const clean of cleanUp.reverse()) await clean();
    });

    it("is the topics that are not internal", async () => {
      const names = await topicNames(api.ctx, connectionId);
      assert.ok(names.includes(orders) && names.includes(payments));
      assert.ok(!names.includes("__consumer_offsets"));
    });

    it("is the groups that have committed offsets", async () => {
      assert.ok((await groupNames(api.ctx, connectionId)).includes(group));
    });

    it("is the partitions of all topics that are read, by name or by pattern", async () => {
      const of = (topics: string[], pattern: string | null) =>
        partitionsOf(api.ctx, connectionId, { topics, pattern }, signal);
      assert.deepEqual(await of([payments], null), [0]);
      assert.deepEqual(await of([orders, payments], null), [0, 1, 2]);
      assert.deepEqual(await of([], `${prefix}\\.pay.*`), [0]);
    });
  });
