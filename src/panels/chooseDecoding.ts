import { Uri } from "vscode";
import type { Ctx } from "../context.ts";
import { back, type PickItem } from "../platform/ui.ts";
import { FIXED_FORMATS } from "../shared/decoding.ts";
import { CancelledError } from "../shared/userError.ts";
import type { KeptChoice } from "./decodingStore.ts";
import { fileLabel, messagesOf, schemaFiles } from "./schemaFiles.ts";
import type { TopicDecodings } from "./topicDecodings.ts";

/** Asks how a topic's keys or values are to be understood, and keeps the answer. Rejects with CancelledError when the user leaves. */
export async function chooseDecoding(
  ctx: Ctx,
  decodings: TopicDecodings,
  topic: string,
  part: "key" | "value",
): Promise<void> {
  const now = decodings.kept(topic)[part];
  const picked = await ctx.ui.pick<KeptChoice>({
    title: `Decode the ${part}s of ${topic} as …`,
    placeholder: "It is remembered for this topic",
    items: items(ctx, now),
  });
  if (picked === back) throw new CancelledError();
  await decodings.choose(topic, part, picked.kind === "file" ? await withMessage(ctx, picked) : picked);
}

async function items(ctx: Ctx, now: KeptChoice): Promise<PickItem<KeptChoice>[]> {
  const mark = (same: boolean): { icon?: string } => (same ? { icon: "check" } : {});
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
        ...mark(now.kind === "file" && now.uri === uri.toString()),
        value: { kind: "file", uri: uri.toString(), message: null },
      }),
    ),
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

/** A .proto file may define several messages. */
async function withMessage(ctx: Ctx, choice: Extract<KeptChoice, { kind: "file" }>): Promise<KeptChoice> {
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
