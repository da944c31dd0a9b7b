import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import * as vscode from "vscode";
import { commands } from "../../src/ids.ts";
import { type Back, back, type InputOptions, type PickOptions, type Ui } from "../../src/platform/ui.ts";
import type { TestApi } from "../../src/testApi.ts";
import { at, linesAt, stack, storedConnection, testApi } from "./support/api.ts";

describe("Topics", () => {
  let api: TestApi;
  let connection: Awaited<ReturnType<typeof storedConnection>>;
  const topic = `topics-${Date.now()}.created`;

  before(async () => {
    api = await testApi();
    connection = await storedConnection(api, "topics", stack().kraft.bootstrap);
  });
  after(() => connection.remove());

  it("are created as asked, in the tree at once, with what the broker refused corrected", async () => {
    const asked: string[] = [];
    const script: Record<string, (string | Back)[]> = {
      Name: [topic],
      Partitions: ["3"],
      "Replication factor": [""],
      menu: ["no.such.config=1", "Create", "no.such.config = 1", "cleanup.policy", "Create"],
      "no.such.config": [""],
      "cleanup.policy": ["compact"],
    };
    const ui = scripted(script, asked);
    const replaced = api.replaceUi(ui);
    try {
      await vscode.commands.executeCommand(commands.createTopic, { connectionId: connection.id });
    } finally {
      replaced.dispose();
    }
    assert.deepEqual(
      Object.entries(script).filter(([, rest]) => rest.length > 0),
      [],
      "questions that were not asked",
    );
    const refused = asked.find((text) => text.startsWith("Create Topic: refused"));
    assert.match(refused ?? asked.join("\n"), /no\.such\.config/i);
    assert.ok((await linesAt(api, "topics", "Topics")).includes(`${topic}|3 partitions`));
  });

  it("are named by Kafka's rules, and not twice", async () => {
    const problems: (string | null)[] = [];
    const replaced = api.replaceUi({
      input: async (options) => {
        for (const name of ["a b", topic, topic.replace(".", "_"), "fine"])
          problems.push((await options.validate?.(name)) ?? null);
        return stop();
      },
    });
    try {
      await vscode.commands.executeCommand(commands.createTopic, { connectionId: connection.id });
    } finally {
      replaced.dispose();
    }
    assert.match(problems[0] ?? "", /not blanks/);
    assert.match(problems[1] ?? "", /already/);
    assert.match(problems[2] ?? "", /collides/);
    assert.equal(problems[3], null);
  });

  it("are deleted once their name is typed, and it was said what is lost", async () => {
    let title = "";
    const problems: (string | null)[] = [];
    const replaced = api.replaceUi({
      input: async (options) => {
        title = options.title;
        for (const typed of ["", topic.slice(0, -1), topic]) problems.push((await options.validate?.(typed)) ?? null);
        return topic;
      },
    });
    try {
      await vscode.commands.executeCommand(commands.deleteTopic, await at(api, "topics", "Topics", topic));
    } finally {
      replaced.dispose();
    }
    assert.match(title, new RegExp(`${topic} of topics: 0 messages in 3 partitions`));
    assert.ok(problems[0] && problems[1] && problems[2] === null);
    assert.ok(!(await linesAt(api, "topics", "Topics")).some((text) => text.startsWith(topic)));
  });

  it("are not deleted by the Delete key on another line", async () => {
    let asked = false;
    const replaced = api.replaceUi({
      input: async () => {
        asked = true;
        return stop();
      },
    });
    try {
      await vscode.commands.executeCommand(commands.deleteTopic, await at(api, "topics", "Topics"));
    } finally {
      replaced.dispose();
    }
    assert.equal(asked, false);
  });

  it("are asked for with a picker when a command has no target", async () => {
    const titles: string[] = [];
    const replaced = api.replaceUi({
      pick: (async <T>({ placeholder, items }: PickOptions<T>) => {
        titles.push(placeholder);
        const list = await items;
        return list.find(({ label }) => label === "topics")?.value ?? stop();
      }) as Ui["pick"],
    });
    try {
      await vscode.commands.executeCommand(commands.openMessages);
    } finally {
      replaced.dispose();
    }
    assert.deepEqual(titles, ["Connection", "Topic of topics"]);
  });
});

/** As when the user leaves a question. */
function stop(): never {
  const error = new Error("Cancelled");
  error.name = "CancelledError";
  throw error;
}

/** Answers inputs by the beginning of their prompt, and picks by the beginning of a label or of what is typed. */
function scripted(script: Record<string, (string | Back)[]>, asked: string[]): Partial<Ui> {
  const next = (key: string, question: string): string | Back => {
    const answer = script[key]?.shift();
    assert.notEqual(answer, undefined, `no answer to: ${question}`);
    return answer!;
  };
  const keyOf = (text: string) => Object.keys(script).find((key) => text.startsWith(key)) ?? text;
  return {
    input: async (options: InputOptions) => {
      asked.push(`${options.title}: ${options.prompt}`);
      const answer = next(keyOf(options.prompt), options.prompt);
      if (answer !== back) assert.equal((await options.validate?.(answer)) ?? null, null);
      return answer;
    },
    pick: (async <T>(options: PickOptions<T>) => {
      asked.push(`${options.title}: ${options.placeholder}`);
      const items = await options.items;
      const key = options.typed ? "menu" : keyOf(options.placeholder);
      const answer = next(key, options.placeholder);
      if (answer === back) return back;
      const item = items.find(({ label }) => label.startsWith(answer)) ?? options.typed?.(answer);
      assert.ok(item, `${answer} is not among ${items.map(({ label }) => label).join("; ")}`);
      return item.value;
    }) as Ui["pick"],
    info: async () => undefined,
  };
}
