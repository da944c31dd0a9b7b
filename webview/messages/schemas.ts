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
  private abort: AbortController | null = null;
  private readonly panel: Panel;

  constructor(panel: Panel) {
    this.panel = panel;
  }

  async count(): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.abort = abort;
    this.counting = true;
    this.problem = null;
    this.panel.changed();
    try {
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
