import { Uri } from "vscode";
import type { Ctx } from "../context.ts";
import { back, type PickItem } from "../platform/ui.ts";
import { subjectFor } from "../schema/registry/subjects.ts";
import { FIXED_FORMATS } from "../shared/decoding.ts";
import type { SchemaFile } from "../shared/draft.ts";
import { CancelledError, UserError } from "../shared/userError.ts";
import type { KeptChoice } from "./decodingStore.ts";
import { fileLabel, messagesOf, schemaFileOf, schemaFiles } from "./schemaFiles.ts";
import type { TopicDecodings } from "./topicDecodings.ts";

type FileChoice = Extract<KeptChoice, { kind: "file" }>;

/** Asks how a topic's keys or values are to be understood, and keeps the answer. Rejects with CancelledError when the user leaves. */
export async function chooseDecoding(
  ctx: Ctx,
  decodings: TopicDecodings,
  topic: string,
  part: "key" | "value",
): Promise<void> {
  const now = decodings.kept(topic)[part];
  const subject = subjectFor("topic", topic, part, null)!;
  const hasRegistry = ctx.connections.get(decodings.connectionId)?.registry != null;
  const picked = await ctx.ui.pick<KeptChoice | typeof ofSubject>({
    title: `Decode the ${part}s of ${topic} as …`,
    placeholder: "It is remembered for this topic",
    items: items(ctx, now, hasRegistry ? { subject, part } : null),
  });
  if (picked === back) throw new CancelledError();
  await decodings.choose(topic, part, await whole(picked));

  function whole(picked: KeptChoice | typeof ofSubject): KeptChoice | Promise<KeptChoice> {
    if (picked === ofSubject) return pickVersion(ctx, decodings.connectionId, subject, now);
    if (picked.kind !== "file") return picked;
    return picked.uri.endsWith(".avsc") ? pickRole(ctx, picked, now) : withMessage(ctx, picked);
  }
}

/** A version of the topic's own subject, which is asked for next. */
const ofSubject = "of-subject";

const mark = (same: boolean): { icon?: string } => (same ? { icon: "check" } : {});

/** @param registered null: there is no registry */
async function items(
  ctx: Ctx,
  now: KeptChoice,
  registered: { subject: string; part: "key" | "value" } | null,
): Promise<PickItem<KeptChoice | typeof ofSubject>[]> {
  const files = await schemaFiles();
  return [
    {
      label: "Automatic",
      detail: "For each message: by the schema that it names, by its signs, as JSON, as text, or as bytes",
      ...mark(now.kind === "auto"),
      value: { kind: "auto" },
    },
    ...files.map(
      (uri): PickItem<KeptChoice> => ({
        label: fileLabel(uri),
        section: "By a schema of the workspace",
        ...mark((now.kind === "file" || now.kind === "reader-file") && now.uri === uri.toString()),
        value: { kind: "file", uri: uri.toString(), message: null },
      }),
    ),
    ...(registered ? readerItems(now, registered) : []),
    ...ctx.decoders.offered().map(
      ({ id, label, detail }): PickItem<KeptChoice> => ({
        label,
        description: detail,
        section: "By another extension",
        ...mark(now.kind === "extension" && now.id === id),
        value: { kind: "extension", id, label },
      }),
    ),
    ...FIXED_FORMATS.map(
      ({ id, label, detail }): PickItem<KeptChoice> => ({
        label,
        description: detail,
        section: "As a format",
        ...mark(now.kind === "format" && now.format === id),
        value: { kind: "format", format: id },
      }),
    ),
  ];
}

function readerItems(
  now: KeptChoice,
  { subject, part }: { subject: string; part: "key" | "value" },
): PickItem<KeptChoice | typeof ofSubject>[] {
  const section = "By a reader's schema of the registry (Avro)";
  const isLatest = now.kind === "reader-version" && now.version === null;
  return [
    {
      label: `Latest version of each ${part}'s subject`,
      detail: `${part === "key" ? "Keys" : "Values"} as a program with it sees them`,
      section,
      ...mark(isLatest),
      value: { kind: "reader-version", subject: null, version: null },
    },
    {
      label: `A version of ${subject} …`,
      section,
      ...mark(now.kind === "reader-version" && !isLatest),
      value: ofSubject,
    },
  ];
}

async function pickVersion(ctx: Ctx, connectionId: string, subject: string, now: KeptChoice): Promise<KeptChoice> {
  const versions = async (): Promise<PickItem<KeptChoice>[]> => {
    const registry = await ctx.registries.get(connectionId);
    if (!registry) throw new UserError("The connection has no schema registry any more.", { code: "no-registry" });
    return (await registry.versions(subject)).reverse().map((version) => ({
      label: `Version ${version}`,
      ...mark(now.kind === "reader-version" && now.subject === subject && now.version === version),
      value: { kind: "reader-version", subject, version },
    }));
  };
  const picked = await ctx.ui.pick<KeptChoice>({
    title: `As a program with a version of ${subject} sees it`,
    placeholder: "The version that the program is built with",
    items: versions(),
  });
  if (picked === back) throw new CancelledError();
  return picked;
}

/** An Avro schema may be the one that bytes were written with, or the one that a program reads them with. */
async function pickRole(ctx: Ctx, file: Extract<KeptChoice, { kind: "file" }>, now: KeptChoice): Promise<KeptChoice> {
  const { uri } = file;
  const label = fileLabel(Uri.parse(uri));
  const picked = await ctx.ui.pick<KeptChoice>({
    title: `Use ${label} as …`,
    placeholder: "The schema that a program reads with, or the one that the bytes were written with",
    items: [
      {
        label: "Reader's schema",
        detail: "Shows values as a program with this schema sees them: its defaults, aliases and types",
        ...mark(now.kind === "reader-file" && now.uri === uri),
        value: { kind: "reader-file", uri },
      },
      {
        label: "Schema of the bytes",
        detail: "For values that name no schema: they are read by this file alone",
        ...mark(now.kind === "file" && now.uri === uri),
        value: file,
      },
    ],
  });
  if (picked === back) throw new CancelledError();
  return picked;
}

/** Asks for a schema file of the workspace, and for one of its messages where it has several. Rejects with CancelledError when the user leaves. */
export async function pickSchemaFile(ctx: Ctx, title: string): Promise<{ file: SchemaFile; message: string | null }> {
  const files = await schemaFiles();
  if (files.length === 0)
    throw new UserError("The workspace has no schema files: .avsc, .proto, .desc, .protoset or .schema.json.", {
      code: "no-schema-files",
    });
  const uri = await ctx.ui.pick<Uri>({
    title,
    placeholder: "A schema file of the workspace",
    items: files.map((value) => ({ label: fileLabel(value), value })),
  });
  if (uri === back) throw new CancelledError();
  const choice = await withMessage(ctx, { kind: "file", uri: uri.toString(), message: null });
  return { file: schemaFileOf(uri), message: choice.message };
}

/** A .proto file may define several messages. */
async function withMessage(ctx: Ctx, choice: FileChoice): Promise<FileChoice> {
  const uri = Uri.parse(choice.uri);
  const names = await messagesOf(uri);
  if (names === null) return choice;
  if (names.length === 1) return { ...choice, message: names[0]! };
  const message = await ctx.ui.pick<string>({
    title: `The message of ${fileLabel(uri)}`,
    placeholder: "Which of its messages is it?",
    items: names.map((name) => ({ label: name, value: name })),
  });
  if (message === back) throw new CancelledError();
  return { ...choice, message };
}
