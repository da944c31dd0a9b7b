import { type Disposable, type Tab, TabInputWebview, ViewColumn, type WebviewPanel, window } from "vscode";
import type { Ctx, MessagesPanels, MessagesTarget } from "../context.ts";
import { panels } from "../ids.ts";
import { TextDocuments } from "../platform/textDocuments.ts";
import type { TopicChoice } from "../shared/messages.ts";
import type { MessagesState, SerializedPanel } from "../shared/protocol.ts";
import { UserError } from "../shared/userError.ts";
import { DecodingStore } from "./decodingStore.ts";
import { FilterStore } from "./filterStore.ts";
import { FingerprintFiles } from "./fingerprintFiles.ts";
import { FormatStore } from "./formatStore.ts";
import { LayoutStore } from "./layoutStore.ts";
import { MessagesPanel } from "./messagesPanel.ts";
import { initialState, restoredPanel } from "./messagesState.ts";
import { openLink } from "./openLink.ts";
import { changedState } from "./panelChange.ts";
import { choiceName, normalChoice, type PanelSubject, panelTitle, subjectKey } from "./subject.ts";

/** The Messages panels: one for each choice of topics of each connection. */
export function createMessagesPanels(ctx: Ctx): MessagesPanels & Disposable {
  const open = new Map<string, MessagesPanel>();
  const { workspaceState, globalState } = ctx.extension;
  const layouts = new LayoutStore(globalState);
  const shared = {
    documents: new TextDocuments(),
    filters: new FilterStore(ctx.extension),
    decodings: new DecodingStore(workspaceState),
    fingerprints: new FingerprintFiles(),
    formats: new FormatStore(workspaceState),
  };

  // beside what each webview leaves with VS Code: that is out of reach while its tab sleeps (see sleeping())
  const keptAs = (key: string) => `${panels.messages}:${key}`;

  const adopt = (webview: WebviewPanel, subject: PanelSubject, state: MessagesState) => {
    const key = subjectKey(subject.connectionId, subject);
    let layout = JSON.stringify(state.layout);
    const keep = (now: MessagesState | undefined) => {
      const { connectionId, connectionName } = subject;
      const kept = now && ({ connectionId, connectionName, state: now } satisfies SerializedPanel);
      void workspaceState.update(keptAs(key), kept);
      if (!now || JSON.stringify(now.layout) === layout) return;
      layout = JSON.stringify(now.layout);
      void layouts.set(key, now.layout);
    };
    const panel = new MessagesPanel(ctx, webview, shared, subject, state, keep);
    open.set(key, panel);
    webview.onDidDispose(() => {
      if (open.get(key) !== panel) return;
      open.delete(key);
      keep(undefined);
    });
  };

  /**
   * After a reload VS Code wakes a panel only when its tab is looked at, and there is no way to do that from here. Topics that are opened
   * from elsewhere meanwhile get a panel with that one's state, and it takes the tab's place. Two tabs of one title are not told apart.
   */
  const sleeping = (title: string): Tab | undefined => {
    const tabs = window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(({ input, label }) => input instanceof TabInputWebview && isOurs(input) && label === title);
    return tabs.length === 1 ? tabs[0] : undefined;
  };

  const active = (): MessagesPanel => {
    const panel = [...open.values()].find((one) => one.active);
    if (panel) return panel;
    throw new UserError("Open the messages of a topic first: this is about the Messages panel in front.", {
      code: "no-panel",
    });
  };

  return {
    async open(target) {
      const { connectionId } = target;
      const connection = ctx.connections.get(connectionId);
      if (!connection) throw new UserError("The connection was removed: choose a topic of another one.");
      const choice = choiceOf(target);
      const key = subjectKey(connectionId, choice);
      const there = open.get(key);
      if (there) {
        there.reveal(target);
        return;
      }
      const last = ctx.settings.get("messages.last");
      const subject: PanelSubject = { connectionId, connectionName: connection.name, ...choice };
      const tab = sleeping(panelTitle(subject));
      const kept = tab && restoredPanel(workspaceState.get(keptAs(key)), last)?.state;
      const start = initialState(choice, last);
      const state = changedState(kept ?? { ...start, layout: layouts.get(key) ?? start.layout }, target);
      if (tab && kept) await window.tabGroups.close(tab, true);
      const name = choiceName(choice);
      const webview = window.createWebviewPanel(panels.messages, name, ViewColumn.Active, { enableScripts: true });
      adopt(webview, subject, state);
    },

    async restore(webview, kept) {
      const panel = restoredPanel(kept, ctx.settings.get("messages.last"));
      const choice = panel && normalChoice(panel.state.query);
      const there = panel && choice && open.get(subjectKey(panel.connectionId, choice));
      if (!panel || !choice || there) {
        webview.dispose();
        there?.reveal({});
        return;
      }
      const { connectionId, state } = panel;
      const connectionName = ctx.connections.get(connectionId)?.name ?? panel.connectionName;
      adopt(webview, { connectionId, connectionName, ...choice }, { ...state, query: { ...state.query, ...choice } });
    },

    openLink: (link) => openLink(ctx, link),
    copyLink: async () => active().copyLink(),
    exportShown: async () => active().exportShown(),

    dispose() {
      for (const panel of [...open.values()]) panel.dispose();
      shared.documents.dispose();
      shared.fingerprints.dispose();
    },
  };
}

function choiceOf(target: MessagesTarget): TopicChoice {
  const choice = normalChoice("topic" in target ? { topics: [target.topic], pattern: null } : target.choice);
  if (choice.topics.length === 0 && choice.pattern === null)
    throw new UserError("Choose at least one topic.", { code: "no-topic" });
  return choice;
}

/** VS Code puts a prefix of its own before the view type. */
const isOurs = (input: TabInputWebview): boolean => input.viewType.endsWith(panels.messages);
