import { readHeaders, type Span } from "../../kafka/log/records.ts";
import { scanJson } from "../../schema/json.ts";
import { compactJson } from "../../schema/jsonLayout.ts";
import { JSON_FORMATS } from "../../shared/decoding.ts";
import type { ExportColumn, PayloadView } from "../../shared/messages.ts";
import { type LineOptions, type PlacedRecord, payloadView } from "./lines.ts";
import { cutUp, PIECE } from "./pieces.ts";

/**
 * The text of a field of a value, by path ($.items[0].sku); null where the value has none. `view` is the whole value.
 */
export type FieldOf = (view: PayloadView, path: string) => string | null;

/** The columns of the command line's CSV. */
export const STANDARD_COLUMNS: readonly ExportColumn[] = [
  "topic",
  "partition",
  "offset",
  "timestamp",
  "key",
  "value",
  "headers",
];

/** Columns that only the batch of a record knows of. */
const BATCH_COLUMNS: ReadonlySet<ExportColumn> = new Set(["transaction", "compression", "leaderEpoch"]);

/** The header line, with its line end. */
export function csvHeader(columns: readonly ExportColumn[]): string {
  return csvLine(columns.map((column) => (typeof column === "string" ? column : column.field)));
}

/**
 * One line of cells as CSV (RFC 4180: CRLF, quotes doubled), for small cells. Kafka's null is an empty cell, and an empty payload the cell "".
 *
 * Cells are exact: one that starts with = + - or @, which a spreadsheet takes for a formula, stays as it is. Whoever reads an export with a
 * program would otherwise get other data than was in the topic (negative numbers among it), and a spreadsheet asks when it imports text columns.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => (cell === null ? "" : quoted(cell))).join(",")}\r\n`;
}

/** As csvLine, in pieces: cells may be of any size. */
export function* csvPieces(cells: readonly (string | null)[]): Generator<string> {
  if (cells.every((cell) => cell === null || cell.length < PIECE)) {
    yield csvLine(cells);
    return;
  }
  for (let i = 0; i < cells.length; i++) {
    if (i > 0) yield ",";
    const cell = cells[i]!;
    if (cell === null) continue;
    if (cell.length < PIECE) yield quoted(cell);
    else {
      yield '"';
      for (const part of cutUp(cell)) yield part.replaceAll('"', '""');
      yield '"';
    }
  }
  yield "\r\n";
}

const quoted = (cell: string): string =>
  cell === "" || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/**
 * A record's cells: times in milliseconds since the epoch, JSON (also what a schema decodes) on one line, headers as a JSON array of
 * {key, text}, sizes in bytes, a transaction as its state and its producer's id. Only what the columns need is decoded. A promise only when a schema has to be fetched first.
 */
export function csvCells(
  placed: PlacedRecord,
  columns: readonly ExportColumn[],
  options: LineOptions,
  fieldOf: FieldOf,
): (string | null)[] | Promise<(string | null)[]> {
  const { record } = placed;
  const headers = columns.includes("headers") ? readHeaders(record, Number.POSITIVE_INFINITY).headers : [];
  const key = columns.includes("key") ? payloadView(placed, "key", record.key, options) : null;
  const needsValue = columns.some((column) => column === "value" || typeof column === "object");
  const value = needsValue ? payloadView(placed, "value", record.value, options) : null;
  const values = headers.map((header) => payloadView(placed, "header", header.value, options));
  const needed = { key, value, headers: values };
  return [key, value, ...values].some((view) => view instanceof Promise)
    ? Promise.all([key, value, Promise.all(values)]).then(([k, v, h]) =>
        cellsOf(placed, columns, { key: k, value: v, headers: h }, fieldOf),
      )
    : cellsOf(placed, columns, needed as Needed, fieldOf);
}

/** what the columns need of a record, decoded */
interface Needed {
  key: PayloadView | null;
  value: PayloadView | null;
  headers: (PayloadView | null)[];
}

function cellsOf(
  { topic, partition, record, batch }: PlacedRecord,
  columns: readonly ExportColumn[],
  { key, value, headers }: Needed,
  fieldOf: FieldOf,
): (string | null)[] {
  const facts = batch && columns.some((column) => BATCH_COLUMNS.has(column)) ? batch() : null;
  const cell = (column: ExportColumn): string | null => {
    if (typeof column === "object") return value && fieldOf(value, column.field);
    switch (column) {
      case "topic":
        return topic;
      case "partition":
        return String(partition);
      case "offset":
        return record.offset.toString();
      case "timestamp":
        return record.timestamp.toString();
      case "key":
        return key && onOneLine(key);
      case "value":
        return value && onOneLine(value);
      case "headers": {
        const names = readHeaders(record, headers.length).headers;
        return JSON.stringify(names.map((header, i) => ({ key: header.key, text: headers[i]?.text ?? null })));
      }
      case "keySize":
        return sizeOf(record.key);
      case "valueSize":
        return sizeOf(record.value);
      case "transaction":
        return facts?.transaction ? `${facts.transaction.state} ${facts.transaction.producerId}` : null;
      case "compression":
        return facts?.codec ?? null;
      case "leaderEpoch":
        return facts && facts.leaderEpoch >= 0 ? String(facts.leaderEpoch) : null;
      case "timestampType":
        return record.timestampType;
    }
  };
  return columns.map(cell);
}

const sizeOf = (span: Span): string | null => (span ? String(span.end - span.start) : null);

/** JSON without its layout; anything else as it is. */
function onOneLine({ format, text }: PayloadView): string {
  if (!JSON_FORMATS.has(format) || !text.includes("\n")) return text;
  const bytes = Buffer.from(text);
  const scan = scanJson(bytes);
  return scan.ok ? compactJson(bytes, 0, bytes.length, scan.spaces, bytes.length) : text;
}
