import type { Writable } from "node:stream";
import { giveBack } from "../kafka/answerMemory.ts";
import type { Source, StoredBatch } from "../kafka/log/batch.ts";
import { type RecordFields, readRecord, type Span } from "../kafka/log/records.ts";
import type { FoundRecords } from "../kafka/log/scan.ts";
import { csvCells, csvHeader, csvLine, STANDARD_COLUMNS } from "../reader/export/csv.ts";
import { type LineOptions, problemLine, recordLine } from "../reader/export/lines.ts";
import type { MatchSink } from "../reader/filteredSink.ts";
import type { Unreadable } from "../reader/ring.ts";
import type { Piece } from "../reader/tail.ts";
import type { Decoder, SchemaSource } from "../schema/api.ts";

/** characters gathered before they are written */
const CHUNK = 64 * 1024;

/** lines on their way to the output, and how many messages of how many bytes they are */
interface Lines {
  text: string;
  messages: number;
  bytes: number;
}

const noLines = (): Lines => ({ text: "", messages: 0, bytes: 0 });

export interface PrinterOptions {
  /** "count": prints nothing */
  format: "json" | "csv" | "count";
  decoder: Decoder;
  schemas: SchemaSource | null;
  bytes: boolean;
  /** messages at most */
  most: number;
  out: Writable;
  /** offsets that could not be read, which only JSON has a line for */
  complain(problem: Unreadable): void;
}

type Item = { batch: StoredBatch; positions: Uint32Array } | Unreadable;

/**
 * Prints what a run reads, one JSON object or one line of CSV a message, in the order of each partition's log. Reading waits until the output has taken what was
 * printed. Header values beyond a thousand are left out, as in the detail pane.
 */
export class Printer implements MatchSink {
  /** printed, or counted where nothing is printed */
  messages = 0;
  bytes = 0;
  /** read, whether a filter let it through or not; 0 without a filter */
  passed = 0;
  readonly #options: PrinterOptions;
  /** null: nothing is printed */
  readonly #decoding: LineOptions | null;
  /** what stands above the first line and is still to be printed */
  #heading: string;
  #left: number;
  #queue: Item[] = [];
  #printing: Promise<void> = Promise.resolve();
  #ended = false;
  readonly #end = Promise.withResolvers<void>();

  constructor(options: PrinterOptions) {
    this.#options = options;
    const { format, decoder, schemas, bytes } = options;
    this.#decoding = format === "count" ? null : { decoder, schemas, bytes };
    this.#heading = format === "csv" ? csvHeader(STANDARD_COLUMNS) : "";
    this.#left = options.most;
  }

  /** Nothing more is printed: the reader of the output has gone, or the user wants to stop. */
  end(): void {
    this.#ended = true;
    this.#queue = [];
    this.#end.resolve();
  }

  scanned(count: number): void {
    this.passed += count;
  }

  records({ batch, positions, count, bytes }: Pick<FoundRecords, "batch" | "positions" | "count" | "bytes">): void {
    if (this.#ended) return;
    this.#left -= count;
    if (this.#decoding) this.#queue.push({ batch, positions: positions.slice(0, count) });
    else {
      this.messages += count;
      this.bytes += bytes;
    }
  }

  tail(pieces: Piece[]): Promise<void> | undefined {
    for (const piece of pieces) this.records({ ...piece, count: piece.positions.length });
    return this.flush();
  }

  unreadable(source: Source, first: number, last: number, why: string): void {
    const problem = { source, first, last, why };
    if (this.#options.format === "json") this.#queue.push(problem);
    else this.#options.complain(problem);
  }

  wanted(): number {
    return this.#ended ? 0 : this.#left;
  }

  atMost(): number {
    return this.wanted();
  }

  changed(): void {}

  flush(): Promise<void> | undefined {
    if (this.#queue.length === 0) return undefined;
    this.#printing = this.#printing.then(() => this.#print());
    return this.#printing;
  }

  /** what was read of it is printed */
  gone(answer: Buffer): void {
    giveBack(answer);
  }

  /** Resolves once all that was read is printed, or nothing more is to be: a reading ends with its last answer, which may be earlier. */
  async done(): Promise<void> {
    await Promise.race([this.flush() ?? this.#printing, this.#end.promise]);
  }

  /** Prints the heading where no message came after it. */
  async nothing(): Promise<void> {
    if (this.#heading !== "") await this.#write({ ...noLines(), text: this.#heading });
  }

  async #print(): Promise<void> {
    const items = this.#queue;
    this.#queue = [];
    let lines = { ...noLines(), text: this.#heading };
    this.#heading = "";
    for (const item of items) {
      if ("why" in item) {
        const { source, ...problem } = item;
        lines.text += jsonLine(problemLine({ ...source, ...problem }));
        continue;
      }
      for (const position of item.positions) {
        const record = readRecord(item.batch, position);
        const line = this.#line(item.batch.source, record);
        lines.text += line instanceof Promise ? await line : line;
        lines.messages++;
        lines.bytes += sizeOf(record.key) + sizeOf(record.value);
        if (this.#ended) return;
        if (lines.text.length < CHUNK) continue;
        await this.#write(lines);
        lines = noLines();
      }
    }
    if (lines.text !== "") await this.#write(lines);
  }

  /** Resolves once the output can take more, or nobody reads it any more. */
  async #write({ text, messages, bytes }: Lines): Promise<void> {
    const { out } = this.#options;
    if (this.#ended) return;
    this.messages += messages;
    this.bytes += bytes;
    if (out.write(text)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of ["drain", "close", "error"]) out.off(event, done);
        resolve();
      };
      for (const event of ["drain", "close", "error"]) out.on(event, done);
    });
  }

  /** One message as a line of text; a promise only when a schema has to be fetched first. */
  #line(source: Source, record: RecordFields): string | Promise<string> {
    const placed = { topic: source.topic, partition: source.partition, record };
    const decoding = this.#decoding!;
    if (this.#options.format === "csv") {
      const cells = csvCells(placed, STANDARD_COLUMNS, decoding, noField);
      return cells instanceof Promise ? cells.then(csvLine) : csvLine(cells);
    }
    const line = recordLine(placed, decoding);
    return line instanceof Promise ? line.then(jsonLine) : jsonLine(line);
  }
}

const jsonLine = (line: object): string => `${JSON.stringify(line)}\n`;

const noField = (): null => null;

const sizeOf = (span: Span): number => (span ? span.end - span.start : 0);
