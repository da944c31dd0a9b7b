import { type ConnectionTarget, connectionOf } from "../connections/target.ts";
import type { Ctx } from "../context.ts";
import { count } from "../explorer/texts.ts";
import { parseConfig, topicConfigProblem, topicConfigs } from "../explorer/topicConfigs.ts";
import { topicNameProblem } from "../explorer/topicName.ts";
import type { Cluster } from "../kafka/cluster.ts";
import { type Back, back, type PickItem, type StepPosition } from "../platform/ui.ts";
import { runWizard, type WizardStep } from "../platform/wizard.ts";
import { UserError } from "../shared/userError.ts";

interface Draft {
  name: string;
  /** as typed; "" is the broker's default */
  partitions: string;
  replicationFactor: string;
  configs: Map<string, string>;
  /** what the broker said to the last attempt */
  refusal: string | null;
}

const title = "Create Topic";

/** Asks for a topic, with everything checked that can be, and creates it. What the broker refuses can be corrected: nothing typed is lost. */
export async function createTopic(ctx: Ctx, target?: ConnectionTarget): Promise<void> {
  const connection = await connectionOf(ctx, target, title);
  const cluster = await ctx.clusters.get(connection.id);
  const steps = questions(ctx, cluster);
  const draft: Draft = { name: "", partitions: "1", replicationFactor: "", configs: new Map(), refusal: null };
  for (let from: "first" | "last" = "first"; ; from = "last") {
    await runWizard(draft, steps, from);
    try {
      await ctx.ui.progress(`Creating topic ${draft.name}`, async (signal) => {
        const { createTopic: create } = await import("../kafka/admin/topics.ts");
        await create(
          cluster,
          {
            name: draft.name,
            partitions: draft.partitions === "" ? null : Number(draft.partitions),
            replicationFactor: draft.replicationFactor === "" ? null : Number(draft.replicationFactor),
            configs: Object.fromEntries(draft.configs),
          },
          signal,
        );
      });
      break;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      ctx.log.warn([error.message, error.detail].filter(Boolean).join("\n  "));
      draft.refusal = error.message;
    }
  }
  ctx.explorer.refresh(connection.id);
  await ctx.explorer.reveal(connection.id, draft.name);
  const open = "Open Messages";
  if ((await ctx.ui.info(`Topic ${draft.name} was created.`, open)) === open)
    await ctx.messages.open({ connectionId: connection.id, topic: draft.name });
}

function questions(ctx: Ctx, cluster: Cluster): WizardStep<Draft>[] {
  // both are only for checks while typing: where they cannot be had, the broker checks
  const existing = cluster.topics(null).then(
    (topics) => new Set(topics.map(({ name }) => name)),
    () => new Set<string>(),
  );
  const brokers = cluster.describe().then(
    (info) => info.brokers.length,
    () => Number.POSITIVE_INFINITY,
  );
  return [
    {
      async ask(draft, position) {
        const name = await ctx.ui.input({
          title,
          prompt: "Name",
          placeholder: "orders.created",
          value: draft.name,
          position,
          validate: async (value) => topicNameProblem(value, await existing),
        });
        if (name === back) return back;
        draft.name = name;
        return undefined;
      },
    },
    {
      async ask(draft, position) {
        const partitions = await ctx.ui.input({
          title,
          prompt: "Partitions; empty: as the broker’s num.partitions says",
          value: draft.partitions,
          position,
          validate: (value) => countProblem(value, 100_000, "partition"),
        });
        if (partitions === back) return back;
        draft.partitions = partitions.trim();
        return undefined;
      },
    },
    {
      async ask(draft, position) {
        const most = await brokers;
        const factor = await ctx.ui.input({
          title,
          prompt: "Replication factor; empty: as the broker’s default.replication.factor says",
          value: draft.replicationFactor,
          position,
          validate: (value) =>
            countProblem(value, 32_767, "replica") ??
            (Number(value) > most ? `The cluster has ${count(most, "broker")}: there can be no more replicas.` : null),
        });
        if (factor === back) return back;
        draft.replicationFactor = factor.trim();
        return undefined;
      },
    },
    { ask: (draft, position) => askConfigs(ctx, draft, position) },
  ];
}

function countProblem(value: string, most: number, what: string): string | null {
  const text = value.trim();
  if (text === "") return null;
  const n = Number(text);
  if (!/^\d+$/.test(text) || n < 1) return `Enter a whole number from 1, or nothing.`;
  return n > most ? `At most ${count(most, what)}.` : null;
}

/** A menu of what is set and what can be; any other configuration is typed as name=value. */
async function askConfigs(ctx: Ctx, draft: Draft, position: StepPosition): Promise<undefined | Back> {
  for (;;) {
    const choice = await ctx.ui.pick<string>({
      // the broker's words stand where they cannot be missed, until the next attempt
      title: draft.refusal === null ? title : `${title}: refused`,
      placeholder: draft.refusal ?? "Create it, or set a configuration: choose one, or type name=value",
      position,
      active: "",
      items: configItems(draft),
      typed: (text) => {
        const config = parseConfig(text);
        if (!config) return null;
        const problem = topicConfigProblem(config.name, config.value);
        return {
          label: problem ?? `Set ${config.name} to ${config.value}`,
          icon: problem === null ? "add" : "warning",
          value: `${config.name}=${config.value}`,
        };
      },
    });
    if (choice === back) return back;
    if (choice === "") {
      draft.refusal = null;
      return undefined;
    }
    const typed = parseConfig(choice);
    if (typed) {
      if (topicConfigProblem(typed.name, typed.value) === null) draft.configs.set(typed.name, typed.value);
    } else await askConfig(ctx, draft, choice, position);
  }
}

function configItems(draft: Draft): PickItem<string>[] {
  const parts = [
    draft.partitions === "" ? "default partitions" : count(Number(draft.partitions), "partition"),
    draft.replicationFactor === "" ? "default replication" : `replication factor ${draft.replicationFactor}`,
  ];
  return [
    { label: `Create ${draft.name}`, description: parts.join(", "), icon: "check", value: "" },
    ...[...draft.configs].map(([name, value]) => ({
      label: `${name} = ${value}`,
      description: "choose to change or clear",
      icon: "settings-gear",
      value: name,
      section: "Set",
    })),
    ...topicConfigs
      .filter(({ name }) => !draft.configs.has(name))
      .map(({ name, about }) => ({ label: name, description: about, icon: "add", value: name, section: "Can be set" })),
  ];
}

async function askConfig(ctx: Ctx, draft: Draft, name: string, position: StepPosition): Promise<void> {
  const known = topicConfigs.find((config) => config.name === name);
  const current = draft.configs.get(name);
  const choices = known && "choices" in known.value ? known.value.choices : null;
  const notSet = "(not set)";
  const answer = choices
    ? await ctx.ui.pick<string>({
        title,
        placeholder: `${name}: ${known?.about}`,
        position: { ...position, canGoBack: true },
        items: [...choices, ...(current === undefined ? [] : [notSet])].map((value) => ({ label: value, value })),
        ...(current === undefined ? {} : { active: current }),
      })
    : await ctx.ui.input({
        title,
        prompt: `${name}${known ? `: ${known.about}` : ""}; empty: not set`,
        value: current ?? "",
        position: { ...position, canGoBack: true },
        validate: (value) => (value.trim() === "" ? null : topicConfigProblem(name, value)),
      });
  if (answer === back) return;
  if (answer === notSet || answer.trim() === "") draft.configs.delete(name);
  else draft.configs.set(name, answer.trim());
}
