import { scanJson } from "../schema/json.ts";
import { layOutJson } from "../schema/jsonLayout.ts";

/** A schema's text as it is read best: JSON laid out from its own characters, anything else as it is. */
export function schemaText({ schema }: { schema: string }): string {
  // what is laid out already, or was written with care, stays as it is
  if (schema.includes("\n") || !scanJson(Buffer.from(schema)).ok) return schema;
  return layOutJson(schema);
}
