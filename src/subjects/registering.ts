import { basename } from "node:path/posix";
import type { TextDocument } from "vscode";
import type { Ctx } from "../context.ts";
import { askRegistry, registryConnectionOf, type SubjectTarget } from "../explorer/subjectTarget.ts";
import { back } from "../platform/ui.ts";
import type { SchemaDraft, SchemaReference } from "../schema/registry/api.ts";
import { isNamedIn } from "../schema/registry/references.ts";
import { type SchemaType, schemaTypeOf } from "../schema/schemaType.ts";
import { typeName } from "../shared/schemaTypes.ts";
import { CancelledError, UserError } from "../shared/userError.ts";
import type { DraftOrigin } from "./drafts.ts";
import { shownBy } from "./uris.ts";

/** What is to be registered, and where. */
export interface Registering {
  connectionId: string;
  subject: string;
  draft: SchemaDraft;
}

const title = "Register Schema";

/** All that is not known of the document or the target is asked for. */
export async function askWhatToRegister(
  ctx: Ctx,
  document: TextDocument,
  target: SubjectTarget | undefined,
  origin: DraftOrigin | undefined,
): Promise<Registering> {
  // a line of the tree means more than where the draft came from
  const connection = await registryConnectionOf(ctx, target?.connectionId ? target : origin, title);
  const from = origin?.connectionId === connection.id ? origin : undefined;
  const text = document.getText();
  const subject = target?.subject ?? from?.subject ?? (await askSubject(ctx, connection.id, connection.name, document));
  const type = from?.type ?? (await typeOf(ctx, document));
  const references = from ? from.references : await referencesOfLatest(ctx, connection.id, subject);
  return {
    connectionId: connection.id,
    subject,
    draft: { type, schema: text, references: references.filter(({ name }) => isNamedIn(text, name)) },
  };
}

async function askSubject(ctx: Ctx, connectionId: string, connection: string, document: TextDocument): Promise<string> {
  const name = basename(document.uri.path).replace(/\.(avsc|proto|schema\.json|json)$/i, "");
  const load = async () => {
    const subjects = await askRegistry(ctx, connectionId, (registry) => registry.subjects());
    const likely = (subject: string): boolean => subject === name || subject === `${name}-value`;
    return subjects
      .sort((a, b) => Number(likely(b)) - Number(likely(a)) || a.localeCompare(b))
      .map((subject) => ({ label: subject, icon: "symbol-structure", value: subject }));
  };
  const subject = await ctx.ui.pick<string>({
    title,
    placeholder: `Subject in ${connection}: choose one, or type the name of a new one (of a topic’s values: topic-value)`,
    items: load(),
    typed: (text) => ({ label: text, description: "a new subject", icon: "add", value: text }),
  });
  if (subject === back) throw new CancelledError();
  return subject;
}

async function typeOf(ctx: Ctx, document: TextDocument): Promise<SchemaType> {
  const shown = shownBy(document.uri);
  const type =
    shown?.kind === "schema"
      ? (shown.type as SchemaType)
      : schemaTypeOf(document.getText(), document.isUntitled ? "" : basename(document.uri.path));
  if (type) return type;
  const picked = await ctx.ui.pick<SchemaType>({
    title,
    placeholder: "Type of the schema",
    items: (["AVRO", "PROTOBUF", "JSON"] as const).map((value) => ({ label: typeName(value), value })),
  });
  if (picked === back) throw new CancelledError();
  return picked;
}

async function referencesOfLatest(ctx: Ctx, connectionId: string, subject: string): Promise<SchemaReference[]> {
  try {
    const { references } = await askRegistry(ctx, connectionId, (registry) => registry.latest(subject));
    return references.map(({ name, subject, version }) => ({ name, subject, version }));
  } catch (error) {
    if (error instanceof UserError && error.code === "unknown-subject") return [];
    throw error;
  }
}
