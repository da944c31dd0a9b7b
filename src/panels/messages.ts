import { type Disposable, type Tab, TabInputWebview, ViewColumn, type WebviewPanel, window } from "vscode";
import type { Ctx, MessagesPanels } from "../context.ts";
import { panels } from "../ids.ts";
import type { MessagesState, SerializedPanel } from "../shared/protocol.ts";
import { UserError } from "../shared/userError.ts";
import { MessagesPanel, type PanelSubject, panelTitle } from "./messagesPanel.ts";
import { initialState, restoredPanel } from "./messagesState.ts";
import { TextDocuments } from "./textDocuments.ts";

/** The Messages panels: one for each topic of each connection. */
export function createMessagesPanels(ctx: Ctx): MessagesPanels & Disposable {
  const open = new Map<string, MessagesPanel>();
  const documents = new TextDocuments();
  const keyOf = ({ connectionId, topic }: Pick<PanelSubject, "connectionId" | "topic">) =>
    JSON.stringify([connectionId, topic]);

  // beside what each webview leaves with VS Code: that is out of reach while its tab sleeps (see sleeping())
  const { workspaceState } = ctx.extension;
  const keptAs = (key: string) => `${panels.messages}:${key}`;

  const adopt = (webview: WebviewPanel, subject: PanelSubject, state: MessagesState) => {
    const key = keyOf(subject);
    const keep = (now: MessagesState | undefined) =>
      workspaceState.update(keptAs(key), now && ({ ...subject, state: now } satisfies SerializedPanel));
    const panel = new MessagesPanel(ctx, webview, documents, subject, state, (now) => void keep(now));
    open.set(key, panel);
    webview.onDidDispose(() => {
      if (open.get(key) !== panel) return;
      open.delete(key);
      void keep(undefined);
    });
  };

  /**
   * After a reload VS Code wakes a panel only when its tab is looked at, and there is no way to do that from here. A topic that is opened
   * from elsewhere meanwhile gets a panel with that one's state, and takes its place.
   */
  const sleeping = (title: string): Tab | undefined =>
    window.tabGroups.all
      .flatMap((group) => group.tabs)
      .find(({ input, label }) => input instanceof TabInputWebview && isOurs(input) && label === title);

  return {
    async open({ connectionId, topic, ...change }) {
      const connection = ctx.connections.get(connectionId);
      if (!connection) throw new UserError("The connection was removed: choose a topic of another one.");
      const there = open.get(keyOf({ connectionId, topic }));
      if (there) {
        there.reveal(change);
        return;
      }
      const last = ctx.settings.get("messages.last");
      const subject = { connectionId, connectionName: connection.name, topic };
      const tab = sleeping(panelTitle(subject));
      const kept = tab && restoredPanel(workspaceState.get(keptAs(keyOf(subject))), last);
      const state = kept?.state ?? initialState(topic, last);
      if (change.partitions) state.query.partitions = change.partitions;
      if (change.from) state.query.from = change.from;
      if (change.produce) state.produceOpen = true;
      if (tab) await window.tabGroups.close(tab, true);
      const webview = window.createWebviewPanel(panels.messages, topic, ViewColumn.Active, { enableScripts: true });
      adopt(webview, subject, state);
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

/** VS Code puts a prefix of its own before the view type. */
const isOurs = (input: TabInputWebview): boolean => input.viewType.endsWith(panels.messages);
