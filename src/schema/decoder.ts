import { isUtf8 } from "node:buffer";
import type { DecodeAs, FixedFormat } from "../shared/decoding.ts";
import type { PayloadView } from "../shared/messages.ts";
import { messageOf } from "../shared/userError.ts";
import type { Choices, DecodeContext, DecodeExternally, Decoder, RecordLook } from "./api.ts";
import { isContainer } from "./avro/container.ts";
import { singleObjectFingerprint } from "./avro/singleObject.ts";
import { ChosenSchemas } from "./decoding/chosen.ts";
import { NAMES_NO_WRITER, Readers, type Reading } from "./decoding/reading.ts";
import { CellShape, LargeShape, NONE, plainView, previewPlain, type Shape, ViewShape } from "./decoding/shapes.ts";
import { applyFormat, applySigns, isPlainStart, NO_NOTES, nameOf, type Step } from "./decoding/step.ts";
import { type Fingerprints, unknownFingerprint, type WireFormats, wireFormats } from "./decoding/wire.ts";
import { connectRecord } from "./internal/connect.ts";
import type { InternalFormat } from "./internal/coordinatorRecords.ts";
import { internalFormat } from "./internal/internalFormat.ts";
import { scanJson } from "./json.ts";
import { LARGE } from "./largeView.ts";
import { createSchemaFormats } from "./schemaFormats.ts";
import { asBuffer, byteOrderMark, isText } from "./text.ts";

export interface DecoderOptions {
  /** absent: everything is decided automatically */
  choices?: Choices;
  /** absent: no other extension decodes */
  external?: DecodeExternally;
  /** where the schemas of Avro's single objects are looked up by their fingerprints; absent: in the registry */
  fingerprints?: Fingerprints;
}

/** A payload in a compressed one in a compressed one: nobody does more on purpose. */
const MAX_LAYERS = 3;

/** topics whose kind is remembered */
const MOST_TOPICS = 10_000;

const AUTO: DecodeAs = { kind: "auto" };

/** What its first bytes say is text or JSON is shown as that. */
const plainAsItIs = ({ kind }: DecodeAs): boolean => kind === "auto" || kind === "reader";

/**
 * What a person has chosen for the topic, or the automatic choice, made for each payload on its own: a record of one of Kafka's own topics; by a
 * schema that a header or the payload's first bytes name; by signs that nothing else has (see recognise.ts); JSON (objects and arrays);
 * text; bytes. With a reader's schema it is the automatic choice too, and Avro values are seen through that schema. See `Decoder` for the contract.
 */
export function createDecoder(options: DecoderOptions = {}): Decoder {
  const { choices } = options;
  const core = new Core(options);
  return {
    plainStarts(topic, part) {
      const choice = choices?.of(topic, part) ?? AUTO;
      return plainAsItIs(choice) && core.isOrdinary(topic) ? isPlainStart : null;
    },
    namesSchema: (record, part) => core.namesSchema(record, part),
    preview(bytes, context, maxChars) {
      if (bytes.length === 0) return { format: "empty", text: "", cut: false, problems: NONE };
      const buffer = asBuffer(bytes);
      const choice = context.part === "header" || !choices ? AUTO : choices.of(context.topic, context.part);
      // what nearly all text and JSON is
      if (plainAsItIs(choice) && isPlainStart[buffer[0]!] && core.isPlain(context)) {
        return previewPlain(buffer, maxChars, NONE);
      }
      return core.understand(new CellShape(maxChars), buffer, context, choice);
    },
    view(bytes, context, maxChars) {
      if (bytes.length === 0) return plainView("empty", "", 0, 0, NONE);
      const choice = context.part === "header" || !choices ? AUTO : choices.of(context.topic, context.part);
      return core.understand(new ViewShape(bytes.length, maxChars), asBuffer(bytes), context, choice);
    },
    viewInTurns(bytes, context, maxChars, signal) {
      if (bytes.length <= LARGE) return this.view(bytes, context, maxChars);
      const choice = context.part === "header" || !choices ? AUTO : choices.of(context.topic, context.part);
      const shape = new LargeShape(bytes.length, maxChars, signal);
      const shown = core.understand<PayloadView | Promise<PayloadView>>(shape, asBuffer(bytes), context, choice);
      return shown instanceof Promise ? shown.then((view) => view) : shown;
    },
  };
}

class Core {
  readonly #wire: WireFormats;
  readonly #readers: Readers;
  readonly #chosen = new ChosenSchemas();
  readonly #internal = new Map<string, InternalFormat | null>();
  readonly #external: DecodeExternally | undefined;

  constructor({ external, fingerprints }: DecoderOptions) {
    this.#external = external;
    const formats = createSchemaFormats();
    this.#wire = wireFormats(formats, fingerprints ?? null);
    this.#readers = new Readers(formats);
  }

  /** Nothing but a payload's own bytes says what it is. */
  isPlain({ part, topic, record }: DecodeContext): boolean {
    if (part === "header") return true;
    return this.isOrdinary(topic) && !(record && this.#wire.inHeaders(record, part));
  }

  /** None of Kafka's own, or of a tool beside it. */
  isOrdinary(topic: string): boolean {
    return this.#internalOf(topic) === null;
  }

  namesSchema(record: RecordLook, part: "key" | "value"): boolean {
    return this.#wire.inHeaders(record, part);
  }

  #internalOf(topic: string): InternalFormat | null {
    let format = this.#internal.get(topic);
    if (format === undefined) {
      format = internalFormat(topic);
      if (this.#internal.size > MOST_TOPICS) this.#internal.clear();
      this.#internal.set(topic, format);
    }
    return format;
  }

  understand<T>(shape: Shape<T>, bytes: Buffer, context: DecodeContext, choice: DecodeAs): T | Promise<T> {
    switch (choice.kind) {
      case "auto":
        return this.#automatically(shape, bytes, context, null);
      case "reader":
        return this.#automatically(shape, bytes, context, this.#readers.reading(choice.reader, context));
      case "format":
        return this.#asFormat(shape, bytes, choice.format);
      case "schema": {
        const format = this.#chosen.of(choice);
        const notes = [`Read by the schema of ${choice.label}${choice.message === null ? "" : `, ${choice.message}`}.`];
        const decode = (found: Awaited<typeof format>): T => {
          try {
            const decoded = found.decode(bytes, 0, shape.decodeChars(bytes.length));
            return shape.meaning({ format: found.format, ...decoded, schema: null, notes });
          } catch (error) {
            return shape.plain(bytes, [`not ${found.name}: ${messageOf(error)}`], NO_NOTES);
          }
        };
        return format instanceof Promise ? format.then(decode) : decode(format);
      }
      case "extension":
        return this.#asExtension(shape, bytes, context, choice);
    }
  }

  /** @param reading null: Avro values are shown as they were written */
  #automatically<T>(shape: Shape<T>, bytes: Buffer, context: DecodeContext, reading: Reading | null): T | Promise<T> {
    const { part } = context;
    const notes = reading ? [NAMES_NO_WRITER] : NO_NOTES;
    const problems: string[] = [];
    if (part !== "header") {
      const internal = this.#internalOf(context.topic);
      if (internal) {
        try {
          const most = shape.decodeChars(bytes.length);
          const key = context.record?.key() ?? null;
          const decoded =
            part === "key" ? internal.key(bytes, most) : internal.value(bytes, key && asBuffer(key), most);
          return shape.meaning({ format: "kafka", ...decoded, schema: null, notes: NO_NOTES });
        } catch (error) {
          if (internal.reserved) problems.push(`not ${internal.name}: ${messageOf(error)}`);
        }
      }
      const wire = this.#wire.understand(shape, bytes, context, part, reading);
      if (wire !== null) return wire;
      const single = this.#wire.singleObject(shape, bytes, context, part, reading, (why) =>
        this.#bySigns(shape, bytes, [...problems, why], NO_NOTES, context, 0),
      );
      if (single !== null) return single;
    }
    const bySigns = (): T => this.#bySigns(shape, bytes, problems, notes, context, 0);
    return reading && isContainer(bytes) ? this.#container(shape, bytes, reading, bySigns) : bySigns();
  }

  #container<T>(shape: Shape<T>, bytes: Buffer, reading: Reading, otherwise: () => T): T | Promise<T> {
    try {
      const meaning = reading.container(bytes, shape.decodeChars(bytes.length));
      if (meaning instanceof Promise) return meaning.then((found) => shape.meaning(found)).catch(otherwise);
      return shape.meaning(meaning);
    } catch {
      // it is tried again as it was written, and what is wrong with it is told then
      return otherwise();
    }
  }

  /** By what the bytes themselves say. */
  #bySigns<T>(
    shape: Shape<T>,
    bytes: Buffer,
    before: string[],
    notes: string[],
    context: DecodeContext | null,
    layers: number,
  ): T {
    const failures: string[] = [];
    // what stands alone was looked up before
    const fingerprint = context && context.part !== "header" ? null : singleObjectFingerprint(bytes);
    if (fingerprint !== null) failures.push(unknownFingerprint(fingerprint, null));
    const guesses: string[] = [];
    const most = layers < MAX_LAYERS ? shape.unpack : 0;
    const step = applySigns(bytes, shape.decodeChars(bytes.length), most, failures, guesses);
    if (step) {
      const shown = this.#take(shape, step, notes, failures, layers);
      if (shown !== null) return shown;
    }
    // text is text, whatever else it looked like
    const problems = failures.length > 0 && !isText(bytes, 0, bytes.length) ? [...before, ...failures] : before;
    const more = guesses.map((guess) => `It may be ${guess}: choose how it is to be decoded.`);
    const about = context && aboutConnect(bytes, context);
    if (about) more.push(about);
    return shape.plain(bytes, problems, more.length > 0 ? [...notes, ...more] : notes);
  }

  /** Null when it then was not what the step took it for. */
  #take<T>(shape: Shape<T>, step: Step, notes: string[], failures: string[], layers: number): T | null {
    if ("inside" in step) {
      const inside = [...notes, step.note];
      if (step.inside.length === 0) return shape.meaning({ ...EMPTY_TEXT, notes: inside });
      return this.#bySigns(shape, step.inside, NONE, inside, null, layers + 1);
    }
    try {
      return shape.meaning(notes.length > 0 ? { ...step, notes: [...notes, ...step.notes] } : step);
    } catch (error) {
      failures.push(messageOf(error));
      return null;
    }
  }

  #asFormat<T>(shape: Shape<T>, bytes: Buffer, format: FixedFormat): T {
    switch (format) {
      case "hex":
        return shape.hex(bytes, null, NONE, NO_NOTES);
      case "json":
      case "text":
        // control characters are text to who says that it is
        if (!isUtf8(bytes)) return shape.hex(bytes, null, [`not ${nameOf(format)}: it is not text in UTF-8`], NO_NOTES);
        if (format === "text") return shape.meaning({ ...EMPTY_TEXT, text: bytes.toString("utf8") });
        return shape.plain(bytes, notJson(bytes), NO_NOTES);
      default: {
        const failures: string[] = [];
        try {
          const step = applyFormat(format, bytes, shape.decodeChars(bytes.length), shape.unpack);
          const shown = this.#take(
            shape,
            step,
            [`Read as ${nameOf(format)}, which was chosen for this topic.`],
            failures,
            0,
          );
          if (shown !== null) return shown;
        } catch (error) {
          failures.push(`not ${nameOf(format)}: ${messageOf(error)}`);
        }
        return shape.plain(bytes, failures, NO_NOTES);
      }
    }
  }

  async #asExtension<T>(
    shape: Shape<T>,
    bytes: Buffer,
    context: DecodeContext,
    choice: Extract<DecodeAs, { kind: "extension" }>,
  ): Promise<T> {
    const { topic, part } = context;
    try {
      if (!this.#external || part === "header") throw new Error("it can be asked in the Messages panel only");
      const { text, json, problems } = await this.#external(choice.id, bytes, { topic, part });
      const isJson = json && scanJson(Buffer.from(text)).ok;
      return shape.meaning({
        format: isJson ? "extension-json" : "extension",
        text,
        cut: false,
        problems: json && !isJson ? [...problems, `${choice.label} calls it JSON, but it is not`] : problems,
        schema: null,
        notes: [`Decoded by ${choice.label}.`],
      });
    } catch (error) {
      return shape.plain(bytes, [`not decoded by ${choice.label}: ${messageOf(error)}`], NO_NOTES);
    }
  }
}

const EMPTY_TEXT = { format: "text", text: "", cut: false, problems: NONE, schema: null, notes: NO_NOTES } as const;

/** Why text is not JSON; empty when it is, also where it is a scalar. */
function notJson(bytes: Buffer): string[] {
  const { ok, message, at } = scanJson(bytes, byteOrderMark(bytes));
  return ok ? NONE : [`not JSON: ${message} at byte ${at}`];
}

/** What a record of Kafka Connect's own topics says, beside its JSON. */
function aboutConnect(bytes: Buffer, { part, record }: DecodeContext): string | null {
  if (part !== "value" || bytes[0] !== 0x7b) return null;
  const key = record?.key();
  const about = key ? connectRecord(asBuffer(key), bytes) : null;
  return about && `Kafka Connect: ${about}.`;
}
