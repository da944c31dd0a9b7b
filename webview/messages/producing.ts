import type {
  DraftEncoding,
  DraftField,
  DraftProblem,
  MessagesState,
  ProduceContext,
  ProduceDraft,
  ProduceOutcome,
  RecordRef,
} from "../../src/shared/protocol.ts";
import { isCancelled, messageOf } from "../../src/shared/userError.ts";
import type { Panel } from "./panel.ts";

const emptyDraft = (): ProduceDraft => ({
  key: { encoding: "text", text: "" },
  value: { encoding: "json", text: "" },
  headers: [],
  partition: null,
});

/** The produce form: the draft (which nothing but the user changes), what is wrong with it, and how sending went. */
export class Producing {
  open: boolean;
  draft: ProduceDraft;
  context: ProduceContext | null = null;
  contextProblem: string | null = null;
  problems: DraftProblem[] = [];
  sending = false;
  outcome: ProduceOutcome | null = null;
  /** fields that were edited: problems of the others are not said before sending */
  private readonly touched = new Set<DraftProblem["field"]>();
  private readonly pristine: boolean;
  private checking: ReturnType<typeof setTimeout> | null = null;
  private checkAbort: AbortController | null = null;
  private readonly panel: Panel;

  constructor(panel: Panel, state: MessagesState) {
    this.panel = panel;
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

  /** A topic with a schema is written with it, unless the user already began otherwise. */
  private suggest(part: "key" | "value"): void {
    const subject = this.context?.subjects[part].find((s) => s.subject === `${this.panel.init.topic}-${part}`);
    if (!subject || !this.pristine || this.touched.has(part) || this.draft[part].text !== "") return;
    this.draft = { ...this.draft, [part]: { encoding: "schema", subject: subject.subject, text: subject.example } };
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

  editField(part: "key" | "value", change: Partial<DraftField>): void {
    this.edit(part, { [part]: { ...this.draft[part], ...change } });
  }

  setEncoding(part: "key" | "value", choice: string): void {
    const [encoding, subject] = choice.split(/:(.*)/s) as [DraftEncoding, string | undefined];
    const text = this.draft[part].text;
    const field: DraftField = { encoding, text };
    if (encoding === "schema" && subject) {
      field.subject = subject;
      if (text.trim() === "") field.text = this.exampleOf(part, subject) ?? "";
    }
    this.edit(part, { [part]: field });
  }

  exampleOf(part: "key" | "value", subject: string | undefined): string | null {
    return this.context?.subjects[part].find((s) => s.subject === subject)?.example ?? null;
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
