import { after, before, describe, it } from "node:test";
import type { Locator } from "playwright-core";
import { ConfluentRegistry } from "../../src/schema/registry/confluent.ts";
import { type Stack, useStack } from "../harness/stack.ts";
import { type OpenedVSCode, openVSCode, projectFolder } from "../harness/vscode.ts";
import { QuickInput } from "./support/quickInput.ts";

describe("The explorer's schemas in VS Code, on a real registry", () => {
  let stack: Stack;
  let code: OpenedVSCode;
  let ask: QuickInput;
  const subject = `e2e-schemas-${process.pid}-value`;

  before(async () => {
    stack = await useStack();
    const registry = new ConfluentRegistry({
      urls: [stack.registry.url],
      auth: { kind: "none" },
      tls: null,
      timeoutMs: 5000,
    });
    const id = { name: "id", type: "string" };
    for (const fields of [[id], [id, { name: "total", type: "double", default: 0 }]]) {
      const schema = JSON.stringify({ type: "record", name: "Order", namespace: "shop", fields });
      await registry.register(subject, { type: "AVRO", schema, references: [] });
    }
    await registry.setCompatibility(subject, "BACKWARD");
    registry.close();
    code = await openVSCode({ extensionPath: projectFolder });
    ask = new QuickInput(code.page);
    await code.openView("Kafka");
    await code.runCommand("Kafka: Add Connection…");
    await ask.answer("Name in the explorer", "Orders");
    await ask.answer(/^Bootstrap servers/, stack.kraft.bootstrap);
    await ask.choose(/^No encryption, no sign-in/);
    await ask.choose(/^Confluent-compatible/);
    await ask.answer(/^URL of the schema registry/, stack.registry.url);
    await ask.choose(/^No sign-in/);
    await ask.option(/^Connected: cluster/).waitFor();
    await ask.choose("Save");
  });
  after(() => code?.dispose());

  const line = (name: string | RegExp): Locator =>
    code.page.getByRole("tree", { name: "Kafka" }).getByRole("treeitem", { name }).first();
  const expand = async (name: string | RegExp, child: string | RegExp) => {
    await line(name).waitFor();
    if ((await line(name).getAttribute("aria-expanded")) !== "true") {
      await line(name).click();
      await code.page.keyboard.press("ArrowRight");
    }
    await line(child).waitFor();
  };

  it("are found below the connection, with type, id and level", async () => {
    await expand(/^Schemas/, `Subject ${subject}`);
    await expand(`Subject ${subject}`, new RegExp(`^Version 1 of ${subject}, Avro, id \\d+`));
    await line(new RegExp(`^Version 2 of ${subject}, Avro, id \\d+, latest`)).waitFor();
    await line(`Subject ${subject}, Avro, 2 versions, BACKWARD`).waitFor();
  });

  it("open by a click, and are compared by the button in the line", async () => {
    await line(/^Version 1 of/).click();
    await code.page.getByRole("tab", { name: `${subject} v1` }).waitFor();
    await line(/^Version 2 of/).hover();
    await line(/^Version 2 of/)
      .getByRole("button", { name: "Compare with Previous Version" })
      .click();
    await code.page.getByRole("tab", { name: `${subject} v1 → v2` }).waitFor();
    await code.screenshot("schemas-compare");
    await line(/^Version 2 of/).click({ button: "right" });
    await code.page.getByRole("menuitem", { name: "What Changed since Previous Version" }).click();
    await code.page.getByRole("tab", { name: /what changed/ }).waitFor();
    await code.page.getByText("No reader breaks").first().waitFor();
    await code.screenshot("schemas-what-changed");
  });

  it("look right in light and dark", async () => {
    for (const [theme, name] of [
      ["Light Modern", "light"],
      ["Dark Modern", "dark"],
    ] as const) {
      await code.runCommand("Preferences: Color Theme");
      await ask.type(theme);
      await ask.choose(new RegExp(`^${theme}`));
      await ask.gone();
      await line(new RegExp(`^Subject ${subject}`)).click({ button: "right" });
      await code.page.getByRole("menuitem", { name: "Register Schema…" }).waitFor();
      await code.screenshot(`schemas-${name}`);
      await code.page.keyboard.press("Escape");
    }
  });
});
