import { compileAvro } from "../../src/schema/avro/decode.ts";
import { resolveAvro } from "../../src/schema/avro/resolve.ts";
import { parseAvro } from "../../src/schema/avro/schema.ts";
import { byFingerprint, decodeSingleObject } from "../../src/schema/avro/singleObject.ts";
import { applyFormat } from "../../src/schema/decoding/step.ts";
import { connectRecord } from "../../src/schema/internal/connect.ts";
import { opensContainer, scanJson } from "../../src/schema/json.ts";
import { compileJsonSchema } from "../../src/schema/jsonSchema/validate.ts";
import { parseJson } from "../../src/schema/jsonTree.ts";
import { COMPRESSIONS, detectCompressed, unpack } from "../../src/schema/plain/compressed.ts";
import { duplicateKeys } from "../../src/schema/plain/duplicateKeys.ts";
import { recognise } from "../../src/schema/plain/recognise.ts";
import { protobufMessageFormat } from "../../src/schema/protobuf/decode.ts";
import { encodeProtobuf } from "../../src/schema/protobuf/encode.ts";
import { loadMessage } from "../../src/schema/protobuf/format.ts";
import { parseProtobuf } from "../../src/schema/protobuf/schema.ts";
import { decodeWithoutSchema } from "../../src/schema/protobuf/withoutSchema.ts";
import { openDescriptorSet } from "../../src/schema/protobuf/workspace.ts";
import { wireOf } from "../../src/schema/registry/wire.ts";
import { readApicurioRef } from "../../src/schema/registry/wireApicurio.ts";
import { readConfluentHeader, readMessageIndexes } from "../../src/schema/registry/wireConfluent.ts";
import { inflateGlue, readGlueIndex, writeGlue } from "../../src/schema/registry/wireGlue.ts";
import type { Decoded } from "../../src/schema/schemaFormats.ts";
import { FIXED_FORMATS, type FixedFormat, JSON_FORMATS } from "../../src/shared/decoding.ts";
import type { PayloadFormat } from "../../src/shared/messages.ts";
import { mutated } from "../unit/schema/avroMutate.ts";
import { randomSchema as randomAvro } from "../unit/schema/avroRandom.ts";
import { kafkaRecords, known } from "../unit/schema/internalRecords.ts";
import { pick, type Random, upTo } from "../unit/schema/plain/support.ts";
import { randomJson, randomSchema as randomProto } from "../unit/schema/protobufRandom.ts";
import { type Case, checkDecoded, orSentence, promised, type Target } from "./check.ts";
import { anInput, mutate } from "./mutate.ts";
import {
  AVRO_SCHEMAS,
  avroSeeds,
  avroTypes,
  avroValues,
  PLAIN,
  PROTO,
  PROTO_SEEDS,
  PROTO2,
  PROTO2_SEEDS,
  SINGLE,
} from "./seeds.ts";

type Decode = (bytes: Buffer, start: number, maxChars: number) => Decoded;

const LIMITS = [0, 1, 200, 10_000, 1_000_000];

/** Decodes whole or to some length: text, or a sentence. */
function decoding(random: Random, input: Buffer, decode: Decode, about = "", json = true): Case {
  const start = random() < 0.9 ? 0 : upTo(random, Math.min(input.length + 1, 20));
  const most = pick(random, LIMITS);
  return {
    input,
    about: `start ${start}, maxChars ${most}${about && `, ${about}`}`,
    run: () => {
      const decoded = orSentence(() => decode(input, start, most));
      if (decoded) checkDecoded(decoded, input.length, most, json);
    },
  };
}

const UNPACK = 4 * 1024 * 1024;
const isJsonFormat = (format: PayloadFormat): boolean => JSON_FORMATS.has(format);

/** What a person may choose: each of the formats without a schema. */
const formats = FIXED_FORMATS.map(({ id }) => id)
  .filter((id): id is Exclude<FixedFormat, "json" | "text" | "hex"> => id !== "json" && id !== "text" && id !== "hex")
  .map(
    (format): Target => ({
      name: `format ${format}`,
      make(random) {
        const input = anInput(random, PLAIN[format]);
        const most = pick(random, LIMITS);
        return {
          input,
          about: `maxChars ${most}`,
          run() {
            const step = orSentence(() => applyFormat(format, input, most, UNPACK));
            if (!step) return;
            if ("inside" in step) promised(step.inside.length <= UNPACK, `it unpacks to ${step.inside.length} bytes`);
            else checkDecoded(step, input.length, most, isJsonFormat(step.format));
          },
        };
      },
    }),
  );

const everything = Object.values(PLAIN).flat();

const plain: Target[] = [
  {
    name: "recognise",
    make(random) {
      const input = anInput(random, everything);
      return { input, about: "", run: () => void recognise(input) };
    },
  },
  {
    name: "unpack",
    make(random) {
      const compression = pick(random, COMPRESSIONS);
      const kind = compression.startsWith("snappy") ? "snappy" : compression;
      const input = anInput(random, PLAIN[kind as FixedFormat]);
      return {
        input,
        about: compression,
        run() {
          detectCompressed(input);
          const bytes = orSentence(() => unpack(input, 0, compression, UNPACK));
          promised(bytes === null || bytes.length <= UNPACK, "it unpacks to more than it may");
        },
      };
    },
  },
  {
    name: "JSON text",
    make(random) {
      const input = anInput(random, PLAIN.json);
      return {
        input,
        about: "",
        run() {
          opensContainer(input);
          const scan = scanJson(input);
          const text = input.toString("utf8");
          const parsed = orSentence(() => parseJson(text));
          if (Buffer.from(text).equals(input) && text.length < 1000)
            promised(scan.ok === (parsed !== null), `scanning says ${scan.ok}, parsing says ${parsed !== null}`);
          if (scan.ok) duplicateKeys(input);
        },
      };
    },
  },
];

const avro: Target[] = [
  {
    name: "Avro",
    make(random) {
      const i = upTo(random, avroTypes.length);
      return decoding(random, anInput(random, avroSeeds[i]!), compileAvro(avroTypes[i]!), `schema ${i}`);
    },
  },
  {
    name: "Avro by a random schema, or read by a changed one",
    make(random) {
      const schema = randomAvro(random);
      // a random schema may name a type that it does not have
      const parsed = orSentence(() => parseAvro({ schema: JSON.stringify(schema), references: [] }));
      const writer = parsed ?? avroTypes[0]!;
      const input = anInput(random, avroValues(writer, random, 2));
      if (random() < 0.5) return decoding(random, input, compileAvro(writer), JSON.stringify(schema));
      const changed = JSON.stringify(mutated(random, mutated(random, schema)));
      const reader = orSentence(() => parseAvro({ schema: changed, references: [] })) ?? writer;
      const about = `${JSON.stringify(schema)} read by ${changed}`;
      return decoding(random, input, (...given) => resolveAvro(writer, reader).decode(...given), about);
    },
  },
  {
    name: "Avro schemas",
    make(random) {
      const input = anInput(
        random,
        AVRO_SCHEMAS.map((schema) => Buffer.from(schema)),
      );
      const value = anInput(random, avroSeeds[0]!);
      return {
        input,
        about: value.toString("hex"),
        run() {
          const type = orSentence(() => parseAvro({ schema: input.toString("utf8"), references: [] }));
          if (!type) return;
          const decoded = orSentence(() => compileAvro(type)(value, 0, 100_000));
          if (decoded) checkDecoded(decoded, value.length, 100_000, true);
          orSentence(() => resolveAvro(type, avroTypes[0]!));
        },
      };
    },
  },
  {
    name: "Avro single object",
    make(random) {
      const types = byFingerprint(avroTypes);
      return decoding(random, anInput(random, SINGLE), (bytes, _start, most) =>
        decodeSingleObject(bytes, (fingerprint) => types.get(fingerprint), most),
      );
    },
  },
];

const protoM = protobufMessageFormat(parseProtobuf({ schema: PROTO, references: [] }), "w.M");
const proto2M = protobufMessageFormat(parseProtobuf({ schema: PROTO2, references: [] }), "r.M");
/** a descriptor set whose only file is `M { string a = 1; repeated M m = 2; }` */
const DESCRIPTOR = Buffer.from(
  "0a3e0a07612e70726f746f1201702228 0a014d12 0c0a0161180120012809520161 12150a016d180220032 00b32042e702e4d52016d6206 70726f746f33".replaceAll(
    " ",
    "",
  ),
  "hex",
);

const protobuf: Target[] = [
  {
    name: "Protobuf",
    make: (random) =>
      random() < 0.7
        ? decoding(random, anInput(random, PROTO_SEEDS), protoM.decode, "w.M")
        : decoding(random, anInput(random, PROTO2_SEEDS), proto2M.decode, "r.M"),
  },
  {
    name: "Protobuf by a random schema",
    make(random) {
      const schema = randomProto(random);
      const parsed = parseProtobuf({ schema: schema.text, references: [] });
      const { name } = pick(random, schema.messages);
      const encoded = encodeProtobuf(parsed, `r.${name}`, parseJson(randomJson(schema, name, random)));
      const seed = "bytes" in encoded ? encoded.bytes : Buffer.alloc(3);
      const { decode } = protobufMessageFormat(parsed, `r.${name}`);
      return decoding(random, anInput(random, [seed]), decode, `${name} of ${schema.text}`);
    },
  },
  {
    name: "Protobuf without a schema",
    make: (random) => decoding(random, anInput(random, [...PROTO_SEEDS, ...PROTO2_SEEDS]), decodeWithoutSchema),
  },
  {
    name: "Protobuf schemas",
    make(random) {
      const input = anInput(
        random,
        [PROTO, PROTO2].map((schema) => Buffer.from(schema)),
      );
      const value = anInput(random, PROTO_SEEDS);
      return {
        input,
        about: value.toString("hex"),
        run() {
          const schema = { schema: input.toString("utf8"), references: [] };
          const format = orSentence(() => loadMessage(schema, false, null));
          const decoded = format && orSentence(() => format.decode(value, 0, 10_000));
          if (decoded) checkDecoded(decoded, value.length, 10_000, true);
        },
      };
    },
  },
  {
    name: "Protobuf descriptor sets",
    make(random) {
      const input = anInput(random, [DESCRIPTOR]);
      return {
        input,
        about: "",
        run() {
          const set = orSentence(() => openDescriptorSet(input));
          for (const { name } of set?.messages.slice(0, 5) ?? []) orSentence(() => set!.schemaOf(name));
        },
      };
    },
  },
];

const JSON_SCHEMA = `{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","required":["id"],"definitions":{"t":{"type":"array",
  "items":{"$ref":"#/definitions/t"},"uniqueItems":true}},"properties":{"id":{"type":"integer","multipleOf":3,"maximum":1e30},
  "in":{"anyOf":[{"$ref":"#"},{"oneOf":[{"type":"null"},{"not":{"const":1}}]}]},"tags":{"$ref":"#/definitions/t"},
  "s":{"type":"string","pattern":"^(a+)+$","format":"date-time","minLength":1}},"patternProperties":{"^x":{"enum":[1,"a",null]}},
  "additionalProperties":{"if":{"type":"string"},"then":{"maxLength":5},"else":true},"dependencies":{"a":["b"]}}`;
const JSON_SCHEMA_2020 = `{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://x/y","$defs":{"n":{"$dynamicAnchor":"n","type":"object",
  "properties":{"c":{"$dynamicRef":"#n"}},"unevaluatedProperties":false}},"$ref":"#/$defs/n","prefixItems":[{"type":"number"}],"contains":{"minimum":1},"minContains":2}`;
const JSON_VALUES = [
  '{"id":9007199254740993,"in":{"id":3,"in":null},"tags":[[],[[]]],"s":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!","x1":"a","other":"abcdef","a":1}',
  '{"c":{"c":{"c":{}}}}',
  "[1,2,3e400,-0]",
];

const jsonSchema: Target = {
  name: "JSON Schema",
  make(random) {
    const schema = pick(random, [JSON_SCHEMA, JSON_SCHEMA_2020]);
    const changed =
      random() < 0.5 ? mutate(random, Buffer.from(schema), [Buffer.from(JSON_SCHEMA)]).toString("utf8") : schema;
    const input = anInput(
      random,
      JSON_VALUES.map((text) => Buffer.from(text)),
    );
    return {
      input,
      about: changed,
      run() {
        const value = orSentence(() => parseJson(input.toString("utf8")));
        const validate = value && orSentence(() => compileJsonSchema({ schema: changed, references: [] }));
        if (!validate) return;
        const { problems, unchecked } = validate(value);
        promised(problems.every(({ message }) => message.length > 2) && Array.isArray(unchecked), "no sentences");
      },
    };
  },
};

const records = kafkaRecords();
const TOPICS = [
  ...new Set(records.map(({ topic }) => topic)),
  "_schemas",
  "heartbeats",
  "mm2-offset-syncs.eu.internal",
];

const internal: Target[] = [
  {
    name: "Kafka's own topics",
    make(random) {
      const record = pick(random, records);
      const format = known(random() < 0.9 ? record.topic : pick(random, TOPICS));
      const key = random() < 0.6 ? record.keyBytes : anInput(random, [record.keyBytes]);
      const value = anInput(random, [record.valueBytes, record.keyBytes]);
      if (random() < 0.4) {
        const input = anInput(random, [record.keyBytes]);
        return decoding(random, input, (bytes, _start, most) => format.key(bytes, most), format.name);
      }
      const about = `${format.name}, key ${key.toString("hex")}`;
      return decoding(random, value, (bytes, _start, most) => format.value(bytes, key, most), about);
    },
  },
  {
    name: "Kafka Connect's topics",
    make(random) {
      const key = anInput(
        random,
        ['["file-source",{"file":"a"}]', "connector-a", "task-a-1", "commit-a", "status-task-a-0"].map((text) =>
          Buffer.from(text),
        ),
      );
      const input = anInput(
        random,
        [
          '{"properties":{"name":"a"}}',
          '{"state":"RUNNING","trace":null,"worker_id":"w","generation":1}',
          '{"position":1}',
        ].map((text) => Buffer.from(text)),
      );
      return { input, about: key.toString("hex"), run: () => void connectRecord(key, input) };
    },
  },
];

const wire: Target = {
  name: "wire formats",
  make(random) {
    const body = pick(random, PROTO_SEEDS);
    const glue = writeGlue("glue:01234567-89ab-4def-8123-456789abcdef", body, random() < 0.5);
    const input = anInput(random, [
      glue,
      Buffer.concat([Buffer.from("0000000007020200", "hex"), body]),
      Buffer.from("000000000000000007040a024d31", "hex"),
    ]);
    const header = anInput(random, [
      Buffer.from("0000000007", "hex"),
      Buffer.from("010123456789ab4def8123456789abcdef0202", "hex"),
      Buffer.alloc(8, 1),
    ]);
    const kind = pick(random, ["confluent", "apicurio", "glue", null] as const);
    const with_ = random() < 0.5;
    return {
      input,
      about: `${kind}, header ${with_ ? header.toString("hex") : "none"}`,
      run() {
        for (const part of ["key", "value"] as const) {
          const found = wireOf(input, with_ ? () => header : null, part, kind);
          promised(!found || (found.start >= 0 && found.start <= input.length), "the value starts beyond the end");
        }
        readConfluentHeader(header);
        readMessageIndexes(input, 0);
        readApicurioRef(input, 0);
        readGlueIndex(input, 0);
        orSentence(() => inflateGlue(input, UNPACK));
      },
    };
  },
};

/** Each decoder on its own. */
export const leaves: readonly Target[] = [...formats, ...plain, ...avro, ...protobuf, jsonSchema, ...internal, wire];
