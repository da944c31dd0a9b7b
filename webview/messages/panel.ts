import type { EngineEvents, ExportColumn, ReadQuery } from "../../src/shared/messages.ts";
import type {
  MessagesHostEvents,
  MessagesHostMethods,
  MessagesInit,
  MessagesState,
  PanelLayout,
  SerializedPanel,
} from "../../src/shared/protocol.ts";
import type { Rpc } from "../../src/shared/rpc.ts";
import { isCancelled, messageOf } from "../../src/shared/userError.ts";
import { useLocale } from "../ui/format.ts";
import type { VirtualGrid } from "../ui/virtualGrid.ts";
import { exportColumns } from "./columns.ts";
import { Filtering } from "./filtering.ts";
import { KeyHistory } from "./historyTab.ts";
import { Marks } from "./marks.ts";
import { Producing } from "./producing.ts";
import { Reading } from "./reading.ts";
import { Schemas } from "./schemas.ts";
import { Selection } from "./selection.ts";
import { TreeState } from "./treeState.ts";

export type HostRpc = Rpc<object, MessagesHostMethods, object, MessagesHostEvents>;

/** A sentence that stands above the grid until it is dismissed or retried. */
export interface Trouble {
  message: string;
  retry: (() => void) | null;
}

export interface PanelHost {
  rpc: HostRpc;
  setState(state: SerializedPanel): void;
}

const roomForBoth = matchMedia("(min-width: 1480px)");

/** The state of the Messages panel on this side, in parts, and the way to have it drawn again. Nothing here knows how it looks. */
export class Panel {
  readonly rpc: HostRpc;
  readonly init: MessagesInit;
  readonly reading: Reading;
  readonly selection: Selection;
  readonly producing: Producing;
  readonly filtering: Filtering;
  readonly marks: Marks;
  readonly history: KeyHistory;
  readonly schemas: Schemas;
  readonly tree = new TreeState();
  layout: PanelLayout;
  partitions: number[] | null;
  trouble: Trouble | null = null;
  said: string | null = null;
  private sayingTimer: ReturnType<typeof setTimeout> | undefined;
  /** set by the view once it is there */
  grid: VirtualGrid | null = null;
  private readonly host: PanelHost;
  private readonly draw: () => void;
  private saving: ReturnType<typeof setTimeout> | null = null;

  constructor(host: PanelHost, init: MessagesInit, draw: () => void) {
    this.host = host;
    this.rpc = host.rpc;
    this.draw = draw;
    this.init = init;
    this.partitions = init.partitions;
    this.layout = init.state.layout;
    useLocale(init.locale);
    this.selection = new Selection(this, init.state);
    this.producing = new Producing(this, init.state);
    this.filtering = new Filtering(this, init.state);
    this.marks = new Marks(this);
    this.history = new KeyHistory(this);
    this.schemas = new Schemas(this);
    this.reading = new Reading(this, init.state);
    if (init.status) this.reading.take(init.status);
    if (init.problem) this.trouble = { message: init.problem, retry: () => this.reading.restart() };
    this.rpc.on("status", (status: EngineEvents["status"]) => this.reading.take(status));
    this.rpc.on("init", (next: MessagesInit) => {
      this.partitions = next.partitions;
      this.changed();
    });
    this.rpc.on("query", (query: ReadQuery) => {
      this.reading.query = query;
      this.save();
      this.changed();
    });
    this.rpc.on("view", ({ view, filter }) => {
      this.reading.view = view;
      this.filtering.draft = filter;
      this.save();
      this.changed();
    });
    this.rpc.on("showProduce", () => this.producing.show());
    if (init.state.produceOpen) void this.producing.loadContext();
    // a panel that nobody touches has to come back after a reload too
    this.save();
  }

  /** The message pane gives way to the produce form where the panel is too narrow for both. */
  get detailShown(): boolean {
    return this.selection.open && !(this.producing.open && !roomForBoth.matches);
  }

  /** Something that is drawn has changed. */
  changed(): void {
    this.draw();
  }

  /** Runs a call; what it rejects with becomes a sentence above the grid, with a way to try again. */
  async attempt(call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.failed(error, () => void this.attempt(call));
    }
  }

  /** What an export takes of each message: the columns that are shown. */
  exportColumns(): ExportColumn[] {
    return exportColumns(this);
  }

  /** A short word at the status line, also for screen readers; gone after a while. */
  say(text: string): void {
    this.said = text;
    clearTimeout(this.sayingTimer);
    this.sayingTimer = setTimeout(() => {
      this.said = null;
      this.changed();
    }, 4000);
    this.changed();
  }

  failed(error: unknown, retry: (() => void) | null): void {
    if (isCancelled(error)) return;
    this.trouble = {
      message: messageOf(error),
      retry:
        retry &&
        (() => {
          this.trouble = null;
          this.changed();
          retry();
        }),
    };
    this.changed();
  }

  /** Remembers, soon, what a reload shall bring back. */
  save(): void {
    this.saving ??= setTimeout(() => {
      this.saving = null;
      const state = this.state();
      this.host.setState({
        connectionId: this.init.connectionId,
        connectionName: this.init.connectionName,
        state,
      });
      void this.attempt(() => this.rpc.call("remember", [state]));
    }, 150);
  }

  private state(): MessagesState {
    const scroll = this.grid?.position;
    return {
      query: this.reading.query,
      view: this.reading.view,
      filter: this.filtering.draft,
      detailTab: this.selection.tab,
      detailOpen: this.selection.open,
      selected: this.selection.record && {
        topic: this.selection.record.topic,
        partition: this.selection.record.partition,
        offset: this.selection.record.offset,
      },
      draft: this.producing.draft,
      produceOpen: this.producing.open,
      layout: this.layout,
      place: scroll
        ? { run: this.reading.rows.run, top: scroll.top / scroll.rowHeight, following: scroll.follow }
        : null,
    };
  }
}
