import type { SchemaRef } from "../../src/shared/messages.ts";
import type { NamedSchema, SchemaCount, SchemaDifferences, SchemaUse } from "../../src/shared/schemaUse.ts";
import { isCancelled, messageOf } from "../../src/shared/userError.ts";
import type { Panel } from "./panel.ts";

/** of all subjects together; more are not compared */
const mostCompared = 40;

/** The versions of one subject that a topic's keys or values name, the oldest first. */
export interface SubjectUse {
  topic: string;
  part: "key" | "value";
  /** null: the registry does not know these */
  subject: string | null;
  versions: SchemaCount[];
  /** payloads of the topic's part, with or without a schema */
  payloads: number;
}

/** What changed between two versions; a text says why that is not known. */
export type Change = SchemaDifferences | string | "loading";

/** Which schemas the kept messages name: counted by the reader when it is asked for, and compared by the host. */
export class Schemas {
  use: SchemaUse | null = null;
  subjects: SubjectUse[] = [];
  counting = false;
  problem: string | null = null;
  private readonly changes = new Map<string, Change>();
  /** what is known of schemas that messages were narrowed to; null: nothing yet */
  private readonly refs = new Map<string, SchemaRef | null>();
  private abort: AbortController | null = null;
  private readonly panel: Panel;

  constructor(panel: Panel) {
    this.panel = panel;
  }

  /** @param anew what the registry did not say is asked again, whatever pause it is given */
  async count(anew = false): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.abort = abort;
    this.counting = true;
    this.problem = null;
    this.panel.changed();
    try {
      if (anew && this.unsaid) await this.panel.rpc.call("retrySchemas", [], abort.signal);
      const use = await this.panel.rpc.call("schemaUse", [], abort.signal);
      if (abort.signal.aborted) return;
      this.use = use;
      this.subjects = bySubject(use);
      this.counting = false;
      this.panel.changed();
      await this.compare(abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return;
      // the run ended meanwhile: what is there now can be counted again
      this.problem = isCancelled(error) ? "The messages were dropped or read anew meanwhile." : messageOf(error);
    } finally {
      if (this.abort === abort) {
        this.counting = false;
        this.panel.changed();
      }
    }
  }

  /** Nobody looks any more. */
  stop(): void {
    this.abort?.abort();
    this.abort = null;
    this.counting = false;
  }

  /** Something was not to be had of the registry when it was asked last. */
  private get unsaid(): boolean {
    const changes = [...this.changes.values()].some((change) => typeof change === "string");
    return changes || (this.use?.counts.some(({ problem }) => problem !== null) ?? false);
  }

  /** A schema by its subject and version, as soon as they are known: "orders-value version 3 (id 12)". */
  label(schema: NamedSchema): string {
    const id = String(schema.key).replace(/^\w+:/, "");
    const key = JSON.stringify(schema);
    const counted = this.use?.counts.find((one) => JSON.stringify(named(one)) === key && one.problem === null);
    if (counted) this.refs.set(key, counted.schema);
    const ref = this.refs.get(key);
    if (ref === undefined) void this.ask(schema, key);
    const several = this.panel.init.topic === null ? ` of ${schema.topic}` : "";
    if (ref?.subject) return `${schema.part}${several} = ${ref.subject} version ${ref.version ?? "?"} (id ${id})`;
    return `${schema.part}${several} = schema id ${id}`;
  }

  /** The registry answers again: what it did not say is asked for anew. */
  askAgain(): void {
    for (const [key, ref] of this.refs) if (ref === null) this.refs.delete(key);
  }

  /** Whether the messages are narrowed to this one. */
  isOnly(one: SchemaCount): boolean {
    const { schema } = this.panel.filtering;
    return schema !== null && JSON.stringify(schema) === JSON.stringify(named(one));
  }

  private async ask(schema: NamedSchema, key: string): Promise<void> {
    this.refs.set(key, null);
    try {
      this.refs.set(key, await this.panel.rpc.call("schemaRef", [schema]));
      this.panel.changed();
    } catch {
      // its id says enough; what the registry says of it, the panel says elsewhere
    }
  }

  changeOf(older: SchemaCount, newer: SchemaCount): Change | undefined {
    return this.changes.get(changeKey(older, newer));
  }

  private async compare(signal: AbortSignal): Promise<void> {
    const pairs = this.subjects.flatMap(({ subject, versions }) =>
      subject === null ? [] : versions.slice(1).map((newer, i) => [versions[i]!, newer] as const),
    );
    for (const [older, newer] of pairs.slice(0, mostCompared)) {
      const key = changeKey(older, newer);
      const known = this.changes.get(key);
      if (known !== undefined && typeof known !== "string") continue;
      this.changes.set(key, "loading");
      try {
        this.changes.set(key, await this.panel.rpc.call("schemaChanges", [named(older), named(newer)], signal));
      } catch (error) {
        this.changes.delete(key);
        if (signal.aborted) return;
        this.changes.set(key, messageOf(error));
      }
      this.panel.changed();
    }
  }
}

export const named = ({ topic, part, key }: SchemaCount): NamedSchema => ({ topic, part, key });

const changeKey = (older: SchemaCount, newer: SchemaCount): string =>
  JSON.stringify([older.topic, older.part, older.key, newer.key]);

function bySubject({ counts, totals }: SchemaUse): SubjectUse[] {
  const found: SubjectUse[] = [];
  for (const count of counts) {
    const { topic, part, schema } = count;
    let group = found.find((g) => g.topic === topic && g.part === part && g.subject === schema.subject);
    if (!group) {
      const payloads = totals.find((total) => total.topic === topic && total.part === part)?.payloads ?? 0;
      group = { topic, part, subject: schema.subject, versions: [], payloads };
      found.push(group);
    }
    group.versions.push(count);
  }
  return found;
}
