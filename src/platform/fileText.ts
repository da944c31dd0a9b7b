import { type Uri, workspace } from "vscode";

/** A file's text; null: it is larger than `mostBytes`, or gone since it was found. */
export async function fileText(uri: Uri, mostBytes: number): Promise<string | null> {
  try {
    if ((await workspace.fs.stat(uri)).size > mostBytes) return null;
    return Buffer.from(await workspace.fs.readFile(uri)).toString("utf8");
  } catch {
    return null;
  }
}
