import type { EngineEvents, EngineMethods, ReaderStatus, ReadQuery } from "./messages.ts";

/** What the Messages webview may ask of the host. The engine's methods are relayed to the reader worker as they are. */
export interface MessagesHostMethods extends EngineMethods {
  /** everything the webview needs to draw its first frame */
  init(): MessagesInit;
  /** remembers what a reload must bring back (the webview also keeps it in its own state) */
  remember(state: MessagesState): void;
  produceContext(): ProduceContext;
  /** checks a draft without sending it: problems by field */
  validateDraft(draft: ProduceDraft): DraftProblem[];
  produce(draft: ProduceDraft): ProduceOutcome;
  copyText(text: string): void;
  /** opens text as an untitled or virtual document with the given language */
  openText(text: string, languageId: string, title: string): void;
  /** runs one of the few commands that the panel offers */
  command(name: "showLog" | "editConnection" | "testConnection"): void;
}

export interface MessagesHostEvents extends EngineEvents {
  /** the host asks the panel to show its produce form */
  showProduce: undefined;
  /** the host started another query than the webview asked for */
  query: ReadQuery;
  /** topic metadata changed (partitions were added) or settings did */
  init: MessagesInit;
}

/** What a reload brings back. */
export interface MessagesState {
  query: ReadQuery;
  /** "value" | "key" | "headers" | "record" | "hex" */
  detailTab: string;
  detailOpen: boolean;
  selected: { partition: number; offset: string } | null;
  draft: ProduceDraft | null;
  produceOpen: boolean;
  layout: PanelLayout;
  /** where the grid stands, to come back to after the panel was hidden; of no use to another run */
  view: { run: number; topSeq: number; following: boolean } | null;
}

/** Sizes that the user dragged, in CSS pixels; null or missing: the panel's own choice. */
export interface PanelLayout {
  columns: Record<string, number>;
  /** width of the detail pane beside the grid */
  detailWidth: number | null;
  /** height of the detail pane below the grid, where the panel is narrow */
  detailHeight: number | null;
  produceWidth: number | null;
}

/** What the webview leaves with VS Code (`setState`), and a serializer gets back after a window reload. */
export interface SerializedPanel {
  connectionId: string;
  connectionName: string;
  state: MessagesState;
}

export interface MessagesInit {
  connectionId: string;
  connectionName: string;
  topic: string;
  /** null when the cluster could not be asked yet */
  partitions: number[] | null;
  hasRegistry: boolean;
  defaultLast: number;
  state: MessagesState;
  /** what the engine last said; null before its first word */
  status: ReaderStatus | null;
  /** BCP 47, for numbers and dates */
  locale: string;
  problem: string | null;
}

/** How a field of a draft is turned into bytes. "schema": encoded with the subject's latest schema, entered as JSON. */
export type DraftEncoding = "text" | "json" | "hex" | "schema" | "null";

export interface DraftField {
  encoding: DraftEncoding;
  text: string;
  /** for "schema" */
  subject?: string;
}

export interface ProduceDraft {
  key: DraftField;
  value: DraftField;
  headers: { key: string; value: string; isNull: boolean }[];
  /** null: by key (murmur2, as Java's default), or round robin without a key */
  partition: number | null;
}

export interface ProduceContext {
  partitions: number[];
  subjects: { key: SubjectInfo[]; value: SubjectInfo[] };
  /** why schemas cannot be offered; null when they can or there is no registry */
  registryProblem: string | null;
}

export interface SubjectInfo {
  subject: string;
  version: number;
  id: number;
  type: string;
  /** a JSON value that the schema accepts, to start from */
  example: string;
}

export interface DraftProblem {
  field: "key" | "value" | "headers" | "partition";
  /** index of the header row */
  index?: number;
  message: string;
  /** path in the JSON value, like $.items[0].qty */
  path?: string;
  /** position in the text, when the text itself is wrong */
  at?: number;
}

export type ProduceOutcome =
  | { ok: true; partition: number; offset: string; timestamp: string }
  | { ok: false; message: string; problems: DraftProblem[] };
