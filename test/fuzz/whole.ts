import { gzipSync } from "node:zlib";
import type {
  DecodeContext,
  RegisteredSchema,
  RegistryKind,
  SchemaKey,
  SchemaQuery,
  SchemaSource,
} from "../../src/schema/api.ts";
import { createDecoder } from "../../src/schema/decoder.ts";
import { scanJson } from "../../src/schema/json.ts";
import { isSubjectQuery } from "../../src/schema/registry/subjectSchemas.ts";
import { frame, lookupIn } from "../../src/schema/registry/wire.ts";
import { PREVIEW_BYTES } from "../../src/schema/text.ts";
import { type DecodeAs, FIXED_FORMATS, JSON_FORMATS } from "../../src/shared/decoding.ts";
import type { Cell, PayloadView } from "../../src/shared/messages.ts";
import { UserError } from "../../src/shared/userError.ts";
import { kafkaRecords } from "../unit/schema/internalRecords.ts";
import { pick, type Random, upTo } from "../unit/schema/plain/support.ts";
import { promised, type Target } from "./check.ts";
import { anInput, randomBytes } from "./mutate.ts";
import { AVRO_SCHEMAS, avroSeeds, PLAIN, PROTO, PROTO_SEEDS, PROTO2, PROTO2_SEEDS } from "./seeds.ts";

const UUID = "01234567-89ab-4def-8123-4567";

/** Schemas of every type under the ids from 1 on, whatever kind of id it is. */
const SCHEMAS: readonly { schema: RegisteredSchema; seeds: readonly Buffer[]; message: string | null }[] = [
  ...AVRO_SCHEMAS.map((schema, i) => ({ type: "AVRO", schema, seeds: avroSeeds[i]!, message: null })),
  { type: "PROTOBUF", schema: PROTO, seeds: PROTO_SEEDS, message: "M" },
  { type: "PROTOBUF", schema: PROTO2, seeds: PROTO2_SEEDS, message: "M" },
  { type: "JSON", schema: '{"type":"object"}', seeds: PLAIN.json, message: null },
  { type: "AVRO", schema: "{", seeds: PLAIN.hex, message: null },
  { type: "PROTOBUF", schema: "message {", seeds: PLAIN.hex, message: null },
  { type: "XSD", schema: "<xsd/>", seeds: PLAIN.xml, message: null },
].map(({ seeds, message, ...schema }, i) => ({
  schema: { ...schema, id: i + 1, references: [], subject: "orders-value", version: 1 },
  seeds,
  message,
}));

const idOf = (key: SchemaKey): number =>
  typeof key === "number"
    ? key
    : key.startsWith("glue:") || key.startsWith("guid:")
      ? Number.parseInt(key.slice(-8), 16)
      : Number(key.slice(key.indexOf(":") + 1));

/** A registry; `waiting`: one that has to be waited for. */
function registry(kind: RegistryKind, waiting: boolean): SchemaSource {
  const find = (key: SchemaQuery) => SCHEMAS[isSubjectQuery(key) ? 0 : idOf(key) - 1]?.schema;
  return {
    kind,
    cached: (key) => (waiting ? undefined : find(key)),
    byId: async (key) => {
      const schema = find(key);
      if (!schema) throw new UserError(`schema id ${key} is unknown to the registry (404)`, { code: "unknown-schema" });
      return schema;
    },
  };
}

const REGISTRIES = (["confluent", "apicurio", "glue"] as const).flatMap((kind) => [
  registry(kind, true),
  registry(kind, false),
]);

const keyOf = (kind: RegistryKind, id: number, random: Random): SchemaKey => {
  const uuid = `${UUID}${id.toString(16).padStart(8, "0")}`;
  if (kind === "glue") return `glue:${uuid}`;
  if (kind === "apicurio") return random() < 0.5 ? `globalId:${id}` : `contentId:${id}`;
  return random() < 0.7 ? id : `guid:${uuid}`;
};

type Framed = { payload: Buffer; headers: { key: string; value: Buffer }[] };

/** What a serializer of that registry would have sent, damaged before or after. */
function framed(random: Random, kind: RegistryKind, part: "key" | "value"): Framed {
  const { schema, seeds, message } = pick(random, SCHEMAS);
  const body = random() < 0.6 ? anInput(random, seeds) : pick(random, seeds);
  const key = keyOf(kind, Number(schema.id), random);
  const guid = typeof key === "string" && key.startsWith("guid:");
  const sent = frame(key, body, {
    part,
    place: kind !== "glue" && (guid || random() < 0.3) ? "header" : "payload",
    message: message === null ? null : { indexes: [0], name: message, glueIndex: upTo(random, 4) },
    compress: random() < 0.4,
  });
  if (random() < 0.5) return sent;
  return {
    payload: anInput(random, [sent.payload]),
    headers: sent.headers.map(({ key: name, value }) => ({
      key: name,
      value: random() < 0.5 ? value : anInput(random, [value]),
    })),
  };
}

const records = kafkaRecords();
const everything = Object.values(PLAIN).flat();

/** Choices are known by their identity: one object each. */
const CHOSEN: readonly DecodeAs[] = [
  ...FIXED_FORMATS.map(({ id }): DecodeAs => ({ kind: "format", format: id })),
  ...SCHEMAS.filter(({ schema }) => schema.type !== "XSD").map(
    ({ schema, message }): DecodeAs => ({
      kind: "schema",
      type: schema.type as "AVRO" | "PROTOBUF" | "JSON",
      label: `schemas/${schema.id}`,
      schema: schema.schema,
      references: [],
      message: message && (schema.schema === PROTO ? "w.M" : "r.M"),
      compiled: false,
    }),
  ),
  ...SCHEMAS.filter(({ schema }) => schema.type === "AVRO").map(
    ({ schema }): DecodeAs => ({
      kind: "reader",
      reader: { from: "file", label: `schemas/${schema.id}`, schema: schema.schema },
    }),
  ),
  { kind: "reader", reader: { from: "registry", subject: null, version: null } },
  { kind: "extension", id: "acme.x", label: "Acme" },
];

const bare = createDecoder();
const choosing = CHOSEN.map((as) =>
  createDecoder({
    choices: { of: () => as },
    external: async (_id, bytes) => ({
      text: Buffer.from(bytes).toString("latin1"),
      json: bytes.length % 2 === 0,
      problems: [],
    }),
  }),
);

/** The decoder as the grid and the detail pane use it. */
export const whole: Target = {
  name: "the whole decoder",
  make(random) {
    const part = pick(random, ["key", "value", "header"] as const);
    const schemas = random() < 0.7 ? pick(random, REGISTRIES) : null;
    let topic = "orders";
    let payload: Buffer;
    let key: Buffer | null = random() < 0.5 ? Buffer.from("key") : null;
    let headers: Framed["headers"] = [];
    const way = random();
    if (way < 0.4)
      ({ payload, headers } = framed(random, schemas?.kind ?? "confluent", part === "key" ? "key" : "value"));
    else if (way < 0.55) {
      const record = pick(random, records);
      topic = record.topic;
      key = random() < 0.7 ? record.keyBytes : anInput(random, [record.keyBytes]);
      payload = anInput(random, [part === "key" ? record.keyBytes : record.valueBytes]);
    } else payload = anInput(random, everything);
    if (random() < 0.08) payload = gzipSync(payload);
    else if (random() < 0.05) payload = Buffer.from(payload.toString("base64"));
    if (headers.length === 0 && random() < 0.1)
      headers = [{ key: "__value_schema_id", value: randomBytes(random, upTo(random, 20)) }];
    const look = lookupIn(headers);
    const context: DecodeContext = {
      topic,
      part,
      schemas,
      ...(random() < 0.8 ? { record: { header: (name: string) => look?.(name), key: () => key } } : {}),
    };
    const chosen = random() < 0.3 ? upTo(random, CHOSEN.length) : -1;
    const decoder = chosen < 0 ? bare : choosing[chosen]!;
    const cells = pick(random, [1, 50, 300, 10_000]);
    const pane = pick(random, [100, 10_000, Number.POSITIVE_INFINITY]);
    const about = `${part} of ${topic}, registry ${schemas?.kind ?? "none"}, chosen ${JSON.stringify(CHOSEN[chosen]) ?? "nothing"}, headers ${headers.map(({ key: name, value }) => `${name}=${value.toString("hex")}`)}, record ${"record" in context}, key ${key?.toString("hex")}, preview ${cells}, view ${pane}`;
    return {
      input: payload,
      about,
      async run() {
        const cell = await decoder.preview(payload, context, cells);
        const view = await decoder.view(payload, context, pane);
        checkCell(cell, cells);
        checkView(view, payload, pane);
        // a preview that saw all of it, and had room for what it takes
        const saw = payload.length <= PREVIEW_BYTES / 2 && cells >= 10_000 && view.text.length < 10_000;
        const unpacks = payload[0] === 3 || view.notes.some((note) => note.startsWith("Compressed"));
        if (saw && !unpacks)
          promised(cell.format === view.format, `the grid says ${cell.format}, the pane ${view.format}`);
      },
    };
  },
};

const isProblem = (text: string): boolean => typeof text === "string" && text.length > 4 && text.length < 4000;

function checkCell({ format, text, problems }: Cell, maxChars: number): void {
  promised(typeof format === "string" && typeof text === "string", "no cell");
  promised(text.length <= maxChars, `a cell of ${text.length} characters where ${maxChars} were wanted`);
  promised(!/[\n\r]/.test(text), "a cell of several lines");
  for (const problem of problems) promised(isProblem(problem), `no sentence: ${problem}`);
}

function checkView(view: PayloadView, payload: Buffer, maxChars: number): void {
  const { format, text, textCut, size, problems, notes } = view;
  promised(size === payload.length, `the size is ${size}, not ${payload.length}`);
  promised(text.length <= maxChars && textCut >= 0, `${text.length} characters, ${textCut} cut`);
  const limited = problems.some((problem) => problem.startsWith("only the first"));
  if (JSON_FORMATS.has(format) && textCut === 0 && !limited) {
    const scan = scanJson(Buffer.from(text));
    promised(scan.ok, `not JSON, ${scan.message} at ${scan.at}: ${text.slice(0, 200)}`);
  }
  for (const each of [...problems, ...notes]) promised(isProblem(each), `no sentence: ${each}`);
}
