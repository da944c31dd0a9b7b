import type { CopyFormat, PayloadView } from "../../shared/messages.ts";
import { UserError } from "../../shared/userError.ts";
import { type CommandTarget, secretsNotes } from "./commandTarget.ts";
import { consoleProducerCommand } from "./consoleProducer.ts";
import { kcatCommand } from "./kcat.ts";
import { type LineOptions, type PlacedRecord, payloadView, recordLine } from "./lines.ts";

/** What a clipboard is for ends somewhere; beyond it an export serves better. */
const MAX_CHARS = 32 * 1024 * 1024;
/** Bytes of the payloads that become text of about that size or more. */
const MAX_BYTES = MAX_CHARS;

export interface CopyOptions extends LineOptions {
  /** for the commands */
  target: CommandTarget;
}

/**
 * Records as text for the clipboard, one after the other, each from a line of its own:
 *
 * - "value", "key": as the detail pane shows it; nothing for Kafka's null
 * - "json": laid out when it is one record, JSON Lines when there are several; as an export writes it
 * - "kcat", "console-producer": shell commands that produce them again, with what the connection needs but its secrets; comment lines say what
 *   cannot be, and how the commands get the secrets
 *
 * Rejects with a UserError of code "too-large" when that is more than 32 million characters.
 */
export async function copyAs(
  records: readonly PlacedRecord[],
  format: CopyFormat,
  options: CopyOptions,
): Promise<string> {
  const commands = records.length > 0 && (format === "kcat" || format === "console-producer");
  const texts: string[] = commands ? secretsNotes(options.target, format) : [];
  let length = 0;
  for (const placed of records) {
    const { record } = placed;
    // before any of it is decoded
    const size = sizeOf(record.key) + sizeOf(record.value);
    if (length + size > MAX_BYTES) throw tooLarge();
    const text = await oneText(placed, format, options, records.length === 1);
    length += text.length + 1;
    if (length > MAX_CHARS) throw tooLarge();
    texts.push(text);
    // each may have taken a while
    if (texts.length % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return texts.join("\n");
}

const sizeOf = (span: PlacedRecord["record"]["value"]): number => (span ? span.end - span.start : 0);

const tooLarge = (): UserError =>
  new UserError("This is too large to copy: more than 32 million characters. Export it to a file instead.", {
    code: "too-large",
  });

async function oneText(
  placed: PlacedRecord,
  format: CopyFormat,
  options: CopyOptions,
  alone: boolean,
): Promise<string> {
  switch (format) {
    case "value":
    case "key": {
      const view: PayloadView | null = await payloadView(placed, format, placed.record[format], options);
      return view?.text ?? "";
    }
    case "json": {
      const line = await recordLine(placed, options);
      return alone ? JSON.stringify(line, null, 2) : JSON.stringify(line);
    }
    case "kcat":
      return kcatCommand(placed, options.target);
    case "console-producer":
      return consoleProducerCommand(placed, options.target);
  }
}
