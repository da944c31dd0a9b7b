import { env, Uri } from "vscode";
import type { Ctx } from "../context.ts";
import { commands } from "../ids.ts";
import { reportError } from "../platform/errors.ts";
import type { TextDocuments } from "../platform/textDocuments.ts";
import type { MessagesHostMethods } from "../shared/protocol.ts";
import type { Local } from "../shared/rpc.ts";
import { isCancelled, UserError } from "../shared/userError.ts";
import { chooseDecoding, pickSchemaFile } from "./chooseDecoding.ts";
import { groupNames, topicNames } from "./clusterLists.ts";
import { engineRelay } from "./engineRelay.ts";
import { exportRows } from "./exportRows.ts";
import type { FilterStore } from "./filterStore.ts";
import type { FormatStore } from "./formatStore.ts";
import { linkPath, linkQuery, type PanelLink } from "./panelLink.ts";
import { RecordDocuments } from "./recordDocuments.ts";
import { resendRows } from "./resendRows.ts";
import { saveFilter } from "./saveFilter.ts";
import { onlyTopic, type PanelSubject } from "./subject.ts";
import type { TopicDecodings } from "./topicDecodings.ts";
import type { TopicProducer } from "./topicProducer.ts";
import type { TopicReader } from "./topicReader.ts";
import { TopicSchemas } from "./topicSchemas.ts";

/** What the methods of a panel work with. */
export interface PanelParts {
  ctx: Ctx;
  subject: PanelSubject;
  reader: TopicReader;
  /** null: the panel reads several topics */
  producer: TopicProducer | null;
  documents: TextDocuments;
  filters: FilterStore;
  decodings: TopicDecodings;
  formats: FormatStore;
}

/** What the panel itself answers, since it is about its state. */
type OwnMethods = "init" | "remember" | "start" | "setView" | "copyLink";

/** What the webview may ask, but for what is about the panel's own state. */
export function panelMethods(parts: PanelParts): Omit<Local<MessagesHostMethods>, OwnMethods> {
  const { ctx, subject, reader, documents, filters } = parts;
  const { connectionId } = subject;
  const records = new RecordDocuments(ctx, reader, documents);
  const schemas = new TopicSchemas(reader.registry, documents);
  const producer = (): TopicProducer => {
    if (parts.producer) return parts.producer;
    throw new UserError("This panel reads several topics: open the one to produce to by itself.", { code: "topics" });
  };
  /** Takes longer than the webview may live, which is thrown away when it is hidden: the host says what fails. */
  const reported = async (task: Promise<void>): Promise<void> => {
    await task.catch((error) => reportError(ctx, error));
  };
  return {
    ...engineRelay(reader),
    produceContext: (signal) => producer().context(signal),
    keepFormat: (part, format) => producer().keepFormat(part, format),
    draftHelp: (part, field) => producer().help(field, part),
    draftOf: (seq, signal) => producer().draftOf(reader, seq, signal),
    pickSchemaFile: async (part) => {
      try {
        return await pickSchemaFile(ctx, `Write the ${part}s of ${onlyTopic(subject)} by a schema`);
      } catch (error) {
        if (isCancelled(error)) return null;
        throw error;
      }
    },
    validateDraft: (draft) => producer().validate(draft),
    // not cancelled when the webview goes: what is being sent is sent
    produce: (draft) => producer().produce(draft),
    copyText: (text) => ctx.ui.copy(text),
    copyRows: async (seqs, format, signal) => {
      const text = await reader.call("copyAs", [seqs, format], signal);
      await ctx.ui.copy(text);
      const { firstSeq, nextSeq } = reader.status;
      return seqs.filter((seq) => seq >= firstSeq && seq < nextSeq).length;
    },
    exportRows: (format, seqs, columns) =>
      reported(exportRows(ctx, reader, { format, seqs, columns, choice: subject })),
    resendRows: (seqs) => reported(resendRows(ctx, reader, subject, seqs)),
    compare: (left, right, signal) => records.compare(left, right, signal),
    openPayload: (seq, part, signal) => records.openPayload(seq, part, signal),
    chooseDecoding: async (topic, part) => {
      try {
        await chooseDecoding(ctx, parts.decodings, topic, part);
        // whoever says anew how it is read means it to be written so, too
        await parts.formats.set(connectionId, topic, part, null);
        return true;
      } catch (error) {
        if (isCancelled(error)) return false;
        throw error;
      }
    },
    checkFilter: async (filter) => (await import("../reader/filter/filter.ts")).checkFilter(filter),
    filters: () => filters.lists(),
    saveFilter: async (filter) => {
      try {
        await saveFilter(ctx, filters, filter);
      } catch (error) {
        if (!isCancelled(error)) throw error;
      }
      return filters.lists();
    },
    deleteFilter: async (name, scope) => {
      await filters.remove(name, scope);
      return filters.lists();
    },
    usedFilter: (filter) => filters.used(filter),
    groups: (signal) => groupNames(ctx, connectionId, signal),
    topics: (signal) => topicNames(ctx, connectionId, signal),
    openTopics: (choice) => ctx.messages.open({ connectionId, choice }),
    openText: (text, languageId, title) => documents.open({ text, languageId, title }),
    schemaChanges: (older, newer) => schemas.changes(older, newer),
    openSchema: (schema) => schemas.open(schema),
    schemaRef: (schema) => schemas.about(schema),
    command: (name) => {
      void ctx.run(commands[name], { connectionId });
    },
  };
}

/** Puts a link to a view on the clipboard, and says so. */
export async function copyLink(ctx: Ctx, link: PanelLink): Promise<void> {
  const uri = Uri.from({
    scheme: env.uriScheme,
    authority: ctx.extension.extension.id,
    path: linkPath,
    query: linkQuery(link),
  });
  // the query has nothing in it that would have to be encoded, and encoding "=" makes it longer
  await ctx.ui.copy(uri.toString(true));
  void ctx.ui.info(`Copied a link to this view of ${link.connection.name}.`);
}
