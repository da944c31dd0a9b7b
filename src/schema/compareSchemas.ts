import { typeName } from "../shared/schemaTypes.ts";
import { asSentence } from "../shared/sentence.ts";
import { messageOf, UserError } from "../shared/userError.ts";
import { type ComparedSchema, schemaDifferences } from "./differences.ts";
import type { SchemaChange } from "./schemaChange.ts";

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
  const { changes, backward, forward } = await schemaDifferences(older, newer);
  return {
    changes: changes.map(({ path, message, effect, breaks }) => ({
      path,
      message: `${asSentence(message)} ${asSentence(effect)}`.trim(),
      breaks,
    })),
    backward,
    forward,
  };
}
