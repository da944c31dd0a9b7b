import {
  Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  languages,
  Range,
  type TextDocument,
  commands as vscodeCommands,
  window,
  workspace,
} from "vscode";
import type { Ctx, Schemas } from "../context.ts";
import { askRegistry, type Subject, type SubjectTarget } from "../explorer/subjectTarget.ts";
import { Owner } from "../platform/disposables.ts";
import { logError } from "../platform/errors.ts";
import type { RegisteredSchema } from "../schema/api.ts";
import { compareSchemas, type VersionComparison } from "../schema/compareSchemas.ts";
import type { SchemaDraft } from "../schema/registry/api.ts";
import { typeName } from "../shared/schemaTypes.ts";
import { CancelledError, UserError } from "../shared/userError.ts";
import { changeCount, verdict } from "./changeText.ts";
import { isClosed, type SchemaDrafts } from "./drafts.ts";
import { changeProblems, localProblems, refusalWords, registryProblems, type SchemaProblem } from "./problems.ts";
import { askWhatToRegister, type Registering } from "./registering.ts";
import { titleOf, uriOf } from "./uris.ts";

/** Registers what is in an editor: checks it first, shows what is wrong with it in the editor, and asks before anything is changed. */
export class Registration implements Disposable {
  private readonly ctx: Ctx;
  private readonly drafts: SchemaDrafts;
  private readonly open: Schemas["open"];
  private readonly owner = new Owner();
  private readonly diagnostics = this.owner.own(languages.createDiagnosticCollection("kafka-schema-registry"));

  constructor(ctx: Ctx, drafts: SchemaDrafts, open: Schemas["open"]) {
    this.ctx = ctx;
    this.drafts = drafts;
    this.open = open;
    this.owner.own(
      workspace.onDidCloseTextDocument((document) => {
        if (isClosed(document)) this.diagnostics.delete(document.uri);
      }),
    );
  }

  dispose(): void {
    this.owner.dispose();
  }

  async register(target: SubjectTarget | undefined): Promise<void> {
    const document = window.activeTextEditor?.document;
    if (!document || document.getText().trim() === "")
      throw new UserError(
        "Open the schema in an editor first: a file (.avsc, .proto, .json), or what “New Schema Version” opens.",
        { code: "no-editor" },
      );
    const asked = await askWhatToRegister(this.ctx, document, target, this.drafts.originOf(document));
    const { ui } = this.ctx;
    const latest = await ui.progress(`Checking the schema for ${asked.subject}`, (signal) =>
      this.check(document, asked, signal),
    );
    if (latest === "refused") return;
    if (!(await ui.confirm(await this.question(asked, latest)))) return;
    const registered = await this.send(document, asked, latest);
    if (!registered) return;
    this.diagnostics.delete(document.uri);
    this.ctx.explorer.refreshSchemas(asked.connectionId);
    const { version, id } = registered;
    const known = latest !== null && version !== null && Number(version) <= Number(latest.version);
    const words = known
      ? `${asked.subject} has this schema already: it is version ${version}, with id ${id}. Nothing was changed.`
      : `Registered as version ${version} of ${asked.subject}, with id ${id}.`;
    this.ctx.log.info(words);
    const show = "Open";
    void ui.info(words, show).then(async (chosen) => {
      if (chosen === show && version !== null) await this.open({ ...subjectIn(asked), version });
    });
  }

  /** The subject's latest version (null: it has none), or "refused" once it is said why the schema cannot follow it. */
  private async check(
    document: TextDocument,
    asked: Registering,
    signal: AbortSignal,
  ): Promise<RegisteredSchema | null | "refused"> {
    const { connectionId, subject, draft } = asked;
    const local = await localProblems(draft.schema, draft.type);
    if (local.certain) return this.refuse(document, asked, local.problems, null);
    const { latest, compatibility } = await askRegistry(this.ctx, connectionId, async (registry) => {
      const latest = await registry.latest(subject, signal).catch((error: unknown) => {
        if (error instanceof UserError && error.code === "unknown-subject") return null;
        throw error;
      });
      if (!latest || !registry.features.compatibilityCheck) return { latest, compatibility: null };
      try {
        return { latest, compatibility: await registry.checkCompatibility(subject, draft, "latest", signal) };
      } catch (error) {
        const words = refusalWords(error);
        if (words === null) throw error;
        return { latest, compatibility: { compatible: false, messages: [words] } };
      }
    });
    // what is wrong by our own reading only is no reason: the registry may know better
    if (!compatibility || compatibility.compatible) return latest;
    return this.refuse(
      document,
      asked,
      [...registryProblems(draft.schema, draft.type, compatibility.messages), ...local.problems],
      latest,
    );
  }

  private async send(
    document: TextDocument,
    asked: Registering,
    latest: RegisteredSchema | null,
  ): Promise<RegisteredSchema | null> {
    const { connectionId, subject, draft } = asked;
    try {
      return await this.ctx.ui.progress(`Registering ${subject}`, (signal) =>
        askRegistry(this.ctx, connectionId, (registry) => registry.register(subject, draft, signal)),
      );
    } catch (error) {
      const words = refusalWords(error);
      if (words === null) throw error;
      logError(this.ctx, error);
      const { problems } = await localProblems(draft.schema, draft.type);
      await this.refuse(document, asked, [...registryProblems(draft.schema, draft.type, [words]), ...problems], latest);
      return null;
    }
  }

  /** Shows in the document why the registry does not take it, and says so in a sentence. */
  private async refuse(
    document: TextDocument,
    asked: Registering,
    given: readonly SchemaProblem[],
    latest: RegisteredSchema | null,
  ): Promise<"refused"> {
    const { draft, subject } = asked;
    // some registries refuse without a reason: then ours
    const placed = given.some(({ place }) => place !== null);
    const comparison = latest && !placed ? await this.comparison(latest, draft) : null;
    const problems = [...given, ...(comparison ? changeProblems(draft.schema, draft.type, comparison.changes) : [])];
    if (problems.length === 0)
      problems.push({ message: `The schema registry does not take this as a version of ${subject}.`, place: null });
    this.diagnostics.delete(document.uri);
    // what the check of schema files says already is not said twice
    const said = new Set(languages.getDiagnostics(document.uri).map(({ message }) => message));
    this.diagnostics.set(
      document.uri,
      problems
        .filter(({ message }) => !said.has(message))
        .map(({ message, place }) => diagnostic(document, message, place)),
    );
    const compare = "Compare with Latest";
    const show = "Show Problems";
    const first = problems.find(({ place }) => place !== null) ?? problems[0]!;
    const words = latest
      ? `Not registered: the schema cannot follow v${latest.version} of ${subject}. ${first.message}`
      : `Not registered: ${first.message}`;
    void this.ctx.ui.warn(words, show, ...(latest ? [compare] : [])).then(async (chosen) => {
      if (chosen === show) await this.ctx.run("workbench.actions.view.problems");
      if (chosen === compare && latest && latest.version !== null) {
        const of = { ...subjectIn(asked), version: latest.version };
        const before = uriOf({ kind: "schema", of, type: latest.type });
        await vscodeCommands.executeCommand("vscode.diff", before, document.uri, `${titleOf(of)} ↔ this schema`);
      }
    });
    return "refused";
  }

  private async question(asked: Registering, latest: RegisteredSchema | null) {
    const { subject, connectionId, draft } = asked;
    const connection = this.ctx.connections.get(connectionId)?.name ?? "";
    const { url, check } = await askRegistry(this.ctx, connectionId, async (registry) => ({
      url: registry.url,
      check: registry.features.compatibilityCheck,
    }));
    const comparison = latest && (await this.comparison(latest, draft));
    const lines = [
      `Type: ${typeName(draft.type)}`,
      `Connection: ${connection} (${url})`,
      draft.references.length > 0
        ? `References: ${draft.references.map((each) => `${each.name} (${titleOf({ ...each, connectionId })})`).join(", ")}`
        : null,
      latest === null
        ? "The subject is new."
        : check
          ? `The registry’s compatibility check with v${latest.version} passed.`
          : "The registry checks the schema only when it is registered.",
      comparison && latest
        ? `${changeCount(comparison)} since v${latest.version}. ${verdict(comparison, `v${latest.version}`, "this schema")}`
        : null,
    ];
    return {
      message: latest ? `Register a new version of ${subject}?` : `Register ${subject}?`,
      detail: lines.filter((line) => line !== null).join("\n"),
      action: "Register",
    };
  }

  /** Null where the schemas cannot be compared here: references that are not known, for one. */
  private async comparison(latest: RegisteredSchema, draft: SchemaDraft): Promise<VersionComparison | null> {
    const texts = latest.references.filter((known) => draft.references.some(({ name }) => name === known.name));
    try {
      return await compareSchemas(latest, { type: draft.type, schema: draft.schema, references: texts });
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof CancelledError) throw error;
      logError(this.ctx, error);
      return null;
    }
  }
}

const subjectIn = ({ connectionId, subject }: Registering): Subject => ({ connectionId, subject });

function diagnostic(document: TextDocument, message: string, place: SchemaProblem["place"]): Diagnostic {
  const range = place
    ? new Range(document.positionAt(place.start), document.positionAt(place.end))
    : document.lineAt(0).range;
  const made = new Diagnostic(range, message, DiagnosticSeverity.Error);
  made.source = "schema registry";
  return made;
}
