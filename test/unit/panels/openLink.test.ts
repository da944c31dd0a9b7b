import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Connection } from "../../../src/connections/model.ts";
import type { Ctx, MessagesTarget } from "../../../src/context.ts";
import { openLink } from "../../../src/panels/openLink.ts";
import { linkPath, linkQuery } from "../../../src/panels/panelLink.ts";
import type { PickOptions } from "../../../src/platform/ui.ts";
import { wholeTopic, wholeView } from "../../../src/shared/messages.ts";

const connection = (id: string, name: string): Connection => ({
  id,
  name,
  bootstrapServers: ["localhost:9092"],
  tls: null,
  sasl: null,
  registry: null,
});

/** What opening a link for connection "prod" (id "a1") does where `connections` are known. */
async function opened(connections: Connection[], path = linkPath) {
  const asked: { placeholder: string; labels: string[] }[] = [];
  const targets: MessagesTarget[] = [];
  const ctx = {
    connections: {
      list: () => connections,
      get: (id: string) => connections.find((one) => one.id === id),
    },
    ui: {
      pick: async <T>({ placeholder, items }: PickOptions<T>) => {
        const list = await items;
        asked.push({ placeholder, labels: list.map(({ label }) => label) });
        return list[0]!.value;
      },
    },
    messages: { open: async (target: MessagesTarget) => void targets.push(target) },
  } as unknown as Ctx;
  const view = { ...wholeView, fields: ["$.id"] };
  const query = linkQuery({ connection: { id: "a1", name: "prod" }, query: wholeTopic("orders"), view });
  await openLink(ctx, { path, query });
  return { asked, targets };
}

describe("Opening a link", () => {
  it("opens the view on the connection that it was made on", async () => {
    const { asked, targets } = await opened([connection("b2", "prod"), connection("a1", "renamed")]);
    const { topics, pattern, ...query } = wholeTopic("orders");
    assert.deepEqual(asked, []);
    assert.deepEqual(targets, [
      { connectionId: "a1", choice: { topics, pattern }, query, view: { ...wholeView, fields: ["$.id"] } },
    ]);
  });

  it("takes the one connection of that name where the id is another's machine's", async () => {
    const { asked, targets } = await opened([connection("x", "dev"), connection("y", "prod")]);
    assert.deepEqual([asked, targets[0]?.connectionId], [[], "y"]);
  });

  it("asks which connection where the name is unknown", async () => {
    const { asked, targets } = await opened([connection("x", "dev"), connection("y", "test")]);
    assert.match(asked[0]?.placeholder ?? "", /“prod”, which is not among the connections/);
    assert.deepEqual([asked[0]?.labels, targets[0]?.connectionId], [["dev", "test"], "x"]);
  });

  it("asks which connection where several have the name", async () => {
    const { asked } = await opened([connection("x", "prod"), connection("y", "dev"), connection("z", "prod")]);
    assert.deepEqual(asked[0]?.labels, ["prod", "prod"]);
  });

  it("says what to do where there is no connection at all", async () => {
    await assert.rejects(opened([]), /“prod”.*Add Connection/);
  });

  it("opens nothing for another path", async () => {
    await assert.rejects(opened([connection("a1", "prod")], "/run"), /opens nothing/);
  });
});
