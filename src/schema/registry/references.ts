import { UserError } from "../../shared/userError.ts";
import type { RegisteredSchema } from "../api.ts";
import type { SchemaReference } from "./api.ts";

/** References of references, all together: more is nonsense or a cycle that changes its names. */
const MAX_REFERENCES = 500;

/** All of their texts together, UTF-16 units. */
const MAX_TEXT = 64 * 1024 * 1024;

/**
 * All schemas referred to, directly or not, each once; cycles end where they close.
 *
 * @param load the text that a reference means, and what that refers to in turn
 */
export async function collectReferences(
  given: readonly SchemaReference[],
  load: (reference: SchemaReference) => Promise<{ schema: string; references: readonly SchemaReference[] }>,
): Promise<RegisteredSchema["references"]> {
  const found = new Map<string, RegisteredSchema["references"][number]>();
  const pending = [...given];
  let size = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { name, subject, version } = next;
    const key = JSON.stringify([name, subject, version]);
    if (found.has(key)) continue;
    if (found.size === MAX_REFERENCES)
      throw new UserError(`a schema refers to more than ${MAX_REFERENCES} others`, { code: "registry-failed" });
    const { schema, references } = await load(next);
    size += schema.length;
    if (size > MAX_TEXT)
      throw new UserError("a schema and those that it refers to are longer than 64 MB", { code: "registry-failed" });
    found.set(key, { name, subject, version, schema });
    pending.push(...references.slice(0, MAX_REFERENCES));
  }
  return [...found.values()];
}

/** The direct references of a schema: those whose names its text has. Others are references of references. */
export const directReferences = ({
  schema,
  references,
}: Pick<RegisteredSchema, "schema" | "references">): SchemaReference[] =>
  references
    .filter(({ name }) => isNamedIn(schema, name))
    .map(({ name, subject, version }) => ({ name, subject, version }));

/** Whether a schema's text refers to something of that name: by the whole name, or, as Avro allows within a namespace, its last part. */
export function isNamedIn(text: string, name: string): boolean {
  if (text.includes(`"${name}`) || text.includes(`'${name}'`) || text.includes(`/${name}"`)) return true;
  const last = name.slice(name.lastIndexOf(".") + 1);
  return !/[/]|\.(proto|json)$/.test(name) && text.includes(`"${last}"`);
}
