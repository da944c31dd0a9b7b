/** Random .proto files, and values of their messages as JSON in the form that the decoder shows. For tests. */

type Random = () => number;

interface RandomField {
  name: string;
  type: string;
  rule: "" | "optional" | "repeated" | "required" | "map" | "oneof";
  key: string;
}

export interface RandomSchema {
  text: string;
  messages: { name: string; fields: RandomField[] }[];
}

const SCALARS =
  "int32 int64 uint32 uint64 sint32 sint64 fixed32 fixed64 sfixed32 sfixed64 bool string bytes float double E".split(
    " ",
  );
const KEYS = SCALARS.filter((type) => !["bytes", "float", "double", "E"].includes(type));

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

/** Messages M0 … and an enum E, of proto2 or proto3. */
export function randomSchema(random: Random): RandomSchema {
  const proto3 = random() < 0.6;
  const count = 1 + Math.floor(random() * 4);
  const messages = Array.from({ length: count }, (_, m) => ({ name: `M${m}`, fields: [] as RandomField[] }));
  const texts = messages.map((message) => {
    const lines: string[] = [];
    let number = 0;
    const size = 1 + Math.floor(random() * 8);
    for (let i = 0; i < size; i++) {
      number += 1 + Math.floor(random() * random() * random() * 3000);
      if (number >= 19_000) break;
      const type = random() < 0.25 ? pick(random, messages).name : pick(random, SCALARS);
      const isMessage = type.startsWith("M");
      const name = `f${i}`;
      const roll = random();
      if (roll < 0.2) {
        message.fields.push({ name, type, rule: "repeated", key: "" });
        const packable = !isMessage && type !== "string" && type !== "bytes";
        lines.push(
          `repeated ${type} ${name} = ${number}${packable && random() < 0.3 ? ` [packed=${random() < 0.5}]` : ""};`,
        );
      } else if (roll < 0.35) {
        const key = pick(random, KEYS);
        message.fields.push({ name, type, rule: "map", key });
        lines.push(`map<${key}, ${type}> ${name} = ${number};`);
      } else if (roll < 0.45) {
        message.fields.push(
          { name, type, rule: "oneof", key: `o${i}` },
          { name: `${name}b`, type: "string", rule: "oneof", key: `o${i}` },
        );
        lines.push(`oneof o${i} { ${type} ${name} = ${number}; string ${name}b = ${number + 1}; }`);
        number++;
      } else if (!proto3 && roll < 0.5 && !isMessage) {
        message.fields.push({ name, type, rule: "required", key: "" });
        lines.push(`required ${type} ${name} = ${number};`);
      } else {
        const rule = !proto3 || random() < 0.3 ? "optional" : "";
        message.fields.push({ name, type, rule, key: "" });
        lines.push(`${rule} ${type} ${name} = ${number};`);
      }
    }
    return `message ${message.name} {\n  ${lines.join("\n  ")}\n}`;
  });
  const text = `syntax = "${proto3 ? "proto3" : "proto2"}";\npackage r;\n${texts.join("\n")}\nenum E { ZERO = 0; ONE = 1; MINUS = -1; BIG = 2147483647; }\n`;
  return { text, messages };
}

/** JSON of a value of a message, with its fields in the schema's order and without what a writer leaves out. */
export function randomJson(schema: RandomSchema, name: string, random: Random, depth = 0): string {
  const { fields } = schema.messages.find((message) => message.name === name)!;
  const members: string[] = [];
  const oneofs = new Set<string>();
  const one = (type: string): string =>
    type.startsWith("M") ? randomJson(schema, type, random, depth + 1) : randomScalar(type, random);
  for (const { name: field, type, rule, key } of fields) {
    if (rule !== "required" && (random() < 0.35 || (depth > 1 && type.startsWith("M")))) continue;
    if (rule === "repeated") {
      members.push(`"${field}":[${Array.from({ length: 1 + Math.floor(random() * 4) }, () => one(type)).join(",")}]`);
    } else if (rule === "map") {
      const keys = new Set(Array.from({ length: 1 + Math.floor(random() * 3) }, () => randomScalar(key, random)));
      const entries = [...keys].map((each) => `${each.startsWith('"') ? each : `"${each}"`}:${one(type)}`);
      members.push(`"${field}":{${entries.join(",")}}`);
    } else if (rule === "oneof") {
      if (oneofs.has(key)) continue;
      oneofs.add(key);
      members.push(`"${field}":${one(type)}`);
    } else {
      const text = one(type);
      if (rule === "" && ["0", '""', '"0"', "false", '"ZERO"'].includes(text)) continue;
      members.push(`"${field}":${text}`);
    }
  }
  return `{${members.join(",")}}`;
}

function randomScalar(type: string, random: Random): string {
  const integer = (bits: number, signed: boolean): bigint => {
    const edge = random();
    const most = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
    if (edge < 0.1) return 0n;
    if (edge < 0.2) return most;
    if (edge < 0.3) return signed ? -most - 1n : 1n;
    const size = 1 + Math.floor(random() * (signed ? bits - 1 : bits));
    const value = BigInt(Math.floor(random() * 2 ** 32)) * 4294967296n + BigInt(Math.floor(random() * 2 ** 32));
    const cut = BigInt.asUintN(size, value);
    return signed && random() < 0.5 ? -cut : cut;
  };
  switch (type) {
    case "bool":
      return random() < 0.5 ? "false" : "true";
    case "string":
      return JSON.stringify(
        pick(random, ["", "a", 'q"\\', "é", "\u0000\n", "😀", "__proto__", "constructor", "a".repeat(300)]),
      );
    case "bytes":
      return `"${Buffer.from(Array.from({ length: Math.floor(random() * 6) }, () => Math.floor(random() * 256))).toString("base64")}"`;
    case "float":
      return pick(random, [
        "0",
        "0.1",
        "-1.5",
        "16777216",
        "1e+38",
        "1e-45",
        '"NaN"',
        '"Infinity"',
        '"-Infinity"',
        "-0",
      ]);
    case "double":
      return pick(random, [
        "0",
        "0.1",
        "-1.5",
        "9007199254740991",
        "1.7976931348623157e+308",
        "5e-324",
        '"NaN"',
        '"Infinity"',
        '"-Infinity"',
        "-0",
      ]);
    case "E":
      return pick(random, ['"ZERO"', '"ONE"', '"MINUS"', '"BIG"']);
    default: {
      const wide = type.endsWith("64");
      const value = integer(wide ? 64 : 32, !type.startsWith("u") && !type.startsWith("fixed"));
      return wide ? `"${value}"` : `${value}`;
    }
  }
}
