import { Uri } from "vscode";
import type { SchemaVersion } from "../explorer/subjectTarget.ts";
import { schemaScheme } from "../ids.ts";

/** What a document of the registry's shows: all that is needed to make it again after a reload of the window. */
export type Shown =
  | { kind: "schema"; of: SchemaVersion; type: string }
  | { kind: "changes"; older: SchemaVersion; newer: SchemaVersion };

/** "orders-value v3" */
export const titleOf = ({ subject, version }: SchemaVersion): string => `${subject} v${version}`;

/** "orders-value v2 → v3", or both names where the subjects differ */
export const changeTitle = (older: SchemaVersion, newer: SchemaVersion): string =>
  older.subject === newer.subject ? `${titleOf(older)} → v${newer.version}` : `${titleOf(older)} → ${titleOf(newer)}`;

export function uriOf(shown: Shown): Uri {
  const title = shown.kind === "schema" ? titleOf(shown.of) : `${changeTitle(shown.older, shown.newer)}: what changed`;
  // the tab shows what is behind the last slash
  return Uri.from({ scheme: schemaScheme, path: `/${title.replaceAll(/[/\\]/g, "_")}`, query: JSON.stringify(shown) });
}

/** Null: it is none of ours. Uris come from wherever: their query is looked at like any input. */
export function shownBy(uri: Uri): Shown | null {
  if (uri.scheme !== schemaScheme) return null;
  let query: unknown;
  try {
    query = JSON.parse(uri.query);
  } catch {
    return null;
  }
  const { kind, of, type, older, newer } = Object(query) as Record<string, unknown>;
  if (kind === "schema" && isVersion(of) && typeof type === "string") return { kind, of, type };
  if (kind === "changes" && isVersion(older) && isVersion(newer)) return { kind, older, newer };
  return null;
}

function isVersion(value: unknown): value is SchemaVersion {
  const { connectionId, subject, version } = Object(value) as Record<string, unknown>;
  return (
    typeof connectionId === "string" &&
    typeof subject === "string" &&
    (typeof version === "string" || (typeof version === "number" && Number.isInteger(version)))
  );
}
