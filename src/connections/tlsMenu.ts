import type { Ctx } from "../context.ts";
import { type Back, back, type PickItem, type StepPosition } from "../platform/ui.ts";
import { isCancelled } from "../shared/userError.ts";

/** The answers that the menu changes. */
export interface TlsDraft {
  caFile: string | null;
  certFile: string | null;
  keyFile: string | null;
  keyPassphrase: string;
  verify: boolean;
}

type Choice = "done" | "caFile" | "certFile" | "keyFile" | "keyPassphrase" | "verify";

const pem = { "PEM files": ["pem", "crt", "cer", "key"], "All files": ["*"] };

/** Asks how TLS is to be: a small menu that shows what is set, since most clusters need none of it. */
export async function askTls(
  ctx: Ctx,
  title: string,
  draft: TlsDraft,
  position: StepPosition,
  whose: "brokers’" | "registry’s" = "brokers’",
): Promise<undefined | Back> {
  for (let active: Choice = "done"; ; ) {
    const choice: Choice | Back = await ctx.ui.pick<Choice>({
      title,
      placeholder: "TLS: what differs from the usual",
      items: choices(draft, whose),
      active,
      position,
    });
    if (choice === back) return back;
    if (choice === "done") return undefined;
    active = choice;
    if (choice === "verify") draft.verify = !draft.verify;
    else if (choice === "keyPassphrase") {
      const text = await ctx.ui.input({
        title,
        prompt: "Passphrase of the client key; empty: none",
        value: draft.keyPassphrase,
        password: true,
        position,
      });
      if (text !== back) draft.keyPassphrase = text;
    } else if (draft[choice] !== null)
      draft[choice] = null; // chosen before: taken back
    else draft[choice] = await askFile(ctx, title);
  }
}

function choices(draft: TlsDraft, whose: string): PickItem<Choice>[] {
  const file = (path: string | null, none: string) => (path === null ? none : `${path} (choose to clear)`);
  return [
    { label: "Continue", icon: "arrow-right", value: "done" },
    {
      label: "CA certificate",
      description: file(draft.caFile, "the system’s"),
      icon: "file",
      value: "caFile",
      section: "Change",
    },
    {
      label: "Client certificate",
      description: file(draft.certFile, "none"),
      icon: "file",
      value: "certFile",
      section: "Change",
    },
    { label: "Client key", description: file(draft.keyFile, "none"), icon: "key", value: "keyFile", section: "Change" },
    ...(draft.keyFile === null
      ? []
      : [
          {
            label: "Passphrase of the client key",
            description: draft.keyPassphrase === "" ? "none" : "set",
            icon: "lock",
            value: "keyPassphrase" as const,
            section: "Change",
          },
        ]),
    {
      label: `Check the ${whose} certificates`,
      description: draft.verify ? "yes" : "no: anyone on the way can read along",
      icon: draft.verify ? "pass" : "warning",
      value: "verify",
      section: "Change",
    },
  ];
}

/** Null when the dialog was closed without a choice: back to the menu, not out of the form. */
async function askFile(ctx: Ctx, title: string): Promise<string | null> {
  try {
    return await ctx.ui.openFile({ title, openLabel: "Use This File", filters: pem });
  } catch (error) {
    if (isCancelled(error)) return null;
    throw error;
  }
}
