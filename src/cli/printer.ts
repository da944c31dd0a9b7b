import type { Writable } from "node:stream";
import type { StoredBatch } from "../kafka/log/batch.ts";
import { type RecordFields, readHeaders, readRecord, type Span } from "../kafka/log/records.ts";
import type { Unreadable } from "../reader/ring.ts";
import type { RunSink } from "../reader/run.ts";
import type { Piece } from "../reader/tail.ts";
import type { DecodeContext, Decoder, SchemaSource } from "../schema/api.ts";
import type { PayloadView } from "../shared/messages.ts";

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
  topic: string;
  /** null: only counts */
  decoder: Decoder | null;
  schemas: SchemaSource | null;
  bytes: boolean;
  /** messages at most */
  most: number;
  out: Writable;
  /** offsets that could not be read, when only counting */
  complain(problem: Unreadable): void;
}

type Item = { batch: StoredBatch; positions: Uint32Array } | Unreadable;

/**
 * Prints what a run reads, one JSON object a line, in the order of each partition's log. Reading waits until the output has taken what was
 * printed. Header values beyond a thousand are left out, as in the detail pane.
 */
export class Printer implements RunSink {
  /** printed, or counted where nothing is printed */
  messages = 0;
  bytes = 0;
  readonly #options: PrinterOptions;
  #left: number;
  #queue: Item[] = [];
  #printing: Promise<void> = Promise.resolve();
  #ended = false;
  readonly #end = Promise.withResolvers<void>();

  constructor(options: PrinterOptions) {
    this.#options = options;
    this.#left = options.most;
  }

  /** Nothing more is printed: the reader of the output has gone, or the user wants to stop. */
  end(): void {
    this.#ended = true;
    this.#queue = [];
    this.#end.resolve();
  }

  records(batch: StoredBatch, positions: Uint32Array, count: number, bytes: number): void {
    if (this.#ended) return;
    this.#left -= count;
    if (this.#options.decoder) this.#queue.push({ batch, positions: positions.slice(0, count) });
    else {
      this.messages += count;
      this.bytes += bytes;
    }
  }

  tail(pieces: Piece[]): Promise<void> | undefined {
    for (const { batch, positions, bytes } of pieces) this.records(batch, positions, positions.length, bytes);
    return this.flush();
  }

  unreadable(partition: number, first: number, last: number, why: string): void {
    const problem = { partition, first, last, why };
    if (this.#options.decoder) this.#queue.push(problem);
    else this.#options.complain(problem);
  }

  wanted(): number {
    return this.#ended ? 0 : this.#left;
  }

  changed(): void {}

  flush(): Promise<void> | undefined {
    if (this.#queue.length === 0) return undefined;
    this.#printing = this.#printing.then(() => this.#print());
    return this.#printing;
  }

  /** Resolves once all that was read is printed, or nothing more is to be: a reading ends with its last answer, which may be earlier. */
  async done(): Promise<void> {
    await Promise.race([this.flush() ?? this.#printing, this.#end.promise]);
  }

  async #print(): Promise<void> {
    const items = this.#queue;
    this.#queue = [];
    let lines = noLines();
    for (const item of items) {
      if ("why" in item) {
        lines.text += `${JSON.stringify(this.#problemLine(item))}\n`;
        continue;
      }
      for (const position of item.positions) {
        const record = readRecord(item.batch, position);
        const line = this.#line(item.batch.partition, record);
        lines.text += `${JSON.stringify(line instanceof Promise ? await line : line)}\n`;
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

  #problemLine({ partition, first, last, why }: Unreadable): object {
    return { topic: this.#options.topic, partition, offset: String(first), lastOffset: String(last), problem: why };
  }

  /** One message; a promise only when a schema has to be fetched first. */
  #line(partition: number, record: RecordFields): object | Promise<object> {
    const { headers, problem } = readHeaders(record, 1000);
    const views = [
      this.#view(record, record.key, "key"),
      this.#view(record, record.value, "value"),
      ...headers.map((header) => this.#view(record, header.value, "header")),
    ];
    const assemble = ([key, value, ...values]: (PayloadView | null)[]): object => ({
      topic: this.#options.topic,
      partition,
      offset: record.offset.toString(),
      timestamp: record.timestamp.toString(),
      key: key ? this.#key(key, record) : null,
      value: value ? { ...this.#withSchema(value), ...this.#raw(record, record.value) } : null,
      headers: headers.map((header, i) => ({
        key: header.key,
        text: values[i]?.text ?? null,
        ...this.#raw(record, header.value),
      })),
      ...(problem === null ? {} : { problem }),
    });
    return views.some((view) => view instanceof Promise)
      ? Promise.all(views).then(assemble)
      : assemble(views as (PayloadView | null)[]);
  }

  #view({ data }: RecordFields, span: Span, part: DecodeContext["part"]): PayloadView | null | Promise<PayloadView> {
    if (!span || !this.#options.decoder) return null;
    const { topic, schemas } = this.#options;
    const bytes = data.subarray(span.start, span.end);
    return this.#options.decoder.view(bytes, { topic, part, schemas }, Number.POSITIVE_INFINITY);
  }

  /** schema and problems of a key only where there are any */
  #key(view: PayloadView, record: RecordFields): object {
    const more = view.schema !== null || view.problems.length > 0;
    return {
      ...(more ? this.#withSchema(view) : { format: view.format, text: view.text }),
      ...this.#raw(record, record.key),
    };
  }

  #withSchema({ format, text, schema, problems }: PayloadView): object {
    return {
      format,
      text,
      schema: schema && { id: schema.id, subject: schema.subject, version: schema.version },
      problems,
    };
  }

  #raw({ data }: RecordFields, span: Span): object {
    if (!this.#options.bytes) return {};
    return { bytes: span ? data.toString("base64", span.start, span.end) : null };
  }
}

const sizeOf = (span: Span): number => (span ? span.end - span.start : 0);
