import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { env, UIKind, Uri, commands as vscodeCommands } from "vscode";
import type { Ctx } from "../context.ts";
import { reportError } from "../platform/errors.ts";
import type { ExportColumn, ExportFormat, ExportProgress, TopicChoice } from "../shared/messages.ts";
import { isCancelled, UserError } from "../shared/userError.ts";
import { exportName, written } from "./exportTexts.ts";
import type { TopicReader } from "./topicReader.ts";

const folderKey = "messages.exportFolder";

const formats: Record<ExportFormat, { label: string; extension: string; filter: string }> = {
  jsonl: { label: "JSON Lines", extension: "jsonl", filter: "JSON Lines" },
  json: { label: "JSON", extension: "json", filter: "JSON" },
  csv: { label: "CSV", extension: "csv", filter: "CSV" },
  raw: { label: "Raw Values", extension: "", filter: "" },
};

/** Asks for the format of an export. Rejects with CancelledError, or is null for "back". */
export async function pickFormat(ctx: Pick<Ctx, "ui">): Promise<ExportFormat | null> {
  const details: Record<ExportFormat, string> = {
    jsonl: "An object a line, with all that is known of the message",
    json: "The same as one array",
    csv: "A line a message, with the columns that are shown",
    raw: "The bytes of each value in a file of its own, in a folder",
  };
  const picked = await ctx.ui.pick({
    title: "Export Messages",
    placeholder: "Format",
    items: (Object.keys(formats) as ExportFormat[]).map((format) => ({
      label: formats[format].label,
      detail: details[format],
      value: format,
    })),
  });
  return typeof picked === "symbol" ? null : picked;
}

export interface ExportRequest {
  format: ExportFormat;
  /** null: all that the view shows */
  seqs: number[] | null;
  columns: ExportColumn[];
  choice: TopicChoice;
}

/**
 * Asks where to, has the engine write the file (or, for raw values, a new folder), and offers to open it. Ends when it is written, or the
 * user cancelled; closing the panel ends it too, and what was written then is removed by the engine.
 */
export async function exportRows(ctx: Ctx, reader: TopicReader, request: ExportRequest): Promise<void> {
  if (request.seqs?.length === 0) throw new UserError("Select the messages to export first.", { code: "nothing" });
  const target = await askTarget(ctx, request);
  await ctx.extension.globalState.update(folderKey, dirname(target));
  const { format, seqs, columns } = request;
  let byUser: AbortSignal | undefined;
  let result: ExportProgress;
  try {
    result = await ctx.ui.progress(`Exporting to ${target}`, (signal, report) => {
      byUser = signal;
      const told = (progress: ExportProgress) => report(`${count(progress.rows)} of ${count(progress.of)} messages`);
      return reader.export({ format, seqs, columns, target }, told, signal);
    });
  } catch (error) {
    if (isCancelled(error) && byUser && !byUser.aborted)
      void ctx.ui.warn("The export was given up, since its panel was closed or began to read anew. Nothing was kept.");
    throw error;
  }
  // the notification stays until the user is done with it: whoever asked for the export need not wait for that
  void offer(ctx, target, format, written(result, target, format)).catch((error) => reportError(ctx, error));
}

async function askTarget(ctx: Ctx, { format, choice }: ExportRequest): Promise<string> {
  const stored: unknown = ctx.extension.globalState.get(folderKey);
  const folder = typeof stored === "string" ? stored : homedir();
  const name = exportName(choice, new Date());
  if (format === "raw") {
    const title = "Export Raw Values: a new folder is made in the one you choose";
    return join(await ctx.ui.openFolder({ title, openLabel: "Export Here", defaultPath: folder }), name);
  }
  const { label, extension, filter } = formats[format];
  return ctx.ui.saveFile({
    title: `Export Messages as ${label}`,
    saveLabel: "Export",
    defaultPath: join(folder, `${name}.${extension}`),
    filters: { [filter]: [extension] },
  });
}

async function offer(ctx: Ctx, target: string, format: ExportFormat, sentence: string): Promise<void> {
  const open = "Open";
  const show = "Show in Folder";
  // the file manager is on the machine of the window: elsewhere it knows no such folder
  const local = env.remoteName === undefined && env.uiKind === UIKind.Desktop;
  const actions = [...(format === "raw" ? [] : [open]), ...(local ? [show] : [])];
  const chosen = await ctx.ui.info(sentence, ...actions);
  if (chosen === open) await vscodeCommands.executeCommand("vscode.open", Uri.file(target));
  if (chosen === show) await vscodeCommands.executeCommand("revealFileInOS", Uri.file(target));
}

const count = (n: number): string => n.toLocaleString("en");
