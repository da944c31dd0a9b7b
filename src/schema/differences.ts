import type { SchemaDifference, SchemaDifferences } from "../shared/schemaUse.ts";
import type { RegisteredSchema } from "./api.ts";
import { compareAvro } from "./avro/compatibility.ts";
import { parseAvro } from "./avro/schema.ts";
import type { SchemaChange } from "./schemaChange.ts";

/** What is compared: a schema's text with all that it refers to. */
export type ComparedSchema = Pick<RegisteredSchema, "type" | "schema" | "references">;

/**
 * What is different between two versions of a schema of any type, in words, and what that means for readers. Rejects with an Error whose
 * message is a sentence when one of them cannot be used, or they are of different types.
 */
export async function schemaDifferences(older: ComparedSchema, newer: ComparedSchema): Promise<SchemaDifferences> {
  if (older.type !== newer.type)
    throw new Error(`schemas of the types ${older.type} and ${newer.type} cannot be compared`);
  switch (newer.type) {
    case "AVRO": {
      const { changes, backward, forward } = compareAvro(parseAvro(older), parseAvro(newer));
      return {
        backward,
        forward,
        changes: changes.map(({ path, message, effect, severity, breaks }) => ({
          path,
          message,
          effect,
          severity,
          breaks: breaks.filter((one) => one !== "FULL"),
        })),
      };
    }
    case "PROTOBUF": {
      const [{ compareProtobuf }, { parseProtobuf }] = await Promise.all([
        import("./protobuf/compare.ts"),
        import("./protobuf/schema.ts"),
      ]);
      return ofChanges(compareProtobuf(parseProtobuf(older), parseProtobuf(newer)));
    }
    case "JSON":
      return ofChanges((await import("./jsonSchema/compare.ts")).compareJsonSchema(older, newer));
    default:
      throw new Error(`schemas of the type ${newer.type} cannot be compared`);
  }
}

function ofChanges(changes: SchemaChange[]): SchemaDifferences {
  return {
    backward: !changes.some(({ breaks }) => breaks.includes("BACKWARD")),
    forward: !changes.some(({ breaks }) => breaks.includes("FORWARD")),
    changes: changes.map(
      ({ path, message, breaks }): SchemaDifference => ({
        path,
        message: `${message[0]?.toUpperCase() ?? ""}${message.slice(1)}.`,
        effect: effectOf(breaks),
        severity: breaks.length > 0 ? "breaking" : "compatible",
        breaks,
      }),
    ),
  };
}

function effectOf(breaks: SchemaChange["breaks"]): string {
  if (breaks.length === 2) return "New readers cannot read all old messages, nor old readers all new ones.";
  if (breaks.includes("BACKWARD")) return "New readers cannot read all old messages.";
  if (breaks.includes("FORWARD")) return "Old readers cannot read all new messages.";
  return "";
}
