import type { Ctx } from "../context.ts";
import { askRegistry, type SubjectTarget, subjectOf } from "../explorer/subjectTarget.ts";
import { commands } from "../ids.ts";
import { directReferences } from "../schema/registry/references.ts";
import { schemaText } from "../subjects/schemaText.ts";

/** Opens the latest version of a subject as an untitled document to edit, which Register Schema registers as the next one. */
export async function newSchemaVersion(ctx: Ctx, target?: SubjectTarget): Promise<void> {
  const { connectionId, subject } = await subjectOf(ctx, target, "New Schema Version");
  const latest = await askRegistry(ctx, connectionId, (registry) => registry.latest(subject));
  await ctx.schemas.draft({
    connectionId,
    subject,
    type: latest.type,
    text: schemaText(latest),
    references: directReferences(latest),
  });
  const register = "Register Schema…";
  void ctx.ui
    .info(
      `This is v${latest.version} of ${subject}, to be changed: then register it with “Kafka: Register Schema…”.`,
      register,
    )
    .then((chosen) => (chosen === register ? ctx.run(commands.registerSchema) : undefined));
}
