import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import type { DecodeContext, Decoder } from "../../src/schema/api.ts";
import { createDecoder } from "../../src/schema/decoder.ts";
import { messageOf } from "../../src/shared/userError.ts";
import { type Budget, budgetRows, check, verdictOf } from "./budget.ts";
import { type DecodeCase, decodeCases } from "./decodeCases.ts";
import { decodeData, jsonOf } from "./decodeData.ts";
import { timePython } from "./decodePython.ts";
import { type DecodeTimes, type Passes, type TimeOptions, timeCase, timesAsLong } from "./decodeTime.ts";
import { show } from "./measure.ts";
import { median, table } from "./table.ts";

const USAGE = `npm run bench:decode: measures decoding, of one core, beside the libraries that are made for each format, used directly.

Ours is what a row of the grid takes: the frame and the schema's id, the value as JSON text, one line of it. Theirs is the value alone, as JavaScript's
objects; "to text" is the same work as ours: with JSON.stringify behind it, and of text with a look whether it is readable. The budgets hold ours against
this; JSON.parse, whose bytes are text already, is taken as it is. Contenders take turns; the median of the rounds counts.

  --check       exit code 1 when a budget is missed; names each that is
  --quick       few messages, one round: shows that everything works, its figures mean nothing
  --rounds N    default 7
  --only TEXT   kinds of messages whose name begins so: Avro, "JSON, 1"
  --no-python   without Python's confluent-kafka
  --json FILE   writes every round's figures`;

/** characters of a row of the grid */
const ROW = 300;
/** The budget: our time, of the time that the library takes to the same text. */
const LIMIT = 1.5;
const LARGE = 10_000_000;

interface DecodeOptions extends TimeOptions {
  check: boolean;
  quick: boolean;
  python: boolean;
  only: string;
  json: string | null;
}

function parseOptions(args: string[]): DecodeOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      "no-python": { type: "boolean", default: false },
      only: { type: "string", default: "" },
      rounds: { type: "string" },
      json: { type: "string" },
    },
  });
  if (values.help) return null;
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 7));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 99)
    throw new Error(`--rounds takes a number from 1 to 99, not "${values.rounds}".`);
  const { check, quick, only, json = null } = values;
  return { check, quick, only, json, rounds, seconds: quick ? 0.005 : 0.03, python: !values["no-python"] };
}

/** Each contender over all messages of a case, after a look at what ours makes of the first one. */
async function passesOf(one: DecodeCase, decoder: Decoder, context: DecodeContext): Promise<Passes> {
  const { payloads, bodies, bare, toText } = one;
  // schemas are compiled, and formats loaded, by the first message
  const { problems, format } = await decoder.view(payloads[0]!, context, Number.POSITIVE_INFINITY);
  if (problems.length > 0 || format === "binary") throw new Error(`${one.name}: ${format}, ${problems.join()}`);
  const all = (messages: readonly Buffer[], run: (bytes: Buffer) => unknown) => (): void => {
    for (const message of messages) if (run(message) instanceof Promise) throw new Error(`${one.name} was waited for`);
  };
  return {
    preview: all(payloads, (bytes) => decoder.preview(bytes, context, ROW)),
    bare: all(bodies, bare),
    ...(toText && { toText: all(bodies, toText) }),
    view: all(payloads, (bytes) => decoder.view(bytes, context, Number.POSITIVE_INFINITY)),
  };
}

async function main(options: DecodeOptions): Promise<number> {
  const { quick, rounds } = options;
  const count = quick ? 20 : 500;
  const data = decodeData(count);
  const { context } = data;
  const cases = decodeCases(data, count).filter(({ name }) => name.startsWith(options.only));
  if (cases.length === 0) throw new Error(`No kind of message begins with "${options.only}".`);
  const decoder = createDecoder();
  const machine = { cpu: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`, load: loadavg()[0]!.toFixed(1) };
  console.log(`cpu: ${machine.cpu}\nload: ${machine.load}\nnode: ${process.versions.node}\n`);
  console.log(`Messages a second of one core; contenders in turn, median of ${rounds}.`);
  if (quick) console.log("A quick run: it shows that everything works, its figures mean nothing.");

  const prepared: { one: DecodeCase; passes: Passes }[] = [];
  for (const one of cases) prepared.push({ one, passes: await passesOf(one, decoder, context) });
  // all kinds before the first is timed: a reader meets several formats, and what is fast for one alone may not be fast for all
  for (const { one, passes } of prepared) timeCase(one, passes, { rounds: quick ? 1 : 2, seconds: options.seconds });
  const measured = prepared.map(({ one, passes }) => ({ one, times: timeCase(one, passes, options) }));
  const python = await pythonTimes(data, options);
  console.log(`\n${table(rowsOf(measured, python))}`);

  const budgets = budgetsOf(measured);
  if (options.only === "") budgets.push(layOut(decoder, context, quick ? LARGE / 100 : LARGE, Math.min(rounds, 5)));
  console.log(`\nBudgets\n${table(budgetRows(budgets))}`);
  const { ok, lines } = check(budgets);
  if (options.check) console.log(`\n${lines.join("\n")}`);
  if (options.json !== null) {
    const verdicts = budgets.map((budget) => ({ ...budget, verdict: verdictOf(budget) }));
    const results = measured.map(({ one, times }) => ({ name: one.name, library: one.library, times }));
    await mkdir(dirname(options.json), { recursive: true });
    await writeFile(
      options.json,
      `${JSON.stringify({ machine, options, budgets: verdicts, results, python }, null, 2)}\n`,
    );
  }
  return options.check && !ok ? 1 : 0;
}

type Measured = readonly { one: DecodeCase; times: DecodeTimes }[];

function rowsOf(measured: Measured, python: Record<string, number[]> | null): string[][] {
  const rate = (times: readonly number[] | undefined): string =>
    times === undefined || times.length === 0 ? "–" : show.count(1 / median(times));
  const ratio = (ours: number[], peer: number[]): string =>
    peer.length === 0 ? "–" : timesAsLong(ours, peer).toFixed(2);
  return [
    [
      "message",
      "bytes",
      "ours",
      "library",
      "its rate",
      "× its time",
      "to text",
      "× its time",
      "our whole view",
      "Python",
    ],
    ...measured.map(({ one, times: { preview, view, bare, toText } }) => [
      one.name,
      show.count(one.payloads.reduce((sum, { length }) => sum + length, 0) / one.payloads.length),
      rate(preview),
      one.library,
      rate(bare),
      ratio(preview, bare),
      rate(toText),
      ratio(preview, toText),
      rate(view),
      rate(python?.[one.name]),
    ]),
  ];
}

function budgetsOf(measured: Measured): Budget[] {
  const budgets: Budget[] = [];
  for (const { one, times } of measured) {
    if (one.budget !== true) continue;
    budgets.push({
      what: `${one.name}, of the time of ${one.library}${one.toText ? " to text" : ""}`,
      unit: "×",
      bound: "at most",
      limit: LIMIT,
      measured: timesAsLong(times.preview, one.toText ? times.toText : times.bare),
    });
  }
  return budgets;
}

/** A large document in the detail pane, whole, beside parsing it and writing it anew. */
function layOut(decoder: Decoder, context: DecodeContext, bytes: number, rounds: number): Budget {
  const document = jsonOf(bytes);
  const timed = (run: () => unknown): number => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return user + system;
  };
  const ratios: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const ours = timed(() => decoder.view(document, context, Number.POSITIVE_INFINITY));
    const theirs = timed(() => JSON.stringify(JSON.parse(document.toString("utf8")), null, 2));
    if (round >= 0) ratios.push(ours / theirs);
  }
  const what = `${Math.round(bytes / 1e5) / 10} MB of JSON laid out, of the time of JSON.parse and JSON.stringify`;
  return { what, unit: "×", bound: "at most", limit: LIMIT, measured: median(ratios) };
}

/** null, with a sentence, where Python cannot be had */
async function pythonTimes(
  data: ReturnType<typeof decodeData>,
  { python, rounds, seconds }: DecodeOptions,
): Promise<Record<string, number[]> | null> {
  if (!python) return null;
  const cases = [
    { name: "Avro, small", data: data.avroSmall },
    { name: "Avro, wide", data: data.avroWide },
    { name: "Avro, nested", data: data.avroNested },
    { name: "Protobuf, small", data: data.protobufSmall },
    { name: "Protobuf, nested", data: data.protobufNested },
    { name: "JSON with its schema", data: data.jsonSchema },
  ];
  try {
    return await timePython(cases, { rounds: Math.min(rounds, 3), seconds: 2 * seconds });
  } catch (error) {
    console.error(`Without Python's confluent-kafka, which cannot be had here: ${messageOf(error)}`);
    return null;
  }
}

let options: DecodeOptions | null | undefined;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${messageOf(error)} See --help.`);
  process.exitCode = 2;
}
if (options === null) console.log(USAGE);
else if (options) process.exitCode = await main(options);
