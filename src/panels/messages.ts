import { type Disposable, ViewColumn, type WebviewPanel, window } from "vscode";
import type { Ctx, MessagesPanels } from "../context.ts";
import { panels } from "../ids.ts";
import type { MessagesState } from "../shared/protocol.ts";
import { UserError } from "../shared/userError.ts";
import { MessagesPanel, type PanelSubject } from "./messagesPanel.ts";
import { initialState, restoredPanel } from "./messagesState.ts";
import { TextDocuments } from "./textDocuments.ts";

/** The Messages panels: one for each topic of each connection. */
export function createMessagesPanels(ctx: Ctx): MessagesPanels & Disposable {
  const open = new Map<string, MessagesPanel>();
  const documents = new TextDocuments();
  const keyOf = ({ connectionId, topic }: Pick<PanelSubject, "connectionId" | "topic">) =>
    JSON.stringify([connectionId, topic]);

  const adopt = (webview: WebviewPanel, subject: PanelSubject, state: MessagesState) => {
    const key = keyOf(subject);
    const panel = new MessagesPanel(ctx, webview, documents, subject, state);
    open.set(key, panel);
    webview.onDidDispose(() => {
      if (open.get(key) === panel) open.delete(key);
    });
  };

  return {
    async open({ connectionId, topic, ...change }) {
      const connection = ctx.connections.get(connectionId);
      if (!connection) throw new UserError("The connection was removed: choose a topic of another one.");
      const there = open.get(keyOf({ connectionId, topic }));
      if (there) {
        there.reveal(change);
        return;
      }
      const state = initialState(topic, ctx.settings.get("messages.last"));
      state.query.partitions = change.partitions ?? null;
      if (change.from) state.query.from = change.from;
      state.produceOpen = change.produce ?? false;
      const webview = window.createWebviewPanel(panels.messages, topic, ViewColumn.Active, { enableScripts: true });
      adopt(webview, { connectionId, connectionName: connection.name, topic }, state);
    },

    async restore(webview, kept) {
      const panel = restoredPanel(kept, ctx.settings.get("messages.last"));
      if (!panel) {
        webview.dispose();
        return;
      }
      const { connectionId, state } = panel;
      const connectionName = ctx.connections.get(connectionId)?.name ?? panel.connectionName;
      adopt(webview, { connectionId, connectionName, topic: state.query.topic }, state);
    },

    dispose() {
      for (const panel of [...open.values()]) panel.dispose();
      documents.dispose();
    },
  };
}
