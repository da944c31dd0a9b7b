import { scanJson } from "../../src/schema/json.ts";
import type { Decoded } from "../../src/schema/schemaFormats.ts";
import { UserError } from "../../src/shared/userError.ts";

/** One input and what is done with it. */
export interface Case {
  input: Buffer;
  /** what else there is to know to do it again: a schema's text, for example */
  about: string;
  /** Throws, or rejects with, whatever should not have happened. */
  run(): unknown;
}

/** Something that decodes, and how inputs for it are made. */
export interface Target {
  name: string;
  make(random: () => number): Case;
}

/** What was promised did not hold. */
export class Broken extends Error {
  override readonly name = "Broken";
}

export function promised(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** What JavaScript throws by itself: nobody wrote a sentence. */
const ENGINE = [TypeError, RangeError, SyntaxError, ReferenceError, URIError, EvalError];

/** Only a sentence may be thrown: an error that somebody wrote, not one of the engine's or of Node's. */
function isSentence(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof Broken) return false;
  if (ENGINE.some((kind) => error instanceof kind)) return false;
  if (!(error instanceof UserError) && "code" in error) return false;
  const { message } = error;
  return message.length >= 5 && !/\bundefined\b|\[object /.test(message);
}

/** What it gives; null when it refused with a sentence. Everything else that is thrown goes on. */
export function orSentence<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (isSentence(error)) return null;
    throw error;
  }
}

/** A decoder's answer: JSON unless it was cut, and hardly longer than was asked for. */
export function checkDecoded(decoded: Decoded, size: number, maxChars: number, json: boolean): void {
  const { text, cut, problems } = decoded;
  promised(typeof text === "string" && typeof cut === "boolean" && Array.isArray(problems), "it gives no text");
  if (json && !cut) {
    const scan = scanJson(Buffer.from(text));
    promised(scan.ok, `the text is not JSON: ${scan.message} at ${scan.at}: ${text.slice(0, 200)}`);
  }
  promised(
    text.length <= maxChars + 4 * size + 100_000,
    `${text.length} characters from ${size} bytes where ${maxChars} were wanted`,
  );
  for (const problem of problems) promised(problem.length > 4 && problem.length < 3000, `no sentence: ${problem}`);
}
