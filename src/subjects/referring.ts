import type { TextDocument } from "vscode";

/** Documents whose schema may use types that only the registry has, under the names of its references. */
export const referring = new WeakSet<TextDocument>();
