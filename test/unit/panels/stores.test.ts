import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Memento } from "vscode";
import { DecodingStore, type KeptChoice } from "../../../src/panels/decodingStore.ts";
import { FilterStore } from "../../../src/panels/filterStore.ts";
import { LayoutStore } from "../../../src/panels/layoutStore.ts";
import { noLayout } from "../../../src/panels/messagesState.ts";
import { saveFilter } from "../../../src/panels/saveFilter.ts";
import type { InputOptions, PickOptions, Ui } from "../../../src/platform/ui.ts";
import type { Filter } from "../../../src/shared/messages.ts";

/** As VS Code's: what is stored is a copy as JSON. */
function memento(content: Record<string, unknown> = {}): Memento {
  return {
    keys: () => Object.keys(content),
    get: (key: string, otherwise?: unknown) => content[key] ?? otherwise,
    update: async (key: string, value: unknown) => {
      content[key] = value === undefined ? undefined : JSON.parse(JSON.stringify(value));
    },
  } as Memento;
}

const cel = (expression: string): Filter => ({ kind: "cel", expression });
const store = () => new FilterStore({ workspaceState: memento(), globalState: memento() });

describe("Saved filters", () => {
  it("are listed by name, those of the workspace first", async () => {
    const filters = store();
    await filters.save("b", "global", cel("1"));
    await filters.save("a", "global", cel("2"));
    await filters.save("c", "workspace", cel("3"));
    assert.deepEqual(
      filters.lists().saved.map(({ name, scope }) => `${scope} ${name}`),
      ["workspace c", "global a", "global b"],
    );
  });

  it("replace the one of the same name in the same scope only", async () => {
    const filters = store();
    await filters.save("a", "global", cel("1"));
    await filters.save("a", "workspace", cel("2"));
    await filters.save("a", "global", cel("3"));
    assert.deepEqual(filters.lists().saved, [
      { name: "a", scope: "workspace", filter: cel("2") },
      { name: "a", scope: "global", filter: cel("3") },
    ]);
  });

  it("are removed from one scope", async () => {
    const filters = store();
    await filters.save("a", "global", cel("1"));
    await filters.save("a", "workspace", cel("2"));
    await filters.remove("a", "workspace");
    assert.deepEqual(filters.lists().saved, [{ name: "a", scope: "global", filter: cel("1") }]);
  });

  it("that are damaged are left out, the others not", () => {
    const good = { name: "good", filter: cel("1") };
    const damaged = [
      null,
      7,
      "x",
      [],
      {},
      { name: "no filter" },
      { name: "sql", filter: { kind: "sql" } },
      { filter: cel("1") },
    ];
    const globalState = memento({ "messages.filters": [...damaged, good], "messages.recentFilters": "none" });
    const filters = new FilterStore({ workspaceState: memento({ "messages.filters": { a: 1 } }), globalState });
    assert.deepEqual(filters.lists(), { saved: [{ ...good, scope: "global" }], recent: [] });
  });
});

describe("Recent filters", () => {
  it("are the latest 20, each once", async () => {
    const filters = store();
    for (let i = 0; i < 30; i++) await filters.used(cel(String(i)));
    await filters.used(cel("15"));
    const { recent } = filters.lists();
    assert.equal(recent.length, 20);
    assert.deepEqual(recent.slice(0, 3), [cel("15"), cel("29"), cel("28")]);
    assert.equal(recent.filter((one) => one.kind === "cel" && one.expression === "15").length, 1);
  });
});

describe("Saving a filter", () => {
  /** Answers names and scopes from scripts; notes what was asked. */
  function answering(names: string[], scopes: string[], replace: boolean[]) {
    const asked: string[] = [];
    const ui = {
      input: async ({ validate }: InputOptions) => {
        const name = names.shift() ?? assert.fail("asked for another name");
        assert.equal((await validate?.(name)) ?? null, null);
        return name;
      },
      pick: async <T>({ items }: PickOptions<T>) => {
        const scope = scopes.shift();
        return (await items).find(({ value }) => value === scope)!.value;
      },
      confirm: async ({ message }: { message: string }) => {
        asked.push(message);
        return replace.shift() ?? false;
      },
    } as unknown as Ui;
    return { ui, asked };
  }

  it("keeps it where the user wants it", async () => {
    const filters = store();
    await saveFilter(answering([" mine "], ["workspace"], []), filters, cel("1"));
    assert.deepEqual(filters.lists().saved, [{ name: "mine", scope: "workspace", filter: cel("1") }]);
  });

  it("asks before it replaces another, and for another name when that is not wanted", async () => {
    const filters = store();
    await filters.save("taken", "global", cel("1"));
    const answers = answering(["taken", "free"], ["global", "global"], [false]);
    await saveFilter(answers, filters, cel("2"));
    assert.deepEqual(answers.asked, ["Replace the filter “taken”?"]);
    assert.deepEqual(
      filters.lists().saved.map(({ name, filter }) => [name, filter]),
      [
        ["free", cel("2")],
        ["taken", cel("1")],
      ],
    );
  });

  it("takes no empty name", async () => {
    await assert.rejects(saveFilter(answering(["  "], [], []), store(), cel("1")), assert.AssertionError);
  });
});

describe("The layout of a topic", () => {
  it("is what was kept of it", async () => {
    const layouts = new LayoutStore(memento());
    await layouts.set("a", { ...noLayout, density: "compact", order: ["time"] });
    assert.deepEqual(layouts.get("a"), { ...noLayout, density: "compact", order: ["time"] });
    assert.equal(layouts.get("b"), null);
  });

  it("is kept for the 500 topics that were arranged last", async () => {
    const storage = memento();
    const layouts = new LayoutStore(storage);
    for (let i = 0; i < 501; i++) await layouts.set(`t${i}`, noLayout);
    assert.deepEqual([layouts.get("t0"), layouts.get("t1")], [null, noLayout]);
    assert.equal(storage.get<unknown[]>("messages.layouts")?.length, 500);
  });

  it("is the usual one where what was stored makes no sense", () => {
    const damaged = [["a", { density: "huge", columns: [] }], ["b", 7], "c", null];
    const layouts = new LayoutStore(memento({ "messages.layouts": damaged }));
    assert.deepEqual([layouts.get("a"), layouts.get("b")], [noLayout, null]);
    assert.equal(new LayoutStore(memento({ "messages.layouts": "x" })).get("a"), null);
  });
});

describe("Kept decodings", () => {
  const auto: KeptChoice = { kind: "auto" };

  it("are there again for their topic and part, readers' schemas among them", async () => {
    const choices: KeptChoice[] = [
      { kind: "format", format: "long" },
      { kind: "file", uri: "file:///a.proto", message: "p.M" },
      { kind: "reader-file", uri: "file:///order.avsc" },
      { kind: "reader-version", subject: "orders-value", version: 3 },
      { kind: "reader-version", subject: "orders-value", version: "1.0.0" },
      { kind: "reader-version", subject: null, version: null },
      { kind: "extension", id: "acme.x", label: "Acme" },
    ];
    const storage = memento();
    for (const [i, value] of choices.entries())
      await new DecodingStore(storage).set("c", `t${i}`, { key: auto, value });
    const again = new DecodingStore(storage);
    for (const [i, value] of choices.entries()) assert.deepEqual(again.get("c", `t${i}`), { key: auto, value });
    assert.deepEqual(again.get("other", "t0"), { key: auto, value: auto });
  });

  it("that are damaged are automatic", () => {
    for (const value of [7, {}, { kind: "reader-file" }, { kind: "reader" }, { kind: "format", format: "x" }]) {
      const store = new DecodingStore(memento({ "messages.decodings": [["c t", { key: value, value }]] }));
      assert.deepEqual(store.get("c", "t"), { key: auto, value: auto });
    }
  });
});
