import { isControl } from "../kafka/log/batch.ts";
import { readRecord } from "../kafka/log/records.ts";
import type { Decoder, SchemaSource } from "../schema/api.ts";
import { atPath, fieldsOf, parsePath } from "../schema/jsonPath.ts";
import { JSON_FORMATS } from "../shared/decoding.ts";
import type {
  CopyFormat,
  ExportProgress,
  ExportSpec,
  FieldInfo,
  PayloadView,
  RecordDetail,
  Timeline,
} from "../shared/messages.ts";
import type { SchemaUse } from "../shared/schemaUse.ts";
import type { CommandTarget } from "./export/commandTarget.ts";
import { copyAs } from "./export/copy.ts";
import { type ExportRow, exportRows } from "./export/exporter.ts";
import type { PlacedRecord } from "./export/lines.ts";
import type { StoredRow } from "./ring.ts";
import type { RowViews } from "./rows.ts";
import type { Session } from "./session.ts";
import { sampledFields } from "./view/fields.ts";
import { keyHistory, sameKey } from "./view/keys.ts";
import { schemaUse } from "./view/schemaUse.ts";
import { TimelineCounter } from "./view/timeline.ts";
import type { View } from "./view/view.ts";
import type { ViewKeeper } from "./viewKeeper.ts";

export interface ToolOptions {
  decoder: Decoder;
  schemas: SchemaSource | null;
  /** for the commands that are copied */
  target: CommandTarget;
}

/** What can be done with the kept rows of one session, beside showing them. */
export class SessionTools {
  readonly #session: Session;
  readonly #rows: RowViews;
  readonly #view: ViewKeeper;
  readonly #options: ToolOptions;
  readonly #timeline: TimelineCounter;

  constructor(session: Session, rows: RowViews, view: ViewKeeper, options: ToolOptions) {
    this.#session = session;
    this.#rows = rows;
    this.#view = view;
    this.#options = options;
    this.#timeline = new TimelineCounter(session.ring);
  }

  sameKey(seq: number, direction: 1 | -1, signal: AbortSignal): Promise<number | null> {
    return sameKey(this.#session.ring, seq, direction, signal);
  }

  async keyHistory(seq: number, limit: number, maxChars: number, signal: AbortSignal): Promise<RecordDetail[]> {
    const { ring } = this.#session;
    const details: RecordDetail[] = [];
    for (const one of await keyHistory(ring, seq, limit, signal)) {
      const row = ring.row(one);
      if (row?.kind === "record") details.push(await this.#rows.detail(row, maxChars, signal));
      signal.throwIfAborted();
    }
    return details;
  }

  fields(limit: number, signal: AbortSignal): Promise<FieldInfo[]> {
    const { decoder, schemas } = this.#options;
    return sampledFields(this.#session.ring, decoder, schemas, (texts) => fieldsOf(texts, limit), limit, signal);
  }

  timeline(run: number, buckets: number): Timeline {
    return { run, ...this.#timeline.timeline(this.#view.view, buckets) };
  }

  async schemaUse(run: number, signal: AbortSignal): Promise<SchemaUse> {
    return { run, ...(await schemaUse(this.#session.ring, this.#options.schemas, signal)) };
  }

  copyAs(seqs: readonly number[], format: CopyFormat): Promise<string> {
    const { ring } = this.#session;
    const records = seqs.flatMap((seq) => placed(ring.row(seq)) ?? []);
    return copyAs(records, format, this.#options);
  }

  /** The rows that the view shows at the start, or those that are named; what the ring drops meanwhile is counted. */
  export(spec: ExportSpec, signal: AbortSignal, progress: (p: ExportProgress) => void): Promise<ExportProgress> {
    const { ring } = this.#session;
    const seqs = spec.seqs ?? shownSeqs(this.#view.view);
    const { decoder, schemas } = this.#options;
    const source = {
      count: seqs.length,
      record: (i: number): ExportRow | null => exported(ring.row(seqs[i]!), this.#rows),
    };
    return exportRows(spec, source, { decoder, schemas, fieldOf }, signal, progress);
  }
}

/** in the view's order; fixed, whatever comes and goes while they are written */
function shownSeqs(view: View): Float64Array {
  const seqs = new Float64Array(view.count);
  for (let i = 0; i < seqs.length; i++) seqs[i] = view.seqAt(view.first + i)!;
  return seqs;
}

/** null: gone, or no message */
function placed(row: StoredRow | null, rows: RowViews | null = null): PlacedRecord | null {
  if (row?.kind !== "record" || isControl(row.batch.attributes)) return null;
  const { topic, partition } = row.batch;
  const record = readRecord(row.batch, row.position);
  return { topic, partition, record, ...(rows ? { batch: () => rows.batchFacts(row.batch, record) } : {}) };
}

function exported(row: StoredRow | null, rows: RowViews): ExportRow | null {
  if (row?.kind !== "problem") {
    if (row && isControl(row.batch.attributes)) return { kind: "control" };
    const record = placed(row, rows);
    return record && { kind: "record", ...record };
  }
  const { source, first, last, why } = row.problem;
  return { kind: "problem", topic: source.topic, partition: source.partition, first, last, why };
}

function fieldOf({ format, text }: PayloadView, path: string): string | null {
  const steps = parsePath(path);
  if (!steps || !JSON_FORMATS.has(format)) return null;
  return atPath(text, steps)?.text ?? null;
}
