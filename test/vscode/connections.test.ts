import assert from "node:assert/strict";
import { afterEach, before, describe, it } from "mocha";
import * as vscode from "vscode";
import type { Connection } from "../../src/connections/model.ts";
import { commands } from "../../src/ids.ts";
import type { InputOptions, PickOptions, Ui } from "../../src/platform/ui.ts";
import { CancelledError } from "../../src/shared/userError.ts";
import type { TestApi } from "../../src/testApi.ts";
import { linesAt, stack, testApi } from "./support/api.ts";

const password = "correct horse battery staple";
const signedIn: Connection = {
  id: "test-signed-in",
  name: "signed in",
  bootstrapServers: ["127.0.0.1:1"],
  tls: null,
  sasl: { mechanism: "scram-sha-256", username: "me" },
  registry: {
    kind: "confluent",
    urls: ["http://127.0.0.1:1"],
    signIn: { kind: "basic", username: "me" },
    tls: null,
  },
};

describe("Connections", () => {
  let api: TestApi;
  before(async () => {
    api = await testApi();
  });
  afterEach(async () => {
    for (const { id, fromSetting } of api.ctx.connections.list())
      if (!fromSetting) await api.ctx.connections.remove(id);
    await setting(undefined);
  });

  const setting = (value: unknown) =>
    vscode.workspace
      .getConfiguration("kafkaWorkbench")
      .update("connections", value, vscode.ConfigurationTarget.Workspace);
  const names = () => api.ctx.connections.list().map(({ name }) => name);
  const globalState = () => {
    const state = api.ctx.extension.globalState;
    return JSON.stringify(state.keys().map((key) => [key, state.get(key)]));
  };

  it("keep their secrets in SecretStorage only", async () => {
    await api.ctx.connections.save(signedIn, { saslPassword: password, registryPassword: password });
    assert.deepEqual(await api.ctx.connections.secrets(signedIn.id), {
      saslPassword: password,
      registryPassword: password,
    });
    assert.ok(globalState().includes(signedIn.name));
    assert.ok(!globalState().includes(password));
    assert.ok(!JSON.stringify(api.ctx.connections.list()).includes(password));
  });

  it("keep a secret that is not given anew, and drop one that is no longer used", async () => {
    await api.ctx.connections.save(signedIn, { saslPassword: password, registryPassword: "registry" });
    await api.ctx.connections.save({ ...signedIn, name: "renamed", registry: null });
    assert.deepEqual(await api.ctx.connections.secrets(signedIn.id), { saslPassword: password });
  });

  it("that an earlier version stored are read as they are now", async () => {
    const earlier = { ...signedIn, registry: { url: "http://127.0.0.1:1", username: "me" } };
    const without = { ...signedIn, id: "test-other", registry: { url: "http://127.0.0.1:2", username: null } };
    await api.ctx.extension.globalState.update("connections", [earlier, without]);
    assert.deepEqual(api.ctx.connections.get(signedIn.id), signedIn);
    assert.deepEqual(api.ctx.connections.get("test-other")?.registry, {
      kind: "confluent",
      urls: ["http://127.0.0.1:2"],
      signIn: { kind: "none" },
      tls: null,
    });
  });

  it("leave no secret behind when they are removed", async () => {
    await api.ctx.connections.save(signedIn, { saslPassword: password });
    await api.ctx.connections.remove(signedIn.id);
    assert.deepEqual(await api.ctx.connections.secrets(signedIn.id), {});
    assert.deepEqual(names(), []);
  });

  it("come from the setting too, beside the stored ones, with a line for each that is malformed", async () => {
    await api.ctx.connections.save(signedIn, { saslPassword: password });
    await setting([
      { name: "team", bootstrapServers: stack().kraft.bootstrap },
      { name: "broken", bootstrapServers: "no-port" },
    ]);
    assert.deepEqual(names(), ["signed in", "team"]);
    const top = await api.explorer.getChildren();
    assert.equal(top.length, 3);
    assert.match(String(api.explorer.getTreeItem(top[2]!).label), /broken .*Add the port: no-port:9092/);
    assert.deepEqual((await linesAt(api, "team")).length, 3);
  });

  it("of the setting are not changed here: the setting is opened, and a copy can be made", async () => {
    await setting([{ name: "team", bootstrapServers: "127.0.0.1:1" }]);
    const opened: string[] = [];
    using _ = answering(api, { openSetting: async (id) => void opened.push(id), info: async () => undefined });
    const target = { connectionId: "setting:team" };
    await vscode.commands.executeCommand(commands.editConnection, target);
    await vscode.commands.executeCommand(commands.removeConnection, target);
    assert.deepEqual(opened, ["kafkaWorkbench.connections", "kafkaWorkbench.connections"]);
    await vscode.commands.executeCommand(commands.duplicateConnection, target);
    assert.deepEqual(names(), ["team (copy)", "team"]);
    assert.equal(api.ctx.connections.list()[0]?.fromSetting, undefined);
  });

  it("are added question by question, and tested before they are saved", async () => {
    const { kraft, registry } = stack();
    const answers: Record<string, string> = {
      "Name in the explorer": "added",
      "Bootstrap servers": kraft.bootstrap,
      "URL of the schema registry": registry.url,
    };
    const shown: string[] = [];
    using _ = answering(api, {
      input: async (options) => answerTo(options, answers),
      pick: (async <T>({ items }: PickOptions<T>) => {
        const list = await items;
        shown.push(...list.map(({ label }) => label));
        return (list.find(({ label }) => label === "Confluent-compatible") ?? list[0]!).value;
      }) as Ui["pick"],
    });
    await vscode.commands.executeCommand(commands.addConnection);
    const [added] = api.ctx.connections.list();
    assert.equal(added?.name, "added");
    assert.deepEqual(added?.bootstrapServers, [kraft.bootstrap]);
    assert.deepEqual(added?.registry, {
      kind: "confluent",
      urls: [registry.url],
      signIn: { kind: "none" },
      tls: null,
    });
    const text = shown.join(" ");
    assert.match(text, /Save Test again Connected: cluster \S+, one broker/);
    assert.match(text, /The schema registry answers/);
  });

  it("that do not work can be saved anyway, once it was said what is wrong", async () => {
    const answers: Record<string, string> = {
      "Name in the explorer": "dead",
      "Bootstrap servers": "127.0.0.1:1",
    };
    let shown: string[] = [];
    using _ = answering(api, {
      input: async (options) => answerTo(options, answers),
      pick: (async <T>({ items }: PickOptions<T>) => {
        const list = await items;
        shown = list.map(({ label }) => label);
        return list[0]!.value;
      }) as Ui["pick"],
    });
    await vscode.commands.executeCommand(commands.addConnection);
    assert.equal(shown[0], "Save anyway");
    assert.match(shown.join(" "), /127\.0\.0\.1:1/);
    assert.deepEqual(names(), ["dead"]);
  });

  it("ask what a registry needs by its type and sign-in, and keep its secrets apart", async () => {
    const ask = async (choices: string[], answers: Record<string, string>): Promise<Connection | undefined> => {
      const all: Record<string, string> = {
        "Name in the explorer": "registry",
        "Bootstrap servers": "127.0.0.1:1",
        ...answers,
      };
      using _ = answering(api, {
        input: async (options) => answerTo(options, all),
        pick: (async <T>({ items }: PickOptions<T>) => {
          const list = await items;
          return (list.find(({ label }) => choices.includes(label)) ?? list[0]!).value;
        }) as Ui["pick"],
      });
      await vscode.commands.executeCommand(commands.addConnection);
      return api.ctx.connections.list().find(({ name }) => name === "registry");
    };
    const glue = await ask(["AWS Glue"], {
      "Region of AWS": "eu-west-1",
      "Access key id": "AK",
      "Secret access key": password,
      "Session token": "",
      "Name of the registry": "",
      Endpoint: "http://127.0.0.1:1",
    });
    assert.deepEqual(glue?.registry, {
      kind: "glue",
      region: "eu-west-1",
      accessKeyId: "AK",
      registryName: null,
      endpoint: "http://127.0.0.1:1",
    });
    assert.deepEqual(await api.ctx.connections.secrets(glue.id), { awsSecretAccessKey: password });
    await api.ctx.connections.remove(glue.id);
    const oauth = await ask(["Apicurio Registry", "OAuth"], {
      "URL of the schema registry": "https://127.0.0.1:1, http://127.0.0.1:2/",
      "URL of the token server": "http://127.0.0.1:1/token",
      "Client id": "me",
      "Client secret": password,
      Scope: "read",
    });
    assert.deepEqual(oauth?.registry, {
      kind: "apicurio",
      urls: ["https://127.0.0.1:1", "http://127.0.0.1:2"],
      signIn: { kind: "oauth", tokenUrl: "http://127.0.0.1:1/token", clientId: "me", scope: "read" },
      tls: null,
    });
    assert.deepEqual(await api.ctx.connections.secrets(oauth.id), { registryClientSecret: password });
    assert.ok(!globalState().includes(password));
  });

  it("are not added when the questions are left", async () => {
    const errors: string[] = [];
    using _ = answering(api, {
      input: async () => {
        throw new CancelledError();
      },
      error: async (message) => void errors.push(message) as undefined,
    });
    await vscode.commands.executeCommand(commands.addConnection);
    assert.deepEqual(names(), []);
    assert.deepEqual(errors, [], "leaving is silent");
  });

  it("share one cluster, which ends when the connection changes", async () => {
    const { ctx } = api;
    const connection: Connection = {
      ...signedIn,
      sasl: null,
      registry: null,
      bootstrapServers: [stack().zk.bootstrap],
    };
    await ctx.connections.save(connection);
    const [one, two] = await Promise.all([ctx.clusters.get(connection.id), ctx.clusters.get(connection.id)]);
    assert.equal(one, two);
    await one.describe();
    await ctx.connections.save({ ...connection, bootstrapServers: [stack().kraft.bootstrap] });
    await assert.rejects(one.describe(), "it goes on although its connection changed");
    const other = await ctx.clusters.get(connection.id);
    assert.notEqual((await other.describe()).clusterId, null);
  });

  it("that fail are tried anew by the next to ask", async () => {
    const { ctx } = api;
    await ctx.connections.save({ ...signedIn, sasl: null });
    const failed = ctx.clusters.get(signedIn.id);
    await assert.rejects(failed, (error: Error & { connectionId?: string }) => error.connectionId === signedIn.id);
    assert.notEqual(
      ctx.clusters.get(signedIn.id).catch(() => undefined),
      failed,
    );
  });

  it("whose password is not on this machine say so", async () => {
    await api.ctx.connections.save(signedIn);
    await assert.rejects(api.ctx.clusters.get(signedIn.id), /No password for me is stored on this machine/);
  });

  it("show a failure once, with what helps", async () => {
    await api.ctx.connections.save({ ...signedIn, sasl: null });
    const shown: string[][] = [];
    const opened: unknown[] = [];
    using _ = answering(api, {
      error: async (message, ...actions) => {
        shown.push([message, ...actions]);
        return "Edit Connection";
      },
      input: async (options) => {
        opened.push(options.title);
        throw new CancelledError();
      },
    });
    await vscode.commands.executeCommand(commands.createTopic, { connectionId: signedIn.id });
    assert.equal(shown.length, 1);
    assert.match(shown[0]![0]!, /127\.0\.0\.1:1/);
    assert.deepEqual(shown[0]!.slice(1), ["Edit Connection", "Show Log"]);
    assert.deepEqual(opened, ["Edit Connection"]);
  });

  it("are removed only after a yes, which names what happens", async () => {
    await api.ctx.connections.save(signedIn, { saslPassword: password });
    let question = "";
    let sure = false;
    using _ = answering(api, {
      confirm: async ({ message, detail }) => {
        question = `${message} ${detail}`;
        return sure;
      },
    });
    await vscode.commands.executeCommand(commands.removeConnection, { connectionId: signedIn.id });
    assert.deepEqual(names(), ["signed in"]);
    assert.match(question, /Remove the connection signed in\? .*passwords are forgotten.*not touched/);
    sure = true;
    await vscode.commands.executeCommand(commands.removeConnection, { connectionId: signedIn.id });
    assert.deepEqual(names(), []);
  });
});

/** Answers in the user's place until the end of the block. */
function answering(api: TestApi, ui: Partial<Ui>): Disposable {
  const replaced = api.replaceUi(ui);
  return { [Symbol.dispose]: () => replaced.dispose() };
}

/** The answer to the question that begins with one of the keys, checked as the box would check it. */
async function answerTo(options: InputOptions, answers: Record<string, string>): Promise<string> {
  const [, answer] = Object.entries(answers).find(([prompt]) => options.prompt.startsWith(prompt)) ?? [];
  assert.notEqual(answer, undefined, `a question without an answer: ${options.prompt}`);
  assert.equal((await options.validate?.(answer!)) ?? null, null);
  return answer!;
}
