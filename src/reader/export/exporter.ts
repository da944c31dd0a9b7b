import type { ExportProgress, ExportSpec } from "../../shared/messages.ts";
import { CancelledError, messageOf, UserError } from "../../shared/userError.ts";
import { lookAt } from "../recordLook.ts";
import { csvCells, csvHeader, csvPieces, type FieldOf } from "./csv.ts";
import { type LineOptions, type PlacedProblem, type PlacedRecord, problemLine, recordLine } from "./lines.ts";
import { jsonPieces } from "./pieces.ts";
import { RawFolder } from "./rawFolder.ts";
import { extensionOf } from "./rawNames.ts";
import { TextFile } from "./textFile.ts";

/** Work between two pauses in which other events have their turn, ms. */
const WORK_MS = 10;
/** Between two reports of progress, ms. */
const REPORT_MS = 100;
/** characters of a value that is looked at to choose its file's extension */
const LOOK_CHARS = 8;

/** "control": a transaction marker or the like, which is no message and is not written. */
export type ExportRow =
  | ({ kind: "record" } & PlacedRecord)
  | ({ kind: "problem" } & PlacedProblem)
  | { kind: "control" };

/** The rows to write, in their order; the same ones at the same index as long as the export lasts. */
export interface ExportSource {
  count: number;
  /** null: no longer kept */
  record(i: number): ExportRow | null;
}

type Written = Exclude<ExportRow, { kind: "control" }>;

/** Where rows go, one for each format. */
interface Output {
  /** Takes a row; false when the format has no place for it (counted by the output itself). */
  row(row: Written): Promise<boolean> | boolean;
  finish(): Promise<void>;
  discard(): Promise<void>;
  readonly bytes: number;
}

/**
 * Writes rows to `spec.target` (spec.seqs is for whoever makes the source) and gives what was written. Memory is bounded by a few times the
 * largest message. Other events have their turn at least every 12 ms, except while one large payload is decoded.
 *
 * A file appears under its name when it is whole, in place of one that was there; for "raw" the folder is made where it is missing, and no
 * file that was there is touched. Aborted (rejects with CancelledError) or failed (UserError of code "export"), what was written is removed.
 */
export async function exportRows(
  spec: ExportSpec,
  source: ExportSource,
  options: LineOptions & { fieldOf: FieldOf },
  signal: AbortSignal,
  progress: (p: ExportProgress) => void,
): Promise<ExportProgress> {
  if (signal.aborted) throw new CancelledError();
  const pace = new Pace(signal);
  const made: ExportProgress = { rows: 0, of: source.count, bytes: 0 };
  const output = await openOutput(spec, options, pace, made);
  try {
    let reportAt = performance.now() + REPORT_MS;
    for (let i = 0; i < source.count; i++) {
      const row = source.record(i);
      if (!row) made.gone = (made.gone ?? 0) + 1;
      else if (row.kind !== "control") {
        const written = output.row(row);
        if (written instanceof Promise ? await written : written) made.rows++;
      }
      await pace.turn();
      made.bytes = output.bytes;
      if (performance.now() < reportAt) continue;
      progress({ ...made });
      reportAt = performance.now() + REPORT_MS;
    }
    await output.finish();
    made.bytes = output.bytes;
    return made;
  } catch (error) {
    await removed(output, error);
    throw error;
  }
}

/** Removes what was written; when that fails too, the user has to know. */
async function removed(output: Pick<Output, "discard">, because: unknown): Promise<void> {
  try {
    await output.discard();
  } catch (error) {
    const first = because instanceof UserError ? `${because.message} ` : "";
    throw new UserError(`${first}What was written could not be removed: ${messageOf(error)}`, {
      code: "export",
      cause: because,
    });
  }
}

/** Lets other events in when enough work was done, and ends it when it was cancelled. */
class Pace {
  readonly #signal: AbortSignal;
  #since = performance.now();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** To be awaited after each small step; undefined costs nothing. */
  turn(): Promise<void> | undefined {
    if (this.#signal.aborted) throw new CancelledError();
    return performance.now() - this.#since < WORK_MS ? undefined : this.#pause();
  }

  async #pause(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
    if (this.#signal.aborted) throw new CancelledError();
  }
}

function openOutput(
  spec: ExportSpec,
  options: LineOptions & { fieldOf: FieldOf },
  pace: Pace,
  made: ExportProgress,
): Promise<Output> {
  switch (spec.format) {
    case "jsonl":
      return jsonOutput(spec.target, options, pace, { start: "", between: "\n", end: "\n", empty: "" });
    case "json":
      return jsonOutput(spec.target, options, pace, { start: "[\n", between: ",\n", end: "\n]\n", empty: "[]\n" });
    case "csv":
      return csvOutput(spec, options, pace, made);
    case "raw":
      return rawOutput(spec.target, options, made);
  }
}

async function jsonOutput(
  target: string,
  options: LineOptions,
  pace: Pace,
  marks: { start: string; between: string; end: string; empty: string },
): Promise<Output> {
  const file = await TextFile.create(target);
  let rows = 0;
  return {
    async row(row) {
      await file.write(rows++ === 0 ? marks.start : marks.between);
      await writeAll(file, jsonPieces(row.kind === "record" ? await recordLine(row, options) : problemLine(row)), pace);
      return true;
    },
    async finish() {
      await file.write(rows === 0 ? marks.empty : marks.end);
      await file.finish();
    },
    discard: () => file.discard(),
    get bytes() {
      return file.bytes;
    },
  };
}

async function csvOutput(
  { target, columns }: ExportSpec,
  options: LineOptions & { fieldOf: FieldOf },
  pace: Pace,
  made: ExportProgress,
): Promise<Output> {
  const file = await TextFile.create(target);
  try {
    await file.write(csvHeader(columns));
  } catch (error) {
    await removed(file, error);
    throw error;
  }
  return {
    async row(row) {
      if (row.kind === "problem") {
        made.unreadable = (made.unreadable ?? 0) + 1;
        return false;
      }
      await writeAll(file, csvPieces(await csvCells(row, columns, options, options.fieldOf)), pace);
      return true;
    },
    finish: () => file.finish(),
    discard: () => file.discard(),
    get bytes() {
      return file.bytes;
    },
  };
}

async function writeAll(file: TextFile, pieces: Iterable<string>, pace: Pace): Promise<void> {
  for (const piece of pieces) {
    await file.write(piece);
    await pace.turn();
  }
}

async function rawOutput(target: string, options: LineOptions, made: ExportProgress): Promise<Output> {
  const folder = await RawFolder.open(target);
  return {
    async row(row) {
      if (row.kind === "problem") {
        made.unreadable = (made.unreadable ?? 0) + 1;
        return false;
      }
      const { topic, partition, record } = row;
      if (!record.value) {
        made.tombstones = (made.tombstones ?? 0) + 1;
        return false;
      }
      const bytes = record.data.subarray(record.value.start, record.value.end);
      const context = { topic, part: "value", schemas: options.schemas, record: lookAt(record) } as const;
      const { format } = await options.decoder.preview(bytes, context, LOOK_CHARS);
      await folder.add({ topic, partition, offset: record.offset }, extensionOf(format), bytes);
      return true;
    },
    finish: async () => {},
    discard: () => folder.discard(),
    get bytes() {
      return folder.bytes;
    },
  };
}
