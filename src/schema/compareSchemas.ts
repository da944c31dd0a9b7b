import { asSentence } from "../shared/sentence.ts";
import { messageOf, UserError } from "../shared/userError.ts";
import type { RegisteredSchema } from "./api.ts";
import type { SchemaChange } from "./schemaChange.ts";

/** A schema's text with all that it refers to. */
export type ComparedSchema = Pick<RegisteredSchema, "type" | "schema" | "references">;

export interface VersionChange {
  /** where: "$.items[].qty" in values, "shop.Order.total" in a .proto file */
  path: string;
  /** what is different, and what that means for readers where it is not plain, in sentences */
  message: string;
  breaks: SchemaChange["breaks"];
}

export interface VersionComparison {
  /** in the order of the newer schema */
  changes: VersionChange[];
  /** readers with the newer schema can read what was written with the older one */
  backward: boolean;
  /** readers with the older schema can read what is written with the newer one */
  forward: boolean;
}

/**
 * What is different between two versions, whatever their type, in sentences, and which readers it breaks.
 * Rejects with a UserError "not-comparable" where one of the schemas cannot be understood.
 */
export async function compareSchemas(older: ComparedSchema, newer: ComparedSchema): Promise<VersionComparison> {
  if (older.type !== newer.type) {
    const message = `The type is ${typeName(newer.type)} instead of ${typeName(older.type)}.`;
    return { changes: [{ path: "$", message, breaks: ["BACKWARD", "FORWARD"] }], backward: false, forward: false };
  }
  try {
    return await compareOfType(older, newer);
  } catch (error) {
    throw new UserError(`The versions cannot be compared: ${messageOf(error)}`, {
      code: "not-comparable",
      cause: error,
    });
  }
}

async function compareOfType(older: ComparedSchema, newer: ComparedSchema): Promise<VersionComparison> {
  switch (older.type) {
    case "AVRO": {
      const [{ compareAvro }, { parseAvro }] = await Promise.all([
        import("./avro/compatibility.ts"),
        import("./avro/schema.ts"),
      ]);
      const { changes, backward, forward } = compareAvro(parseAvro(older), parseAvro(newer));
      return {
        changes: changes.map(({ path, message, effect, breaks }) => ({
          path,
          message: `${asSentence(message)} ${asSentence(effect)}`.trim(),
          breaks: breaks.filter((each) => each !== "FULL"),
        })),
        backward,
        forward,
      };
    }
    case "PROTOBUF": {
      const [{ compareProtobuf }, { parseProtobuf }] = await Promise.all([
        import("./protobuf/compare.ts"),
        import("./protobuf/schema.ts"),
      ]);
      return judged(compareProtobuf(parseProtobuf(older), parseProtobuf(newer)));
    }
    case "JSON": {
      const { compareJsonSchema } = await import("./jsonSchema/compare.ts");
      return judged(compareJsonSchema(older, newer));
    }
    default:
      throw new Error(`schemas of type ${older.type} are not known here`);
  }
}

function judged(changes: readonly SchemaChange[]): VersionComparison {
  const holds = (promise: SchemaChange["breaks"][number]): boolean =>
    !changes.some(({ breaks }) => breaks.includes(promise));
  return {
    changes: changes.map(({ path, message, breaks }) => ({ path, message: asSentence(message), breaks })),
    backward: holds("BACKWARD"),
    forward: holds("FORWARD"),
  };
}

/** As people call it: "Avro", "Protobuf", "JSON Schema". */
export function typeName(type: string): string {
  const names: Record<string, string> = { AVRO: "Avro", PROTOBUF: "Protobuf", JSON: "JSON Schema" };
  return Object.hasOwn(names, type) ? names[type]! : type;
}
