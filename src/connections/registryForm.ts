import type { Ctx } from "../context.ts";
import { type Back, back, type InputOptions, type StepPosition } from "../platform/ui.ts";
import type { WizardStep } from "../platform/wizard.ts";
import { registryUrlProblem, registryUrlsProblem } from "./addresses.ts";
import type { ConnectionDraft } from "./draft.ts";
import { type RegistryDraft, usesHttps } from "./registryDraft.ts";
import { askTls } from "./tlsMenu.ts";

type Step = WizardStep<Pick<ConnectionDraft, "registry">>;
type When = (draft: RegistryDraft) => boolean;

/** The questions about a connection's schema registry: its type, where it is, and how to sign in. */
export function registrySteps(ctx: Ctx, title: string): Step[] {
  const text = (field: TextField, options: Omit<InputOptions, "title" | "value">, when: When): Step => ({
    when: (d) => when(d.registry),
    async ask(d, position) {
      const answer = await ctx.ui.input({ ...options, title, value: d.registry[field], position });
      if (answer === back) return back;
      d.registry[field] = answer;
      return undefined;
    },
  });
  const secret = (field: TextField, prompt: string, when: When, needed = true): Step =>
    text(
      field,
      {
        prompt: `${prompt}: kept in the system’s key store`,
        password: true,
        ...(needed ? { validate: notEmpty(prompt) } : {}),
      },
      when,
    );
  const needed = (field: TextField, prompt: string, when: When, placeholder?: string): Step =>
    text(field, { prompt, validate: notEmpty(prompt), ...(placeholder ? { placeholder } : {}) }, when);

  return [
    { ask: (d, position) => choose(ctx, title, "Schema registry", kinds, d.registry, "kind", position) },
    text(
      "urls",
      {
        prompt: "URL of the schema registry; several of one registry with commas",
        placeholder: "http://localhost:8081",
        validate: registryUrlsProblem,
      },
      isHttp,
    ),
    {
      when: (d) => isHttp(d.registry),
      ask: (d, position) =>
        choose(ctx, title, "How to sign in to the registry", signIns, d.registry, "signIn", position),
    },
    needed("username", "User name (or API key) of the schema registry", signsIn("basic")),
    secret("password", "Password (or API secret) of the schema registry", signsIn("basic"), false),
    secret("token", "Token of the schema registry", signsIn("bearer")),
    text(
      "tokenUrl",
      {
        prompt: "URL of the token server",
        placeholder: "https://login.example.com/oauth2/token",
        validate: (value) => registryUrlProblem(value.trim()),
      },
      signsIn("oauth"),
    ),
    needed("clientId", "Client id", signsIn("oauth")),
    secret("clientSecret", "Client secret", signsIn("oauth")),
    text("scope", { prompt: "Scope; empty: none" }, signsIn("oauth")),
    {
      when: (d) => isHttp(d.registry) && usesHttps(d.registry),
      ask: (d, position) => askTls(ctx, title, d.registry, position, "registry’s"),
    },
    text(
      "region",
      {
        prompt: "Region of AWS",
        placeholder: "eu-central-1",
        validate: (value) => (/^[a-z0-9-]+$/.test(value.trim()) ? null : "Enter a region such as eu-central-1."),
      },
      isGlue,
    ),
    needed("accessKeyId", "Access key id", isGlue),
    secret("secretAccessKey", "Secret access key", isGlue),
    secret("sessionToken", "Session token of temporary credentials; empty: none", isGlue, false),
    text("registryName", { prompt: "Name of the registry; empty: default-registry" }, isGlue),
    text(
      "endpoint",
      {
        prompt: "Endpoint; empty: AWS’s own for the region",
        validate: (value) => (value.trim() === "" ? null : registryUrlProblem(value.trim())),
      },
      isGlue,
    ),
  ];
}

type TextField = Exclude<
  { [K in keyof RegistryDraft]: RegistryDraft[K] extends string ? K : never }[keyof RegistryDraft],
  "kind" | "signIn" | "keyPassphrase"
>;

const isHttp: When = ({ kind }) => kind === "confluent" || kind === "apicurio";
const isGlue: When = ({ kind }) => kind === "glue";
const signsIn =
  (kind: RegistryDraft["signIn"]): When =>
  (draft) =>
    isHttp(draft) && draft.signIn === kind;

const notEmpty =
  (prompt: string) =>
  (value: string): string | null =>
    value.trim() === "" ? `Enter the ${prompt.charAt(0).toLowerCase()}${prompt.slice(1)}.` : null;

async function choose<K extends "kind" | "signIn">(
  ctx: Ctx,
  title: string,
  placeholder: string,
  items: readonly { label: string; description: string; value: RegistryDraft[K] }[],
  draft: RegistryDraft,
  field: K,
  position: StepPosition,
): Promise<undefined | Back> {
  const answer = await ctx.ui.pick<RegistryDraft[K]>({ title, placeholder, items, active: draft[field], position });
  if (answer === back) return back;
  draft[field] = answer;
  return undefined;
}

const kinds: { label: string; description: string; value: RegistryDraft["kind"] }[] = [
  { label: "No schema registry", description: "", value: "none" },
  {
    label: "Confluent-compatible",
    description: "Confluent, Karapace, Redpanda, Apicurio’s ccompat",
    value: "confluent",
  },
  { label: "Apicurio Registry", description: "by its own API, version 2 or 3", value: "apicurio" },
  { label: "AWS Glue", description: "AWS Glue Schema Registry", value: "glue" },
];

const signIns: { label: string; description: string; value: RegistryDraft["signIn"] }[] = [
  { label: "No sign-in", description: "or by a client certificate", value: "none" },
  { label: "User name and password", description: "or API key and secret", value: "basic" },
  { label: "Token", description: "sent as it is (bearer)", value: "bearer" },
  { label: "OAuth", description: "client credentials: a token server gives tokens", value: "oauth" },
];
