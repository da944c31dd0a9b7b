import { pick, type Random, upTo } from "./avroRandom.ts";

type Node = Record<string, unknown>;
type Slot = { inUnion: boolean; get(): unknown; set(value: unknown): void };

/** Every place of a schema where a type stands, and every named type. */
function walk(root: Slot): { slots: Slot[]; records: Node[]; enums: Node[]; fixed: Node[] } {
  const found = { slots: [] as Slot[], records: [] as Node[], enums: [] as Node[], fixed: [] as Node[] };
  const visit = (slot: Slot): void => {
    found.slots.push(slot);
    const type = slot.get();
    if (Array.isArray(type)) {
      for (const i of type.keys()) visit({ inUnion: true, get: () => type[i], set: (value) => void (type[i] = value) });
    } else if (typeof type === "object" && type !== null) {
      const node = type as Node;
      const inner = (of: Node, key: string): void =>
        visit({ inUnion: false, get: () => of[key], set: (value) => void (of[key] = value) });
      if (node["type"] === "record") {
        found.records.push(node);
        for (const field of node["fields"] as Node[]) inner(field, "type");
      } else if (node["type"] === "enum") found.enums.push(node);
      else if (node["type"] === "fixed") found.fixed.push(node);
      else if (node["type"] === "array") inner(node, "items");
      else if (node["type"] === "map") inner(node, "values");
    }
  };
  visit(root);
  return found;
}

/** The schema after one random change of the kinds that people make; it may come out as it was, or not be valid any more. */
export function mutated(random: Random, schema: unknown): unknown {
  const holder = { schema: JSON.parse(JSON.stringify(schema)) as unknown };
  const { slots, records, enums, fixed } = walk({
    inUnion: false,
    get: () => holder.schema,
    set: (value) => void (holder.schema = value),
  });
  const fields = records.flatMap((record) => (record["fields"] as Node[]).map((field) => ({ record, field })));
  const named = [...records, ...enums, ...fixed];
  const fresh = (): string => `x${upTo(random, 1_000_000)}`;
  switch (upTo(random, 16)) {
    case 0: {
      const added = { name: fresh(), type: "int", ...(random() < 0.5 ? { default: 3 } : {}) };
      const list = records.length > 0 ? (pick(random, records)["fields"] as Node[]) : [];
      list.splice(upTo(random, list.length + 1), 0, added);
      break;
    }
    case 1:
    case 2: {
      if (fields.length === 0) break;
      const { record, field } = pick(random, fields);
      record["fields"] = (record["fields"] as Node[]).filter((each) => each !== field);
      break;
    }
    case 3: {
      if (fields.length === 0) break;
      const { field } = pick(random, fields);
      if (random() < 0.6) field["aliases"] = [field["name"]];
      field["name"] = fresh();
      break;
    }
    case 4: {
      if (named.length === 0) break;
      const node = pick(random, named);
      if (random() < 0.6) node["aliases"] = [node["name"]];
      node["name"] = `N${fresh()}`;
      break;
    }
    case 5:
      if (named.length > 0) pick(random, named)["namespace"] = pick(random, ["a.b", "c"]);
      break;
    case 6:
    case 7: {
      const plain = slots.filter((slot) => typeof slot.get() === "string");
      if (plain.length === 0) break;
      pick(random, plain).set(pick(random, ["int", "long", "float", "double", "string", "bytes", "boolean"]));
      break;
    }
    case 8: {
      const single = slots.filter((slot) => !slot.inUnion && !Array.isArray(slot.get()));
      if (single.length === 0) break;
      const slot = pick(random, single);
      if (slot.get() !== "null") slot.set(random() < 0.7 ? ["null", slot.get()] : [slot.get()]);
      break;
    }
    case 9: {
      const unions = slots.map((slot) => slot.get()).filter(Array.isArray);
      if (unions.length > 0) {
        const union = pick(random, unions);
        if (union.length > 1) union.splice(upTo(random, union.length), 1);
      }
      break;
    }
    case 10: {
      const unions = slots.map((slot) => slot.get()).filter(Array.isArray);
      if (unions.length > 0) pick(random, unions).push(pick(random, ["null", "int", "double", "bytes", "boolean"]));
      break;
    }
    case 11: {
      if (enums.length === 0) break;
      const symbols = pick(random, enums)["symbols"] as string[];
      if (random() < 0.5) symbols.push(fresh());
      else if (symbols.length > 1) symbols.splice(upTo(random, symbols.length), 1);
      break;
    }
    case 12: {
      if (enums.length === 0) break;
      const node = pick(random, enums);
      if (random() < 0.7) node["default"] = pick(random, node["symbols"] as string[]);
      else delete node["default"];
      break;
    }
    case 13: {
      const plain = fixed.filter((node) => node["logicalType"] === undefined);
      if (plain.length > 0) pick(random, plain)["size"] = 1 + upTo(random, 4);
      break;
    }
    case 14:
      if (fields.length > 0) (pick(random, fields).record["fields"] as Node[]).reverse();
      break;
    case 15: {
      // a default of its own for fields of simple types, so that removing them is harmless
      const simple = fields.filter(({ field }) => typeof field["type"] === "string" && DEFAULTS.has(field["type"]));
      if (simple.length > 0) {
        const { field } = pick(random, simple);
        field["default"] = DEFAULTS.get(field["type"] as string);
      }
    }
  }
  return holder.schema;
}

const DEFAULTS = new Map<string, unknown>([
  ["int", 1],
  ["long", 2],
  ["float", 0.5],
  ["double", -1.5],
  ["string", "s"],
  ["bytes", "\u00ff"],
  ["boolean", true],
  ["null", null],
]);
