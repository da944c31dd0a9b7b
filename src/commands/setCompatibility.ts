import type { Ctx } from "../context.ts";
import { TreeNode } from "../explorer/node.ts";
import { askRegistry, registryConnectionOf, type SubjectTarget } from "../explorer/subjectTarget.ts";
import { nodeKinds } from "../ids.ts";
import { back, type PickItem } from "../platform/ui.ts";
import type { Registry, Setting } from "../schema/registry/api.ts";
import { CancelledError, UserError } from "../shared/userError.ts";
import { levelsOf } from "../subjects/levels.ts";

const title = "Compatibility Level";
const inherit = Symbol("inherit");
const registryItself = Symbol("registry");

/** Changes what a new version of a subject has to be compatible with, or that of all subjects without a level of their own. */
export async function setCompatibility(ctx: Ctx, target?: SubjectTarget): Promise<void> {
  const connection = await registryConnectionOf(ctx, target, title);
  const subject =
    target?.subject ??
    (target instanceof TreeNode && target.kind === nodeKinds.schemas ? null : await askWhose(ctx, connection.id));
  const { current, levels, hasGlobal, global } = await askRegistry(ctx, connection.id, async (registry) => {
    if (subject === null && !registry.features.globalCompatibility)
      throw new UserError("this registry has a level for each subject only: choose a subject", { code: "unsupported" });
    const current = await registry.compatibility(subject);
    return {
      current,
      global: subject === null || !registry.features.globalCompatibility ? null : await globalLevel(registry, current),
      levels: levelsOf(registry.kind),
      hasGlobal: registry.features.globalCompatibility,
    };
  });
  const own = subject === null || !current.inherited;
  const picked = await ctx.ui.pick<string | typeof inherit>({
    title: subject === null ? `${title} of the Registry of ${connection.name}` : `${title} of ${subject}`,
    placeholder: `What a new version has to be; now ${current.value}${own ? "" : ", the registry’s"}`,
    items: [
      ...levels.map(({ value, about }) => ({
        label: value,
        description: own && value === current.value ? "now" : "",
        detail: about,
        value,
      })),
      ...(subject !== null && hasGlobal
        ? [
            {
              label: "Inherit",
              description: own ? "" : "now",
              detail: `the registry’s level${global === null ? "" : `, now ${global}`}, also when it changes`,
              value: inherit,
            } as const,
          ]
        : []),
    ],
    active: own ? current.value : inherit,
  });
  if (picked === back) throw new CancelledError();
  if (picked === (own ? current.value : inherit)) return;
  await askRegistry(ctx, connection.id, (registry) =>
    picked !== inherit
      ? registry.setCompatibility(subject, picked)
      : subject === null
        ? Promise.resolve()
        : registry.clearCompatibility(subject),
  );
  ctx.explorer.refreshSchemas(connection.id);
  const now =
    picked === inherit ? "inherits the registry’s compatibility level" : `has the compatibility level ${picked}`;
  ctx.log.info(`${subject ?? `The registry of ${connection.name}`} ${now}.`);
}

/** The registry's own level; null: it does not tell, to this user at least. */
async function globalLevel(registry: Registry, current: Setting): Promise<string | null> {
  if (current.inherited) return current.value;
  try {
    return (await registry.compatibility(null)).value;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** A subject, or null: the registry itself. */
async function askWhose(ctx: Ctx, connectionId: string): Promise<string | null> {
  const load = async (): Promise<PickItem<string | typeof registryItself>[]> => {
    const subjects = await askRegistry(ctx, connectionId, (registry) => registry.subjects());
    return [
      { label: "All subjects without a level of their own", icon: "library", value: registryItself },
      ...subjects.sort().map((subject) => ({ label: subject, icon: "symbol-structure", value: subject })),
    ];
  };
  const picked = await ctx.ui.pick<string | typeof registryItself>({ title, placeholder: "Of what", items: load() });
  if (picked === back) throw new CancelledError();
  return picked === registryItself ? null : picked;
}
