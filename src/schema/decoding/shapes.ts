import { cutAt } from "../../shared/cutAt.ts";
import { JSON_FORMATS } from "../../shared/decoding.ts";
import type { Cell, PayloadFormat, PayloadView, SchemaRef } from "../../shared/messages.ts";
import { hexLength, hexText } from "../hex.ts";
import { opensContainer, scanJson } from "../json.ts";
import { compactJson, prettyJson, prettyLength } from "../jsonLayout.ts";
import { jsonBeginning, largeText, largeView } from "../largeView.ts";
import { duplicateKeys } from "../plain/duplicateKeys.ts";
import { layOutXml } from "../plain/xml.ts";
import { scanXml } from "../plain/xmlScan.ts";
import {
  byteOrderMark,
  characterStart,
  closesContainer,
  endOfUnits,
  isText,
  lookOfText,
  mayBeJson,
  NO_TEXT,
  oneLineOf,
  PREVIEW_BYTES,
  TEXT,
  UNUSUAL,
  utf16Length,
} from "../text.ts";
import { type Meaning, NO_NOTES, UNPACKED } from "./step.ts";

/** Longest text that is ever made of one payload, in UTF-16 units: V8's strings end at about 500 million. */
const MAX_TEXT = 200_000_000;

/** Text of a small payload's preview; only a schema made to blow up comes near it. */
const MAX_SMALL_TEXT = 1_000_000;

/** JSON in which names are looked at for duplicates, bytes */
const MAX_CHECKED = 4 * 1024 * 1024;

export const NONE: string[] = [];

function doubledKeys(bytes: Buffer): string[] {
  const keys = duplicateKeys(bytes, byteOrderMark(bytes));
  if (keys.length === 0) return NONE;
  const are = keys.length === 1 ? "is" : "are";
  return [`Readers may disagree about it: ${keys.join(", ")} ${are} there more than once in one object.`];
}

const BOM_PROBLEM = "starts with a byte order mark, which JSON does not allow";

/** What a decoder shows a payload as: a cell of the grid, or all of it. The same steps lead to both. */
export interface Shape<T> {
  /** bytes that the payload may unpack to */
  readonly unpack: number;
  /** characters that decoding may stop beyond */
  decodeChars(size: number): number;
  /** JSON and text as they are, everything else as hex */
  plain(bytes: Buffer, problems: string[], notes: string[]): T;
  hex(bytes: Buffer, schema: SchemaRef | null, problems: string[], notes: string[]): T;
  /** may throw a sentence: then it is none */
  meaning(meaning: Meaning): T;
}

export class CellShape implements Shape<Cell> {
  readonly unpack = UNPACKED.preview;
  readonly #maxChars: number;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** small payloads are decoded to their end, so that what is wrong with them shows in the grid */
  decodeChars(size: number): number {
    return size <= PREVIEW_BYTES / 2 ? MAX_SMALL_TEXT : this.#maxChars;
  }

  plain(bytes: Buffer, problems: string[]): Cell {
    return previewPlain(bytes, this.#maxChars, problems);
  }

  hex(bytes: Buffer, _schema: SchemaRef | null, problems: string[]): Cell {
    return hexCell(bytes, this.#maxChars, problems);
  }

  meaning({ format, text, cut, problems, printable }: Meaning): Cell {
    if (!printable) return cell(format, text, this.#maxChars, cut, problems);
    const isLong = text.length > this.#maxChars;
    return { format, text: isLong ? text.slice(0, this.#maxChars) : text, cut: cut || isLong, problems };
  }
}

export class ViewShape implements Shape<PayloadView> {
  readonly unpack = UNPACKED.view;
  readonly #size: number;
  readonly #maxChars: number;

  /** @param size of the payload as it came */
  constructor(size: number, maxChars: number) {
    this.#size = size;
    this.#maxChars = Math.min(maxChars, MAX_TEXT);
  }

  decodeChars(size: number): number {
    return Math.max(this.#maxChars, Math.min(MAX_TEXT, 16_000_000 + 64 * size));
  }

  plain(bytes: Buffer, problems: string[], notes: string[]): PayloadView {
    const view = viewPlain(bytes, this.#maxChars, problems);
    const doubled = view.format === "json" && bytes.length <= MAX_CHECKED ? doubledKeys(bytes) : NONE;
    return { ...view, size: this.#size, notes: doubled.length > 0 ? [...notes, ...doubled] : notes };
  }

  hex(bytes: Buffer, schema: SchemaRef | null, problems: string[], notes: string[]): PayloadView {
    return { ...hexView(bytes, schema, this.#maxChars, problems), size: this.#size, notes };
  }

  meaning({ format, text, cut, problems, schema, notes }: Meaning): PayloadView {
    const view = { format, size: this.#size, schema, notes };
    if (cut) {
      const shown = cutAt(text, this.#maxChars);
      const limited = `only the first ${text.length} characters of the value are shown`;
      return { ...view, text: shown, textCut: text.length - shown.length, problems: [...problems, limited] };
    }
    if (JSON_FORMATS.has(format)) {
      const laidOut = jsonText(Buffer.from(text), 0, this.#maxChars);
      if (!laidOut) throw new Error("the decoder did not make JSON of it; please report this");
      return { ...view, text: laidOut.text, textCut: laidOut.cut, problems };
    }
    if (format === "xml") {
      const laidOut = layOutXml(text, scanXml(text), this.#maxChars);
      return { ...view, text: laidOut.text, textCut: laidOut.cut, problems };
    }
    const shown = cutAt(text, this.#maxChars);
    return { ...view, text: shown, textCut: text.length - shown.length, problems };
  }
}

/**
 * A large payload, which holds nobody up: of one with more bytes than `maxChars` only the beginning is looked at, which `shownBytes` of the
 * view tells, and others have their turn in between.
 */
export class LargeShape implements Shape<PayloadView | Promise<PayloadView>> {
  readonly unpack = UNPACKED.view;
  readonly #whole: ViewShape;
  readonly #size: number;
  readonly #maxChars: number;
  readonly #signal: AbortSignal | undefined;

  /** @param maxChars Infinity: all of it */
  constructor(size: number, maxChars: number, signal: AbortSignal | undefined) {
    this.#whole = new ViewShape(size, maxChars);
    this.#size = size;
    this.#maxChars = Math.min(maxChars, MAX_TEXT);
    this.#signal = signal;
  }

  get #beginning(): boolean {
    return this.#maxChars < MAX_TEXT;
  }

  decodeChars(size: number): number {
    return this.#beginning ? this.#maxChars : this.#whole.decodeChars(size);
  }

  async plain(bytes: Buffer, problems: string[], notes: string[]): Promise<PayloadView> {
    const found = await largeText(bytes, this.#maxChars, this.#signal);
    if (!found) return this.hex(bytes, null, problems, notes);
    const marked = found.json && byteOrderMark(bytes) > 0 ? [...problems, BOM_PROBLEM] : problems;
    return { ...largeView(found, bytes.length, marked), size: this.#size, notes };
  }

  hex(bytes: Buffer, schema: SchemaRef | null, problems: string[], notes: string[]): PayloadView {
    return this.#whole.hex(bytes, schema, problems, notes);
  }

  meaning(meaning: Meaning): PayloadView {
    const { format, text, cut, problems, schema, notes } = meaning;
    if (!cut || !this.#beginning) return this.#whole.meaning(meaning);
    const shown = JSON_FORMATS.has(format) ? jsonBeginning(text, this.#maxChars) : cutAt(text, this.#maxChars);
    return { format, size: this.#size, text: shown, textCut: 1, shownBytes: 0, schema, problems, notes };
  }
}

export function previewPlain(bytes: Buffer, maxChars: number, problems: string[]): Cell {
  const whole = bytes.length <= PREVIEW_BYTES;
  const end = whole ? bytes.length : characterStart(bytes, 0, PREVIEW_BYTES);
  const look = bytes[0] === 0 ? NO_TEXT : lookOfText(bytes, 0, end);
  if (look !== NO_TEXT || mayBeJson(bytes, end)) {
    const start = byteOrderMark(bytes);
    if (opensContainer(bytes, start)) {
      const scan = scanJson(bytes, start, end, !whole);
      if (scan.ok && (whole || closesContainer(bytes))) {
        if (look === TEXT && scan.spaces === 0) {
          const to = Math.min(end, maxChars);
          return { format: "json", text: bytes.toString("latin1", 0, to), cut: to < bytes.length, problems };
        }
        const json = compactJson(bytes, start, end, scan.spaces, 3 * maxChars + 4);
        const known = look === NO_TEXT ? UNUSUAL : look;
        return cell("json", json, maxChars, !whole, start > 0 ? [...problems, BOM_PROBLEM] : problems, known);
      }
    }
    if (look === NO_TEXT) return hexCell(bytes, maxChars, problems);
    if (look === TEXT) {
      const to = Math.min(end, maxChars);
      return { format: "text", text: bytes.toString("latin1", 0, to), cut: to < bytes.length, problems };
    }
    const to = endOfUnits(bytes, 0, end, maxChars);
    return cell("text", bytes.toString("utf8", 0, to), maxChars, to < bytes.length, problems, look);
  }
  return hexCell(bytes, maxChars, problems);
}

/** @param look what is known of the text: see `lookOfText` */
function cell(
  format: PayloadFormat,
  text: string,
  maxChars: number,
  more: boolean,
  problems: string[],
  look: number = UNUSUAL,
): Cell {
  const line = oneLineOf(text.length > maxChars ? cutAt(text, maxChars) : text, look);
  const shown = cutAt(line, maxChars);
  return { format, text: shown, cut: more || text.length > maxChars || shown.length < line.length, problems };
}

function hexCell(bytes: Buffer, maxChars: number, problems: string[]): Cell {
  return { format: "binary", text: hexText(bytes, maxChars), cut: hexLength(bytes.length) > maxChars, problems };
}

function viewPlain(bytes: Buffer, maxChars: number, problems: string[]): PayloadView {
  const size = bytes.length;
  const isReadable = bytes[0] !== 0 && isText(bytes, 0, size);
  if (!isReadable && !mayBeJson(bytes, size)) return hexView(bytes, null, maxChars, problems);
  const start = byteOrderMark(bytes);
  if (opensContainer(bytes, start)) {
    const json = jsonText(bytes, start, maxChars);
    if (json) return plainView("json", json.text, json.cut, size, start > 0 ? [...problems, BOM_PROBLEM] : problems);
  }
  if (!isReadable) return hexView(bytes, null, maxChars, problems);
  const length = utf16Length(bytes, 0, size);
  const text = cutAt(bytes.toString("utf8", 0, Math.min(size, 3 * maxChars + 4)), maxChars);
  return plainView("text", text, length - text.length, size, problems);
}

/** JSON laid out for the detail pane; null when it is not JSON. The bytes must be UTF-8. */
function jsonText(bytes: Buffer, start: number, maxChars: number): { text: string; cut: number } | null {
  const scan = scanJson(bytes, start);
  if (!scan.ok) return null;
  const length = prettyLength(scan, bytes.length - start);
  const text = cutAt(prettyJson(bytes, start, bytes.length, scan, 3 * maxChars + 4).toString("utf8"), maxChars);
  return { text, cut: length - text.length };
}

export const plainView = (
  format: PayloadFormat,
  text: string,
  textCut: number,
  size: number,
  problems: string[],
): PayloadView => ({ format, text, textCut, size, schema: null, problems, notes: NO_NOTES });

function hexView(bytes: Buffer, schema: SchemaRef | null, maxChars: number, problems: string[]): PayloadView {
  const text = hexText(bytes, maxChars);
  return {
    format: "binary",
    text,
    textCut: hexLength(bytes.length) - text.length,
    size: bytes.length,
    schema,
    problems,
    notes: NO_NOTES,
  };
}
