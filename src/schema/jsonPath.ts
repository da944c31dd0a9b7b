import { type OutlineNode, outlineChildren, outlineRoot, unescaped } from "../shared/jsonOutline.ts";
import type { FieldInfo } from "../shared/messages.ts";

/** Names of members and indexes of elements, from the root on. */
export type Path = readonly (string | number)[];

const STEP = /\.([A-Za-z_][\w-]*)|\[(\d{1,9})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/y;

/** $.items[0].sku, $['odd name']; null for what is none. */
export function parsePath(path: string): Path | null {
  if (!path.startsWith("$")) return null;
  const steps: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const m = STEP.exec(path);
    if (!m) return null;
    const quoted = m[3] ?? m[4];
    steps.push(m[1] ?? (m[2] !== undefined ? Number(m[2]) : (quoted ?? "").replace(/\\(.)/g, "$1")));
  }
  return steps;
}

/** How the expression language reaches a field of the value: value.items[0].sku, value["odd name"]. */
export const celOf = (path: Path): string =>
  path.reduce<string>((so, step) => {
    if (typeof step === "number") return `${so}[${step}]`;
    return /^[A-Za-z_]\w*$/.test(step) ? `${so}.${step}` : `${so}[${JSON.stringify(step)}]`;
  }, "value");

export interface FoundValue {
  /** its own characters; of a string what it says, without quotes and escapes */
  text: string;
  kind: OutlineNode["kind"];
}

/** members or elements that are looked through at most */
const MOST = 100_000;

/** What is at a path of a JSON text, to the last digit; of a name that occurs twice the last one, as programs read it. Null when there is nothing. */
export function atPath(json: string, path: Path): FoundValue | null {
  let node = outlineRoot(json);
  for (const step of path) {
    if (!node || node.kind !== (typeof step === "number" ? "array" : "object")) return null;
    const { nodes } = outlineChildren(json, node, typeof step === "number" ? step + 1 : MOST);
    node = nodes.findLast((child) => child.name === step) ?? null;
  }
  if (!node) return null;
  const text = json.slice(node.start, node.end);
  return { text: node.kind === "string" ? unescaped(text) : text, kind: node.kind };
}

const DEPTH = 8;
const MEMBERS = 200;
const ELEMENTS = 5;

/** The fields that some JSON texts have, the most frequent first; $.items[].sku is any element's. At most `limit`. */
export function fieldsOf(samples: readonly string[], limit: number): FieldInfo[] {
  const fields = new Map<string, { samples: number; types: Map<string, number> }>();
  for (const json of samples) {
    const seen = new Set<string>();
    const root = outlineRoot(json);
    if (root) collect(root, "$", 0);

    function collect(node: OutlineNode, path: string, depth: number): void {
      if (path !== "$") {
        let field = fields.get(path);
        if (!field) {
          if (fields.size >= 10 * limit) return;
          fields.set(path, (field = { samples: 0, types: new Map() }));
        }
        if (!seen.has(path)) field.samples++;
        seen.add(path);
        const type = typeOf(json, node);
        field.types.set(type, (field.types.get(type) ?? 0) + 1);
      }
      if (depth === DEPTH) return;
      const inArray = node.kind === "array";
      for (const child of outlineChildren(json, node, inArray ? ELEMENTS : MEMBERS).nodes) {
        collect(child, inArray ? `${path}[]` : path + child.path.slice(node.path.length), depth + 1);
      }
    }
  }
  return [...fields]
    .map(([path, field]) => ({
      path,
      types: [...field.types].sort((a, b) => b[1] - a[1]).map(([type]) => type),
      share: field.samples / samples.length,
    }))
    .sort((a, b) => b.share - a.share || (a.path < b.path ? -1 : 1))
    .slice(0, limit);
}

function typeOf(json: string, { kind, start, end }: OutlineNode): string {
  if (kind === "number") return /[.eE]/.test(json.slice(start, end)) ? "double" : "int";
  if (kind !== "word") return kind;
  return json.startsWith("null", start) ? "null" : "bool";
}
