import type { Disposable, Uri } from "vscode";
import type { Ctx, Schemas } from "../context.ts";
import { Owner } from "../platform/disposables.ts";
import { SchemaDocuments } from "./documents.ts";
import { SchemaDrafts } from "./drafts.ts";
import { Registration } from "./registration.ts";

/** The registry's schemas in editors; loaded when the first one is shown. */
export function createSchemas(ctx: Ctx): Schemas & Disposable & { textOf(uri: Uri): Promise<string> } {
  const owner = new Owner();
  const documents = owner.own(new SchemaDocuments(ctx));
  const drafts = owner.own(new SchemaDrafts());
  const registration = owner.own(new Registration(ctx, drafts, (version) => documents.open(version)));
  return {
    open: (version) => documents.open(version),
    compare: (older, newer) => documents.compare(older, newer),
    explain: (older, newer) => documents.explain(older, newer),
    draft: (draft) => drafts.open(draft),
    register: (target) => registration.register(target),
    textOf: (uri) => documents.textOf(uri),
    dispose: () => owner.dispose(),
  };
}
