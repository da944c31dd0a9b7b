import type {
  DraftField,
  DraftFormat,
  DraftProblem,
  ProduceContext,
  ProduceDraft,
  ProduceOutcome,
} from "../../src/shared/draft.ts";
import type { MessagesState, RecordRef } from "../../src/shared/protocol.ts";
import { isCancelled, messageOf } from "../../src/shared/userError.ts";
import type { Panel } from "./panel.ts";
import { DraftHelps } from "./produceHelps.ts";

type Part = "key" | "value";

const emptyDraft = (): ProduceDraft => ({
  key: { encoding: "text", text: "" },
  value: { encoding: "json", text: "" },
  headers: [],
  partition: null,
});

const takesJson = ({ encoding }: DraftFormat): boolean => ["json", "messagepack", "cbor", "smile"].includes(encoding);

/** The produce form: the draft (which nothing but the user changes), what is wrong with it, and how sending went. */
export class Producing {
  open: boolean;
  draft: ProduceDraft;
  context: ProduceContext | null = null;
  contextProblem: string | null = null;
  problems: DraftProblem[] = [];
  sending = false;
  outcome: ProduceOutcome | null = null;
  /** the message that the draft was made of, and the draft that it took the place of; null: another draft */
  edited: { partition: number; offset: string; former: ProduceDraft | null } | null = null;
  readonly helps: DraftHelps;
  /** fields that were edited: problems of the others are not said before sending */
  private readonly touched = new Set<DraftProblem["field"]>();
  private pristine: boolean;
  private checking: ReturnType<typeof setTimeout> | null = null;
  private checkAbort: AbortController | null = null;
  private readonly panel: Panel;

  constructor(panel: Panel, state: MessagesState) {
    this.panel = panel;
    this.helps = new DraftHelps(panel);
    this.open = state.produceOpen;
    this.pristine = state.draft === null;
    this.draft = state.draft ?? emptyDraft();
  }

  show(): void {
    this.open = true;
    this.panel.save();
    this.panel.changed();
    if (!this.context) void this.loadContext();
    requestAnimationFrame(() => document.getElementById("produce-value")?.focus());
  }

  hide(): void {
    this.open = false;
    this.panel.save();
    this.panel.changed();
    this.panel.grid?.focusRows();
  }

  async loadContext(): Promise<void> {
    this.contextProblem = null;
    this.panel.changed();
    try {
      this.context = await this.panel.rpc.call("produceContext", []);
      this.suggest("key");
      this.suggest("value");
    } catch (error) {
      if (!isCancelled(error)) this.contextProblem = messageOf(error);
    }
    this.panel.changed();
  }

  /** A topic is written as the last time, as it is read, or with its schema, unless the user already began otherwise. */
  private suggest(part: Part): void {
    const format = this.context?.formats[part] ?? this.ownSchema(part);
    if (!format || !this.pristine || this.touched.has(part) || this.draft[part].text !== "") return;
    this.draft = { ...this.draft, [part]: { ...format, text: "" } };
    void this.insertExample(part);
  }

  private ownSchema(part: Part): DraftFormat | null {
    const subject = this.context?.subjects[part].find((s) => s.subject === `${this.panel.init.topic}-${part}`);
    return subject ? { encoding: "schema", subject: subject.subject } : null;
  }

  problemsOf(field: DraftProblem["field"], index?: number): DraftProblem[] {
    if (!this.touched.has(field)) return [];
    return this.problems.filter((p) => p.field === field && (index === undefined || p.index === index));
  }

  edit(field: DraftProblem["field"], change: Partial<ProduceDraft>): void {
    this.draft = { ...this.draft, ...change };
    this.touched.add(field);
    this.outcome = null;
    this.panel.save();
    this.panel.changed();
    if (this.checking) clearTimeout(this.checking);
    this.checking = setTimeout(() => void this.check(), 250);
  }

  /** What was typed; an editor gives every line end as \n. */
  editText(part: Part, typed: string): void {
    const field = this.draft[part];
    const text = field.text.includes("\r\n") ? typed.replace(/\n/g, "\r\n") : typed;
    this.edit(part, { [part]: { ...field, text } });
  }

  /** Writes a field in another way. Its text stays, unless it is only an example of what was chosen before, which another format cannot take. */
  setFormat(part: Part, format: DraftFormat): void {
    const before = this.draft[part];
    const { text } = before;
    const isOwn = text.trim() !== "" && text !== this.helps.get(part, before)?.example;
    // an example is of use where JSON is entered as well
    const field: DraftField = { ...format, text: isOwn || takesJson(format) ? text : "" };
    this.edit(part, { [part]: field });
    this.keep(part, format);
    if (!isOwn) void this.insertExample(part);
  }

  /** A schema file of the workspace, which the user is asked for. */
  async chooseFile(part: Part): Promise<void> {
    const picked = await this.panel.rpc.call("pickSchemaFile", [part]);
    if (!picked) return;
    const { file, message } = picked;
    this.setFormat(part, { encoding: "file", file, ...(message === null ? {} : { message }) });
  }

  /** The next draft for the topic begins with it; what belongs to one message only is left out. */
  private keep(part: Part, { pinned, container, ...format }: DraftFormat): void {
    if (container || (format.encoding === "schema" && format.subject === undefined)) return;
    void this.panel.attempt(() => this.panel.rpc.call("keepFormat", [part, format]));
  }

  /** Replaces the text by an example of the field's schema, as long as the user does not write meanwhile. */
  async insertExample(part: Part): Promise<void> {
    const field = this.draft[part];
    const help = await this.helps.load(part, field);
    if (!help || help.example === "" || this.draft[part] !== field) return;
    this.edit(part, { [part]: { ...field, text: help.example } });
  }

  /** A kept message as the draft: until it is changed it gives the same bytes. */
  async editMessage(seq: number): Promise<void> {
    const { record } = this.panel.selection;
    const draft = await this.panel.rpc.call("draftOf", [seq]);
    const former = this.isWorthKeeping() ? this.draft : null;
    this.edited = { partition: record?.partition ?? 0, offset: record?.offset ?? "", former };
    this.take(draft);
    this.show();
  }

  bringBack(): void {
    const former = this.edited?.former;
    this.edited = null;
    if (former) this.take(former);
  }

  private take(draft: ProduceDraft): void {
    this.draft = draft;
    this.pristine = false;
    this.touched.clear();
    this.problems = [];
    this.outcome = null;
    this.panel.save();
    this.panel.changed();
  }

  private isWorthKeeping(): boolean {
    const { key, value, headers } = this.draft;
    const isOwn = (part: Part, field: DraftField) =>
      field.text.trim() !== "" && field.text !== this.helps.get(part, field)?.example && !field.original;
    return headers.length > 0 || isOwn("key", key) || isOwn("value", value);
  }

  private async check(): Promise<void> {
    this.checking = null;
    this.checkAbort?.abort();
    const abort = new AbortController();
    this.checkAbort = abort;
    try {
      const problems = await this.panel.rpc.call("validateDraft", [this.draft], abort.signal);
      if (abort.signal.aborted) return;
      this.problems = problems;
    } catch (error) {
      if (isCancelled(error)) return;
      this.contextProblem = messageOf(error);
    }
    this.panel.changed();
  }

  async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    this.outcome = null;
    for (const f of ["key", "value", "headers", "partition"] as const) this.touched.add(f);
    this.panel.changed();
    try {
      this.outcome = await this.panel.rpc.call("produce", [this.draft]);
    } catch (error) {
      this.outcome = isCancelled(error) ? null : { ok: false, message: messageOf(error), problems: [] };
    }
    this.sending = false;
    if (this.outcome) {
      this.problems = this.outcome.ok ? [] : this.outcome.problems;
      if (this.outcome.ok) this.panel.selection.await(this.sentRecord(this.outcome), 5000);
    }
    this.panel.changed();
  }

  /** Shows the message that was sent: in the grid when it is kept, else by reading from its offset. */
  async showSent(): Promise<void> {
    const sent = this.outcome;
    if (!sent?.ok) return;
    await this.panel.attempt(async () => {
      const record = this.sentRecord(sent);
      const { topic, partition, offset } = record;
      const seq = await this.panel.rpc.call("find", [topic, partition, offset]);
      this.panel.selection.open = true;
      if (seq !== null) {
        await this.panel.selection.jump(seq);
        return;
      }
      this.panel.reading.start({ from: { kind: "offsets", offsets: [record] }, to: { kind: "live" } });
      this.panel.selection.await(record, 10_000);
    });
  }

  private sentRecord({ partition, offset }: { partition: number; offset: string }): RecordRef {
    return { topic: this.panel.init.topic ?? "", partition, offset };
  }
}
