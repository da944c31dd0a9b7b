import { type Disposable, workspace } from "vscode";
import { Owner } from "../platform/disposables.ts";
import { fileText } from "../platform/fileText.ts";
import type { RegisteredSchema } from "../schema/api.ts";
import { fingerprintOrNull } from "../schema/registry/subjectSchemas.ts";

/** Files looked into; a workspace with more is a collection of schemas. */
const mostFiles = 500;
const mostBytes = 512 * 1024;
const skipped = "**/{node_modules,target,build,dist,out,.git}/**";

interface Found {
  files: number;
  byFingerprint: Map<string, RegisteredSchema>;
}

/**
 * The workspace's Avro schemas by their fingerprints, which single objects name them by. Files are looked into when a fingerprint is first
 * asked for, and again after one of them has changed.
 */
export class FingerprintFiles implements Disposable {
  private readonly owner = new Owner();
  private found: Promise<Found> | null = null;
  private watched = false;

  /** Null when no file has it; with how many there are. */
  async find(fingerprint: string): Promise<{ schema: RegisteredSchema | null; files: number }> {
    this.watch();
    this.found ??= load().catch((error: unknown) => {
      this.found = null;
      throw error;
    });
    const { files, byFingerprint } = await this.found;
    return { schema: byFingerprint.get(fingerprint) ?? null, files };
  }

  dispose(): void {
    this.owner.dispose();
  }

  private watch(): void {
    if (this.watched) return;
    this.watched = true;
    const watcher = this.owner.own(workspace.createFileSystemWatcher("**/*.avsc"));
    const forget = () => {
      this.found = null;
    };
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) this.owner.own(event(forget));
  }
}

async function load(): Promise<Found> {
  const uris = await workspace.findFiles("**/*.avsc", skipped, mostFiles);
  const byFingerprint = new Map<string, RegisteredSchema>();
  for (const uri of uris.sort((a, b) => a.path.localeCompare(b.path))) {
    const schema = await fileText(uri, mostBytes);
    if (schema === null) continue;
    const avro = { type: "AVRO", schema, references: [] };
    const fingerprint = fingerprintOrNull(avro);
    if (fingerprint === null || byFingerprint.has(fingerprint)) continue;
    const file = workspace.asRelativePath(uri);
    byFingerprint.set(fingerprint, { ...avro, id: fingerprint, subject: null, version: null, file });
  }
  return { files: uris.length, byFingerprint };
}
