import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  commands,
  contextKeys,
  languageIds,
  nodeKinds,
  panels,
  settingsSection,
  viewContainers,
  views,
} from "../../src/ids.ts";

interface MenuItem {
  command: string;
  when?: string;
}
interface Manifest {
  main: string;
  icon: string;
  activationEvents: string[];
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: string[] } };
  contributes: {
    commands: { command: string; icon?: string }[];
    viewsContainers: { activitybar: { id: string; icon: string }[] };
    views: Record<string, { id: string; icon: string }[]>;
    viewsWelcome: { view: string; when: string }[];
    menus: Record<string, MenuItem[]>;
    keybindings: MenuItem[];
    languages: { id: string; configuration: string }[];
    grammars: { language: string; path: string }[];
    configuration: { properties: Record<string, Record<string, unknown>> };
  };
}

const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "package.json"), "utf8");
const manifest = JSON.parse(text) as Manifest;
const nls = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")) as Record<string, string>;
const contributes = manifest.contributes;

/** All of src but ids.ts, as one text. */
const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((f) => f.endsWith(".ts") && f !== "ids.ts")
  .map((f) => readFileSync(join(root, "src", f), "utf8"))
  .join("\n");
/** Settings is an interface: its keys are only in the source. */
const settingKeys = [
  ...(/interface Settings \{([^}]*)\}/.exec(readFileSync(join(root, "src/ids.ts"), "utf8"))?.[1] ?? "").matchAll(
    /^\s*"?([\w.]+)"?:/gm,
  ),
].map((m) => m[1]!);

const menuItems = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
const whens = [...menuItems, ...contributes.viewsWelcome].flatMap((m) => (m.when ? [m.when] : []));
const sorted = (values: Iterable<string>) => [...values].sort();

describe("the manifest and the code", () => {
  it("have the same commands", () => {
    assert.deepEqual(sorted(contributes.commands.map((c) => c.command)), sorted(Object.values(commands)));
  });

  it("use every command in the code", () => {
    const unused = Object.keys(commands).filter((key) => !new RegExp(`commands\\.${key}\\b`).test(sources));
    assert.deepEqual(unused, []);
  });

  it("have menus and keys only for commands that exist", () => {
    const known = new Set<string>(Object.values(commands));
    assert.deepEqual(
      menuItems.map((m) => m.command).filter((c) => !known.has(c)),
      [],
    );
  });

  it("have the same view, container and panel ids", () => {
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map((c) => c.id),
      Object.values(viewContainers),
    );
    assert.deepEqual(
      Object.values(contributes.views).flatMap((list) => list.map((v) => v.id)),
      Object.values(views),
    );
    assert.deepEqual(
      manifest.activationEvents.filter((e) => e.startsWith("onWebviewPanel:")),
      Object.values(panels).map((id) => `onWebviewPanel:${id}`),
    );
  });

  it("have the same languages, each with files that are JSON", () => {
    const ids = Object.values(languageIds);
    assert.deepEqual(
      contributes.languages.map(({ id }) => id),
      ids,
    );
    assert.deepEqual(
      contributes.grammars.map(({ language }) => language),
      ids,
    );
    const files = [...contributes.languages.map((l) => l.configuration), ...contributes.grammars.map((g) => g.path)];
    for (const file of files) assert.doesNotThrow(() => JSON.parse(readFileSync(join(root, file), "utf8")), file);
  });

  it("have the same settings, each with a default, a type and a description", () => {
    const properties = contributes.configuration.properties;
    assert.deepEqual(sorted(Object.keys(properties)), sorted(settingKeys.map((k) => `${settingsSection}.${k}`)));
    for (const [key, schema] of Object.entries(properties)) {
      assert.ok("default" in schema && "type" in schema && "markdownDescription" in schema, key);
    }
  });

  it("use every setting in the code", () => {
    assert.deepEqual(
      settingKeys.filter((k) => !sources.includes(`"${k}"`)),
      [],
    );
  });

  it("restrict only settings that exist", () => {
    for (const key of manifest.capabilities.untrustedWorkspaces.restrictedConfigurations) {
      assert.ok(key in contributes.configuration.properties, key);
    }
  });

  it("match only context values that tree items have", () => {
    const known = new Set<string>(Object.values(nodeKinds));
    const matched = new Set(
      whens.flatMap((w) => [...w.matchAll(/viewItem =~ \/\^\(([^)]*)\)\$\//g)].flatMap((m) => m[1]!.split("|"))),
    );
    assert.ok(matched.size > 0);
    assert.deepEqual(
      [...matched].filter((v) => !known.has(v)),
      [],
    );
    const unused = Object.keys(nodeKinds).filter((key) => !new RegExp(`nodeKinds\\.${key}\\b`).test(sources));
    assert.deepEqual(unused, [], "node kinds that no tree item has");
  });

  it("read only context keys that the code sets", () => {
    // panels: VS Code sets activeWebviewPanelId to them
    const known = new Set<string>([...Object.values(contextKeys), ...Object.values(views), ...Object.values(panels)]);
    const read = whens.flatMap((w) => w.match(/kafkaWorkbench\.\w+/g) ?? []);
    assert.deepEqual(
      read.filter((k) => !known.has(k)),
      [],
    );
    const unset = Object.keys(contextKeys).filter((key) => !new RegExp(`contextKeys\\.${key}\\b`).test(sources));
    assert.deepEqual(unset, []);
  });

  it("show nothing that is not in package.nls.json, and nothing there is unused", () => {
    const visible = new Set([
      "title",
      "name",
      "displayName",
      "description",
      "markdownDescription",
      "contents",
      "category",
    ]);
    const plain: string[] = [];
    const walk = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [key, inner] of Object.entries(value)) {
        if (visible.has(key) && typeof inner === "string" && !/^%[\w.-]+%$/.test(inner)) plain.push(`${path}.${key}`);
        walk(inner, `${path}.${key}`);
      }
    };
    const { displayName, description, capabilities } = JSON.parse(text) as Record<string, unknown>;
    walk({ displayName, description, capabilities, contributes }, "package");
    assert.deepEqual(plain, []);
    const used = [...text.matchAll(/"%([\w.-]+)%"/g)].map((m) => m[1]!);
    assert.deepEqual(
      used.filter((k) => !(k in nls)),
      [],
      "missing in package.nls.json",
    );
    assert.deepEqual(
      Object.keys(nls).filter((k) => !used.includes(k)),
      [],
      "unused in package.nls.json",
    );
  });

  it("name only files that exist", () => {
    const files = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map((c) => c.icon),
      ...Object.values(contributes.views).flatMap((l) => l.map((v) => v.icon)),
    ];
    assert.deepEqual(
      files.filter((f) => !existsSync(join(root, f))),
      [],
    );
  });

  it("give an icon to every command that is shown inline", () => {
    const inline = Object.values(contributes.menus)
      .flat()
      .filter((m) => /^(inline|navigation)/.test((m as { group?: string }).group ?? ""));
    const withIcon = new Set(contributes.commands.filter((c) => c.icon).map((c) => c.command));
    assert.deepEqual(
      inline.map((m) => m.command).filter((c) => !withIcon.has(c)),
      [],
    );
  });
});
