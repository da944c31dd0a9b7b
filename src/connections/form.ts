import type { Ctx } from "../context.ts";
import { type Back, back, type InputOptions, type PickItem, type StepPosition } from "../platform/ui.ts";
import { runWizard, type WizardStep } from "../platform/wizard.ts";
import { wrap } from "../platform/wrap.ts";
import { parseAddresses } from "./addresses.ts";
import { testConnection, type Verdict } from "./connectionTest.ts";
import { type ConnectionDraft, fromDraft, type Protocol, toDraft, usesSasl, usesTls } from "./draft.ts";
import type { Connection, ConnectionSecrets, SaslMechanism } from "./model.ts";
import { registrySteps } from "./registryForm.ts";
import { askTls } from "./tlsMenu.ts";

type Step = WizardStep<ConnectionDraft>;

/**
 * Asks for everything about a connection, one question after the other, and tests it at the end. Nothing is stored.
 * @param start what is filled in at first
 */
export async function askConnection(
  ctx: Ctx,
  start: { title: string; connection: Connection; secrets: ConnectionSecrets },
): Promise<{ connection: Connection; secrets: ConnectionSecrets }> {
  const { title } = start;
  const draft = toDraft(start.connection, start.secrets);
  const taken = new Set(
    ctx.connections
      .list()
      .filter(({ id }) => id !== start.connection.id)
      .map(({ name }) => name),
  );

  const text = (
    field: "name" | "servers" | "username" | "saslPassword",
    options: Omit<InputOptions, "title" | "value">,
    when?: Step["when"],
  ): Step => ({
    ...(when ? { when } : {}),
    async ask(d, position) {
      const answer = await ctx.ui.input({ ...options, title, value: d[field], position });
      if (answer === back) return back;
      d[field] = answer;
      return undefined;
    },
  });

  const steps: Step[] = [
    text("name", {
      prompt: "Name in the explorer",
      placeholder: "Orders (staging)",
      validate: (value) => {
        const name = value.trim();
        if (name === "") return "Enter a name.";
        return taken.has(name) ? `There is a connection ${name} already.` : null;
      },
    }),
    text("servers", {
      prompt: "Bootstrap servers: host:port of one or more brokers, with commas",
      placeholder: "broker1:9092, broker2:9092, [::1]:9092",
      validate: (value) => parseAddresses(value).problem,
    }),
    { ask: (d, position) => choose(ctx, title, "How the brokers are reached", protocols, d, "protocol", position) },
    { when: usesTls, ask: (d, position) => askTls(ctx, title, d, position) },
    {
      when: usesSasl,
      ask: (d, position) => choose(ctx, title, "How to sign in", mechanisms, d, "mechanism", position),
    },
    text(
      "username",
      { prompt: "User name", validate: (v) => (v.trim() === "" ? "Enter a user name." : null) },
      usesSasl,
    ),
    text(
      "saslPassword",
      {
        prompt: "Password: kept in the system’s key store",
        password: true,
        validate: (v) => (v === "" ? "Enter the password." : null),
      },
      usesSasl,
    ),
    ...registrySteps(ctx, title),
    {
      async ask(d, position) {
        const { connection, secrets } = fromDraft(start.connection, d);
        return askAfterTest(ctx, title, position, (signal) => testConnection(ctx, connection, secrets, signal));
      },
    },
  ];
  await runWizard(draft, steps);
  return fromDraft(start.connection, draft);
}

/** Tests, shows the result in words, and asks what to do with it. Leaving the question ends the test. */
async function askAfterTest(
  ctx: Ctx,
  title: string,
  position: StepPosition,
  test: (signal: AbortSignal) => Promise<Verdict>,
): Promise<undefined | Back> {
  for (;;) {
    const ended = new AbortController();
    const verdict = test(ended.signal);
    try {
      let choice: VerdictChoice | Back;
      do {
        choice = await ctx.ui.pick<VerdictChoice>({
          title,
          placeholder: "Test of the connection",
          position,
          items: verdict.then(verdictItems),
        });
        if (choice === "copy") await ctx.ui.copy((await verdict).lines.join("\n"));
      } while (choice === "copy");
      if (choice !== "again") return choice === back ? back : undefined;
    } finally {
      ended.abort();
    }
  }
}

type VerdictChoice = "save" | "again" | "copy";

function verdictItems({ works, lines }: Verdict): PickItem<VerdictChoice>[] {
  return [
    { label: works ? "Save" : "Save anyway", icon: works ? "pass" : "warning", value: "save" },
    { label: "Test again", icon: "refresh", value: "again" },
    // a line of a list does not wrap
    ...lines.flatMap((line) =>
      wrap(line, 72).map((label) => ({ label, value: "copy" as const, section: "Result: choose to copy" })),
    ),
  ];
}

async function choose<K extends "protocol" | "mechanism">(
  ctx: Ctx,
  title: string,
  placeholder: string,
  items: readonly { label: string; description: string; value: ConnectionDraft[K] }[],
  draft: ConnectionDraft,
  field: K,
  position: StepPosition,
): Promise<undefined | Back> {
  const answer = await ctx.ui.pick<ConnectionDraft[K]>({ title, placeholder, items, active: draft[field], position });
  if (answer === back) return back;
  draft[field] = answer;
  return undefined;
}

const protocols: { label: string; description: string; value: Protocol }[] = [
  { label: "No encryption, no sign-in", description: "PLAINTEXT", value: "PLAINTEXT" },
  { label: "TLS", description: "SSL; client certificates too", value: "SSL" },
  { label: "TLS and user name", description: "SASL_SSL", value: "SASL_SSL" },
  { label: "User name without encryption", description: "SASL_PLAINTEXT", value: "SASL_PLAINTEXT" },
];

const mechanisms: { label: string; description: string; value: SaslMechanism }[] = [
  { label: "SCRAM-SHA-512", description: "the password itself is never sent", value: "scram-sha-512" },
  { label: "SCRAM-SHA-256", description: "the password itself is never sent", value: "scram-sha-256" },
  { label: "PLAIN", description: "the password is sent: only over TLS", value: "plain" },
];
