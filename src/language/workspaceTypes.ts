import { type Disposable, EventEmitter, type Uri, workspace } from "vscode";
import { Owner } from "../platform/disposables.ts";
import { fileText } from "../platform/fileText.ts";
import { definitionsIn } from "../schema/avro/language/definitions.ts";
import { parseEdited } from "../schema/avro/language/tree.ts";

/** Files looked into; a workspace with more is a collection of schemas, of which none needs all. */
const mostFiles = 500;
const mostBytes = 512 * 1024;
const skipped = "**/{node_modules,target,build,dist,out,.git}/**";

/** Full names of the Avro types that the workspace's schema files define: one file may use what another one defines. */
export class WorkspaceTypes implements Disposable {
  private readonly owner = new Owner();
  private readonly changed = this.owner.own(new EventEmitter<void>());
  private names: Promise<Map<string, ReadonlySet<string>>> | null = null;
  /** the names may be others now */
  readonly onDidChange = this.changed.event;

  constructor() {
    const watcher = this.owner.own(workspace.createFileSystemWatcher("**/*.avsc"));
    const forget = () => {
      if (this.names === null) return;
      this.names = null;
      this.changed.fire();
    };
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) this.owner.own(event(forget));
  }

  /** The names that files other than this one define. */
  async besides(uri: Uri): Promise<ReadonlySet<string>> {
    this.names ??= this.load();
    const all = new Set<string>();
    for (const [file, names] of await this.names) {
      if (file === uri.toString()) continue;
      for (const name of names) all.add(name);
    }
    return all;
  }

  dispose(): void {
    this.owner.dispose();
  }

  private async load(): Promise<Map<string, ReadonlySet<string>>> {
    const found = new Map<string, ReadonlySet<string>>();
    for (const uri of await workspace.findFiles("**/*.avsc", skipped, mostFiles)) {
      const text = await fileText(uri, mostBytes);
      if (text !== null) found.set(uri.toString(), new Set(definitionsIn(parseEdited(text)).keys()));
    }
    return found;
  }
}
