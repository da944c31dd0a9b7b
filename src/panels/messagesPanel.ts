import { type Disposable, Uri, type WebviewPanel } from "vscode";
import type { Ctx } from "../context.ts";
import { commands } from "../ids.ts";
import { Owner } from "../platform/disposables.ts";
import { logError } from "../platform/errors.ts";
import type { ReadFrom, ReadQuery } from "../shared/messages.ts";
import type { MessagesHostEvents, MessagesHostMethods, MessagesInit, MessagesState } from "../shared/protocol.ts";
import type { Local } from "../shared/rpc.ts";
import type { TextDocuments } from "./textDocuments.ts";
import { TopicProducer } from "./topicProducer.ts";
import { TopicReader } from "./topicReader.ts";
import { webviewHtml, webviewRoots } from "./webviewHtml.ts";
import { WebviewRpc } from "./webviewRpc.ts";

export interface PanelSubject {
  connectionId: string;
  connectionName: string;
  topic: string;
}

export const panelTitle = ({ topic, connectionName }: PanelSubject): string => `${topic} — ${connectionName}`;

/** One Messages panel: its webview, and what works for it here. Closing it ends all of that. */
export class MessagesPanel implements Disposable {
  readonly subject: PanelSubject;
  private readonly ctx: Ctx;
  private readonly panel: WebviewPanel;
  private readonly documents: TextDocuments;
  private readonly owner = new Owner();
  private readonly reader: TopicReader;
  private readonly producer: TopicProducer;
  private readonly rpc: WebviewRpc<MessagesHostMethods, MessagesHostEvents>;
  private readonly ended = new AbortController();
  private readonly keep: (state: MessagesState) => void;
  private state: MessagesState;
  private partitions: number[] | null = null;

  constructor(
    ctx: Ctx,
    panel: WebviewPanel,
    documents: TextDocuments,
    subject: PanelSubject,
    state: MessagesState,
    remember: (state: MessagesState) => void,
  ) {
    this.keep = remember;
    this.ctx = ctx;
    this.panel = panel;
    this.documents = documents;
    this.subject = subject;
    this.state = state;
    const { extensionUri } = ctx.extension;
    const { connectionId, topic } = subject;

    this.reader = new TopicReader(ctx, connectionId, (status) => this.rpc.emit("status", status));
    this.producer = this.owner.own(new TopicProducer(ctx, connectionId, topic));
    this.rpc = this.owner.own(new WebviewRpc(panel.webview, this.methods()));
    this.owner.own(panel.onDidDispose(() => this.dispose()));
    this.owner.own(ctx.connections.onDidChange((id) => id === connectionId && this.connectionChanged()));
    this.owner.own(ctx.settings.onDidChange((key) => key.startsWith("messages.ring") && this.reader.renew()));

    panel.iconPath = {
      light: Uri.joinPath(extensionUri, "media", "messages-light.svg"),
      dark: Uri.joinPath(extensionUri, "media", "messages-dark.svg"),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: webviewRoots(extensionUri) };
    this.entitle();
    panel.webview.html = webviewHtml(panel.webview, extensionUri, "messages", panel.title);
    // reading begins while the webview still loads
    this.start(state.query);
    this.askPartitions();
  }

  /** Brings it to the front; what is asked for anew is read. */
  reveal(change: { partitions?: number[]; from?: ReadFrom; produce?: boolean }): void {
    this.panel.reveal();
    const { partitions, from, produce } = change;
    if (partitions || from) {
      this.state.query = { ...this.state.query, ...(partitions ? { partitions } : {}), ...(from ? { from } : {}) };
      this.start(this.state.query);
      this.rpc.emit("query", this.state.query);
    }
    if (produce) {
      this.state.produceOpen = true;
      this.rpc.emit("showProduce", undefined);
    }
  }

  dispose(): void {
    if (this.ended.signal.aborted) return;
    this.ended.abort();
    void this.reader.dispose();
    this.owner.dispose();
    this.panel.dispose();
  }

  private start(query: ReadQuery): void {
    void this.reader.start(query);
  }

  private entitle(): void {
    this.panel.title = panelTitle(this.subject);
  }

  private connectionChanged(): void {
    this.reader.renew();
    const connection = this.ctx.connections.get(this.subject.connectionId);
    if (connection) {
      this.subject.connectionName = connection.name;
      this.entitle();
    }
    // what failed may work with the connection as it is now; what is being read is left alone
    if (connection && this.reader.status.state === "failed") this.start(this.state.query);
    this.askPartitions();
  }

  /** In the background: the panel shows messages before it knows what the chooser of partitions offers. */
  private askPartitions(): void {
    this.producer.partitions(this.ended.signal).then(
      (partitions) => {
        this.partitions = partitions;
        this.rpc.emit("init", this.init());
      },
      // reading fails for the same reason, and says so in the panel
      (error) => logError(this.ctx, error),
    );
  }

  private init(): MessagesInit {
    const { connectionId, connectionName, topic } = this.subject;
    const connection = this.ctx.connections.get(connectionId);
    return {
      connectionId,
      connectionName: connection?.name ?? connectionName,
      topic,
      partitions: this.partitions,
      hasRegistry: connection?.registry != null,
      defaultLast: this.ctx.settings.get("messages.last"),
      state: this.state,
      status: this.reader.status,
      locale: Intl.DateTimeFormat().resolvedOptions().locale,
      problem: null,
    };
  }

  private methods(): Local<MessagesHostMethods> {
    const { reader, producer } = this;
    const { connectionId } = this.subject;
    return {
      init: () => this.init(),
      remember: (state) => {
        this.state = { ...state, query: this.state.query };
        this.keep(this.state);
      },
      start: async (query) => {
        this.state.query = { ...query, topic: this.subject.topic };
        await reader.start(this.state.query);
      },
      pause: (signal) => reader.call("pause", [], signal),
      resume: (signal) => reader.call("resume", [], signal),
      clear: (signal) => reader.call("clear", [], signal),
      rows: (from, to, signal) => reader.call("rows", [from, to], signal),
      detail: (seq, ...rest) => {
        // without the optional argument the signal comes in its place
        const [maxChars, signal] = rest.length === 2 ? rest : [undefined, rest[0] as unknown as AbortSignal];
        return reader.call("detail", maxChars === undefined ? [seq] : [seq, maxChars], signal);
      },
      bytes: (seq, part, from, to, signal) => reader.call("bytes", [seq, part, from, to], signal),
      find: (partition, offset, signal) => reader.call("find", [partition, offset], signal),
      produceContext: (signal) => producer.context(signal),
      validateDraft: (draft) => producer.validate(draft),
      // not cancelled when the webview goes: what is being sent is sent
      produce: (draft) => producer.produce(draft),
      copyText: (text) => this.ctx.ui.copy(text),
      openText: (text, languageId, title) => this.documents.open(text, languageId, title),
      command: (name) => {
        void this.ctx.run(commands[name], { connectionId });
      },
    };
  }
}
