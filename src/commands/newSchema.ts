import type { ConnectionTarget } from "../connections/target.ts";
import type { Ctx } from "../context.ts";
import { registryConnectionOf } from "../explorer/subjectTarget.ts";
import { commands } from "../ids.ts";
import { back } from "../platform/ui.ts";
import { typeName } from "../shared/schemaTypes.ts";
import { CancelledError } from "../shared/userError.ts";
import { emptySchema, recordNameFor } from "../subjects/templates.ts";

const title = "New Schema";

/** Opens the beginning of a schema of a new subject as an untitled document, which Register Schema registers. */
export async function newSchema(ctx: Ctx, target?: ConnectionTarget): Promise<void> {
  const connection = await registryConnectionOf(ctx, target, title);
  const typed = await ctx.ui.input({
    title,
    prompt: "Subject: of a topic’s values it is usually named topic-value, of its keys topic-key",
    placeholder: "orders-value",
    validate: (value) => (value.trim() === "" ? "Enter the name of the subject." : null),
  });
  if (typed === back) throw new CancelledError();
  const type = await ctx.ui.pick({
    title,
    placeholder: "Type of the schema",
    items: ["AVRO", "PROTOBUF", "JSON"].map((value) => ({ label: typeName(value), value })),
  });
  if (type === back) throw new CancelledError();
  const subject = typed.trim();
  const text = emptySchema(type, recordNameFor(subject));
  await ctx.schemas.draft({ connectionId: connection.id, subject, type, text, references: [] });
  const register = "Register Schema…";
  void ctx.ui
    .info(`Write the schema of ${subject}, then register it with “Kafka: Register Schema…”.`, register)
    .then((chosen) => (chosen === register ? ctx.run(commands.registerSchema) : undefined));
}
