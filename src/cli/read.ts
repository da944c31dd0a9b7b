import { compileWanted } from "../reader/filter/filter.ts";
import { FilteredSink } from "../reader/filteredSink.ts";
import { Run } from "../reader/run.ts";
import { createDecoder } from "../schema/decoder.ts";
import { openRegistry } from "../schema/registry/open.ts";
import { schemaSource } from "../schema/registry/source.ts";
import type { Filter, FilterProblem } from "../shared/messages.ts";
import { isCancelled, messageOf, UserError } from "../shared/userError.ts";
import { openDecodings } from "./decoding.ts";
import { parseOptions, type ReadOptions, USAGE } from "./options.ts";
import { Printer } from "./printer.ts";

/**
 * The reading engine without VS Code: prints a topic's messages. Sets the exit code and lets the event loop drain, since process.exit() can
 * cut what was written to a pipe.
 */
async function main(args: string[]): Promise<void> {
  const options = parseOptions(args);
  if (options) await read(options);
  else process.stdout.write(`${USAGE}\n`);
}

const BUFFER = 32 * 1024 * 1024;

const endpoint = ({ url, kind }: NonNullable<ReadOptions["registry"]>) =>
  ({ kind, urls: [url], auth: { kind: "none" }, tls: null, timeoutMs: 10_000 }) as const;

async function read({ brokers, query, registry, decode, bytes, format }: ReadOptions): Promise<void> {
  const client = registry && (await openRegistry(endpoint(registry)));
  const schemas = client && schemaSource(client);
  const decodings = await openDecodings(decode);
  const decoder = createDecoder({ choices: { of: (_topic, part) => decodings[part] } });
  const printer = new Printer({
    format,
    decoder,
    schemas,
    bytes,
    most: query.to.kind === "count" ? query.to.count : Number.POSITIVE_INFINITY,
    out: process.stdout,
    complain: ({ source, first, last, why }) =>
      complain(`Partition ${source.partition}, offsets ${first} to ${last}: ${why}`),
  });
  const config = { bootstrap: brokers, tls: null, sasl: null, connectTimeout: 3000, requestTimeout: 30_000 };
  const compiling = compileWanted(query, { decoder, schemas });
  const filter = await (query.filter ? compiling.catch(withPlace(query.filter)) : compiling);
  const run = new Run(config, query, BUFFER, filter ? new FilteredSink(printer, filter) : printer, () => {});
  let readerGone = false;
  const stop = (): void => {
    printer.end();
    void run.close();
  };
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // the usual end of "| head"
    readerGone = true;
    if (error.code !== "EPIPE") complain(`The output cannot be written: ${error.message}`);
    stop();
  });
  // once: a second Ctrl-C ends the process whatever it waits for
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  const started = performance.now();
  let failed = false;
  try {
    try {
      await run.read();
    } finally {
      await printer.done();
    }
  } catch (error) {
    if (!isCancelled(error)) {
      failed = true;
      complain(error instanceof UserError ? error.message : String(error instanceof Error ? error.stack : error));
    }
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    await run.close();
  }
  if (readerGone) return;
  const several = run.partitions.some(({ topic }) => topic !== run.partitions[0]!.topic);
  for (const one of run.partitions) {
    const { topic, partition, problem, failed: given } = one;
    const name = several ? `${topic}, partition ${partition}` : `Partition ${partition}`;
    const note = given ? one.note : one.said;
    if (note) complain(`${name}: ${note}`);
    if (given && !failed) {
      complain(`${name} was not read to its end: ${problem}`);
      process.exitCode = 1;
    }
  }
  // a topic or broker that is not there: one sentence and nothing else
  if (failed && printer.messages === 0) return;
  await printer.nothing();
  if (format === "count") process.stdout.write(`${printer.messages}\n`);
  if (filter) {
    process.stderr.write(`${printer.passed} messages read, ${printer.messages} of them match.\n`);
    const { count, example } = filter.problems;
    if (count > 0)
      process.stderr.write(`To ${count} of them the filter could not be applied, for example: ${example}\n`);
  }
  const seconds = Math.max(performance.now() - started, 1) / 1000;
  process.stderr.write(
    `${printer.messages} messages, ${printer.bytes} bytes in ${seconds.toFixed(3)} s, ${Math.round(printer.messages / seconds)} messages/s\n`,
  );

  function complain(sentence: string): void {
    process.stderr.write(`${sentence}\n`);
    if (failed) process.exitCode = 1;
  }
}

/** A filter that cannot be used is told with the place that is wrong in it. */
const withPlace =
  (filter: Filter) =>
  (error: unknown): never => {
    if (!(error instanceof UserError) || error.code !== "filter" || !error.detail) throw error;
    const { message, at } = JSON.parse(error.detail) as FilterProblem;
    const text = filter.kind === "cel" ? filter.expression : filter.kind === "regex" ? filter.pattern : filter.text;
    const place = at === null ? "" : ` (${placeIn(text, at)})`;
    throw new UserError(`${message.replace(/\.$/, "")}${place}.`, { code: "filter", cause: error });
  };

/** "character 7", or "line 2, character 7": from 1 on, as a person counts them. */
function placeIn(text: string, at: number): string {
  const lines = text.slice(0, at).split("\n");
  const character = `character ${Array.from(lines.at(-1)!).length + 1}`;
  return text.includes("\n") ? `line ${lines.length}, ${character}` : character;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
