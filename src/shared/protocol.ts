import type {
  DraftField,
  DraftFormat,
  DraftHelp,
  DraftProblem,
  ProduceContext,
  ProduceDraft,
  ProduceOutcome,
  SchemaFile,
} from "./draft.ts";
import type {
  CopyFormat,
  EngineEvents,
  EngineMethods,
  ExportColumn,
  ExportFormat,
  Filter,
  FilterPart,
  FilterProblem,
  PayloadPart,
  ReaderStatus,
  ReadQuery,
  SchemaRef,
  TopicChoice,
  ViewSpec,
} from "./messages.ts";
import type { NamedSchema, SchemaDifferences } from "./schemaUse.ts";

/** What the Messages webview may ask of the host. The engine's methods are relayed to the reader worker as they are. */
export interface MessagesHostMethods extends Omit<EngineMethods, "export" | "copyAs" | "setDecoding" | "setLimits"> {
  /** everything the webview needs to draw its first frame */
  init(): MessagesInit;
  /** remembers what a reload must bring back (the webview also keeps it in its own state) */
  remember(state: MessagesState): void;
  produceContext(): ProduceContext;
  /** remembers for the topic how a field is written */
  keepFormat(part: "key" | "value", format: DraftFormat): void;
  /** what the field's schema offers */
  draftHelp(part: "key" | "value", field: DraftField): DraftHelp;
  /** asks for a schema file of the workspace and, where it has several, a message; null when the user leaves */
  pickSchemaFile(part: "key" | "value"): { file: SchemaFile; message: string | null } | null;
  /** a kept record as a draft that gives the same bytes */
  draftOf(seq: number): ProduceDraft;
  /** checks a draft without sending it: problems by field */
  validateDraft(draft: ProduceDraft): DraftProblem[];
  produce(draft: ProduceDraft): ProduceOutcome;
  copyText(text: string): void;
  /** copies kept records, in the order given; resolves to how many were still kept */
  copyRows(seqs: number[], format: CopyFormat): number;
  /** asks where to, writes with progress that can be cancelled, and offers to open the file; null seqs: all that the view shows */
  exportRows(format: ExportFormat, seqs: number[] | null, columns: ExportColumn[]): void;
  /** asks for the topic and for a yes, then produces the records' bytes again */
  resendRows(seqs: number[]): void;
  /** opens two records side by side in VS Code's diff editor */
  compare(left: number, right: number): void;
  /** opens a payload in full as a read-only document in the language of its format */
  openPayload(seq: number, part: PayloadPart): void;
  /** asks how the topic's keys or values are to be understood; resolves to false when the user leaves it as it is */
  chooseDecoding(topic: string, part: "key" | "value"): boolean;
  /** checks a filter without using it */
  checkFilter(filter: Filter): FilterProblem | null;
  filters(): FilterLists;
  /** asks for a name and where to keep it; resolves to the lists as they are then */
  saveFilter(filter: Filter): FilterLists;
  deleteFilter(name: string, scope: FilterScope): FilterLists;
  /** remembers that a filter was used */
  usedFilter(filter: Filter): void;
  /** copies a link that opens this view */
  copyLink(): void;
  /** names of the cluster's consumer groups */
  groups(): string[];
  /** names of the cluster's topics, internal ones left out */
  topics(): string[];
  /** opens a panel that reads other topics than this one */
  openTopics(choice: TopicChoice): void;
  /** opens text as an untitled or virtual document with the given language */
  openText(text: string, languageId: string, title: string): void;
  /** what changed between two schemas that messages name, in words */
  schemaChanges(older: NamedSchema, newer: NamedSchema): SchemaDifferences;
  /** opens a schema as a read-only document */
  openSchema(schema: NamedSchema): void;
  /** what the registry knows of a schema; rejects when it does not say */
  schemaRef(schema: NamedSchema): SchemaRef;
  /** runs one of the few commands that the panel offers */
  command(name: "showLog" | "editConnection" | "testConnection"): void;
}

export interface MessagesHostEvents extends EngineEvents {
  /** the host asks the panel to show its produce form */
  showProduce: undefined;
  /** the host started another query than the webview asked for */
  query: ReadQuery;
  /** the host shows another view than the webview asked for (a link was opened) */
  view: { view: ViewSpec; filter: FilterDraft };
  /** topic metadata changed (partitions were added) or settings did */
  init: MessagesInit;
}

export type FilterScope = "workspace" | "global";

export interface SavedFilter {
  name: string;
  scope: FilterScope;
  filter: Filter;
}

export interface FilterLists {
  saved: SavedFilter[];
  /** the latest first */
  recent: Filter[];
}

/** The filter line: what is written there, which may not be in use yet, and what it is applied to. */
export interface FilterDraft {
  kind: Filter["kind"];
  text: string;
  caseSensitive: boolean;
  parts: FilterPart[];
  /** "kept": among the messages that are kept, at once; "topic": reads, and keeps only what matches */
  scope: "kept" | "topic";
}

/** Which record it is, whatever run it was read in. */
export interface RecordRef {
  topic: string;
  partition: number;
  offset: string;
}

/** What a reload brings back. */
export interface MessagesState {
  query: ReadQuery;
  view: ViewSpec;
  filter: FilterDraft;
  /** "value" | "key" | "headers" | "record" | "hex" */
  detailTab: string;
  detailOpen: boolean;
  selected: RecordRef | null;
  draft: ProduceDraft | null;
  produceOpen: boolean;
  layout: PanelLayout;
  /** where the grid stands (place in the view), to come back to after the panel was hidden; of no use to another run */
  place: { run: number; top: number; following: boolean } | null;
}

/**
 * How the user arranged the panel; kept for each topic. Sizes in CSS pixels; null or missing: the panel's own choice.
 */
export interface PanelLayout {
  /** widths by column id; a field's id is "field:" and its path */
  columns: Record<string, number>;
  /** ids of the columns that are shown, in order; null: the panel's own choice */
  order: string[] | null;
  time: "local" | "utc" | "relative" | "epoch";
  density: "compact" | "normal" | "comfortable";
  timeline: boolean;
  /** width of the detail pane beside the grid */
  detailWidth: number | null;
  /** height of the detail pane below the grid, where the panel is narrow */
  detailHeight: number | null;
  produceWidth: number | null;
  /** values as trees instead of text */
  tree: boolean;
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
  /** what the panel reads, as a name: "orders", "orders, payments", "/^orders\\./" */
  name: string;
  /** the topic, where it is exactly one: then messages can be produced to it */
  topic: string | null;
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
