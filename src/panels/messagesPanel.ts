import { isDeepStrictEqual } from "node:util";
import { type Disposable, Uri, type WebviewPanel } from "vscode";
import type { Ctx } from "../context.ts";
import { Owner } from "../platform/disposables.ts";
import { logError, reportError } from "../platform/errors.ts";
import type { TextDocuments } from "../platform/textDocuments.ts";
import type { ReadQuery, ViewSpec } from "../shared/messages.ts";
import type { MessagesHostEvents, MessagesHostMethods, MessagesInit, MessagesState } from "../shared/protocol.ts";
import type { Local } from "../shared/rpc.ts";
import { CancelledError } from "../shared/userError.ts";
import { partitionsOf } from "./clusterLists.ts";
import type { DecodingStore } from "./decodingStore.ts";
import { exportRows, pickFormat } from "./exportRows.ts";
import { exportColumns } from "./exportTexts.ts";
import type { FilterStore } from "./filterStore.ts";
import type { FingerprintFiles } from "./fingerprintFiles.ts";
import type { FormatStore } from "./formatStore.ts";
import { changedState, type PanelChange } from "./panelChange.ts";
import { copyLink, panelMethods } from "./panelMethods.ts";
import { choiceName, onlyTopic, type PanelSubject, panelTitle } from "./subject.ts";
import { TopicDecodings } from "./topicDecodings.ts";
import { TopicProducer } from "./topicProducer.ts";
import { TopicReader } from "./topicReader.ts";
import { webviewHtml, webviewRoots } from "./webviewHtml.ts";
import { WebviewRpc } from "./webviewRpc.ts";

/** What all panels share. */
export interface SharedParts {
  documents: TextDocuments;
  filters: FilterStore;
  decodings: DecodingStore;
  fingerprints: FingerprintFiles;
  formats: FormatStore;
}

/**
 * One Messages panel: its webview, and what works for it here. Closing it ends all of that. Hidden, its webview is thrown away, and the
 * reading goes on to where the query ends; a live one goes on within the bounds of the ring.
 */
export class MessagesPanel implements Disposable {
  readonly subject: PanelSubject;
  private readonly ctx: Ctx;
  private readonly panel: WebviewPanel;
  private readonly owner = new Owner();
  private readonly reader: TopicReader;
  private readonly rpc: WebviewRpc<MessagesHostMethods, MessagesHostEvents>;
  private readonly ended = new AbortController();
  private readonly keep: (state: MessagesState) => void;
  private state: MessagesState;
  private partitions: number[] | null = null;

  constructor(
    ctx: Ctx,
    panel: WebviewPanel,
    shared: SharedParts,
    subject: PanelSubject,
    state: MessagesState,
    keep: (state: MessagesState) => void,
  ) {
    this.ctx = ctx;
    this.panel = panel;
    this.subject = subject;
    this.state = state;
    this.keep = keep;
    const { extensionUri } = ctx.extension;
    const { connectionId } = subject;

    const decodings = this.owner.own(
      new TopicDecodings(ctx, connectionId, shared.decodings, (name, decoding) =>
        this.reader.setDecoding(name, decoding),
      ),
    );
    this.reader = new TopicReader(ctx, connectionId, decodings, shared.fingerprints, {
      status: (status) => this.rpc.emit("status", status),
      viewRefused: (view, why) => this.refused({ view }, why),
    });
    const topic = onlyTopic(subject);
    const producer =
      topic === null
        ? null
        : this.owner.own(
            new TopicProducer({
              ctx,
              connectionId,
              topic,
              formats: shared.formats,
              decodings,
              registry: this.reader.registry,
            }),
          );
    const parts = { ctx, subject, reader: this.reader, producer, ...shared, decodings };
    const methods: Local<MessagesHostMethods> = { ...panelMethods(parts), ...this.methods() };
    this.rpc = this.owner.own(new WebviewRpc(panel.webview, methods));
    this.owner.own(panel.onDidDispose(() => this.dispose()));
    this.owner.own(ctx.connections.onDidChange((id) => id === connectionId && this.connectionChanged()));
    this.owner.own(ctx.settings.onDidChange((key) => key.startsWith("messages.ring") && this.reader.limitsChanged()));

    panel.iconPath = {
      light: Uri.joinPath(extensionUri, "media", "messages-light.svg"),
      dark: Uri.joinPath(extensionUri, "media", "messages-dark.svg"),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: webviewRoots(extensionUri) };
    this.entitle();
    panel.webview.html = webviewHtml(panel.webview, extensionUri, "messages", panel.title);
    // reading begins while the webview still loads
    this.reader.setView(state.view).catch((error) => logError(ctx, error));
    this.start(state.query);
    this.askPartitions();
  }

  get active(): boolean {
    return this.panel.active;
  }

  /** Brings it to the front; what is asked for anew is read and shown. */
  reveal(change: PanelChange): void {
    this.panel.reveal();
    const before = this.state;
    const after = changedState(before, change);
    this.state = after;
    if (!isDeepStrictEqual(before.view, after.view)) {
      this.reader.setView(after.view).catch((error) => this.refused({ view: before.view }, error));
      this.rpc.emit("view", { view: after.view, filter: after.filter });
    }
    // asked for again, it is read again
    if (change.partitions || change.from || !isDeepStrictEqual(before.query, after.query)) {
      this.start(after.query, before.query);
      this.rpc.emit("query", after.query);
    }
    if (change.produce) this.rpc.emit("showProduce", undefined);
    if (after !== before) this.keep(after);
  }

  /** Copies a link to what it shows now. */
  async copyLink(): Promise<void> {
    const { connectionId: id, connectionName: name } = this.subject;
    await copyLink(this.ctx, { connection: { id, name }, query: this.state.query, view: this.state.view });
  }

  /** Exports all that it shows, in a format that the user picks. */
  async exportShown(): Promise<void> {
    const format = await pickFormat(this.ctx);
    if (!format) throw new CancelledError();
    const columns = exportColumns(this.state.view.fields);
    await exportRows(this.ctx, this.reader, { format, seqs: null, columns, choice: this.subject });
  }

  dispose(): void {
    if (this.ended.signal.aborted) return;
    this.ended.abort();
    void this.reader.dispose();
    this.owner.dispose();
    this.panel.dispose();
  }

  /** In the background: what fails is the status, but for a filter that cannot be used while something else is read. */
  private start(query: ReadQuery, former = query): void {
    this.reader.start(query).catch((error) => this.refused({ query: former }, error));
  }

  /** What the host asked for is not to be had: it is as it was, and the user hears why. */
  private refused({ query, view }: Partial<Pick<MessagesState, "query" | "view">>, why: unknown): void {
    if (query) {
      this.state = { ...this.state, query };
      this.rpc.emit("query", query);
    }
    if (view) {
      this.state = { ...this.state, view };
      this.rpc.emit("view", { view, filter: this.state.filter });
    }
    void reportError(this.ctx, why);
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
    partitionsOf(this.ctx, this.subject.connectionId, this.subject, this.ended.signal).then(
      (partitions) => {
        this.partitions = partitions;
        this.rpc.emit("init", this.init());
      },
      // reading fails for the same reason, and says so in the panel
      (error) => logError(this.ctx, error),
    );
  }

  private init(): MessagesInit {
    const { connectionId, connectionName } = this.subject;
    const connection = this.ctx.connections.get(connectionId);
    return {
      connectionId,
      connectionName: connection?.name ?? connectionName,
      name: choiceName(this.subject),
      topic: onlyTopic(this.subject),
      partitions: this.partitions,
      hasRegistry: connection?.registry != null,
      defaultLast: this.ctx.settings.get("messages.last"),
      state: this.state,
      status: this.reader.status,
      locale: Intl.DateTimeFormat().resolvedOptions().locale,
      problem: null,
    };
  }

  private methods(): Pick<Local<MessagesHostMethods>, "init" | "remember" | "start" | "setView" | "copyLink"> {
    return {
      init: () => this.init(),
      remember: (state) => {
        // what is read and shown is known here: what the webview says of it may have been overtaken
        this.state = { ...state, query: this.state.query, view: this.state.view };
        this.keep(this.state);
      },
      start: async (query) => {
        // the topics are the panel's: others are another panel
        const { topics, pattern } = this.subject;
        const asked: ReadQuery = { ...query, topics, pattern };
        await this.reader.start(asked);
        this.state = { ...this.state, query: asked };
      },
      setView: async (view: ViewSpec, signal) => {
        await this.reader.setView(view, signal);
        this.state = { ...this.state, view };
      },
      copyLink: () => this.copyLink(),
    };
  }
}
