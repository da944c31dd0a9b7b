import {
  Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  languages,
  Range,
  type TextDocument,
  Uri,
  window,
  workspace,
} from "vscode";
import type { Ctx } from "../context.ts";
import { evolutionScheme } from "../ids.ts";
import { Owner } from "../platform/disposables.ts";
import { logError } from "../platform/errors.ts";
import { TextDocuments } from "../platform/textDocuments.ts";
import type { RegisteredSchema } from "../schema/api.ts";
import { schemaDifferences } from "../schema/differences.ts";
import { placeOfChange } from "../schema/placeOfChange.ts";
import type { Registry, SchemaReference } from "../schema/registry/api.ts";
import { typeName } from "../shared/schemaTypes.ts";
import type { SchemaDifference } from "../shared/schemaUse.ts";
import { messageOf, UserError } from "../shared/userError.ts";
import { askSubject } from "./askSubject.ts";
import { Debounced } from "./debounced.ts";
import { type SchemaFile, schemaFileOf } from "./schemaFile.ts";
import { type Checked, changesDocument, demandedBy, verdictText } from "./verdict.ts";

/** versions that a transitive level is checked against, the newest */
const mostVersions = 100;
const quietMs = 400;
const mostShown = 200;
/** characters; a longer file is compared when it is checked, not while it is typed */
const mostCompared = 1_000_000;

/** What a document is compared with while it is edited on. */
interface Baseline {
  latest: RegisteredSchema;
  level: string | null;
}

/** Checks of schema files against what a registry has; what breaks stays marked at its place, and follows what is typed. */
export class Evolution implements Disposable {
  private readonly owner = new Owner();
  private readonly ctx: Ctx;
  private readonly problems = this.owner.own(languages.createDiagnosticCollection("schema-compatibility"));
  private readonly debounced = this.owner.own(new Debounced(quietMs));
  private readonly documents: TextDocuments;
  private readonly baselines = new Map<string, Baseline>();

  constructor(ctx: Ctx) {
    this.ctx = ctx;
    this.documents = this.owner.own(new TextDocuments(evolutionScheme));
    this.owner.own(workspace.onDidChangeTextDocument(({ document }) => this.edited(document)));
    this.owner.own(
      workspace.onDidCloseTextDocument(({ uri }) => {
        this.debounced.cancel(uri.toString());
        this.baselines.delete(uri.toString());
        this.problems.delete(uri);
      }),
    );
  }

  /** Asks which subject is meant, then the registry, and says the outcome. Without a target: the file in the editor in front. */
  async check(target?: unknown): Promise<void> {
    const document = await documentOf(target);
    const file = schemaFileOf(document.uri.path, document.languageId, document.getText());
    const asked = await askSubject(this.ctx, document.uri, file);
    const { registry, subject } = asked;
    const { checked, latest } = await this.ctx.ui.progress(`Checking ${file.name} against ${subject}`, (signal) =>
      checkAgainst(registry, subject, file, signal),
    );
    const { level, compatible } = checked;
    this.baselines.set(document.uri.toString(), { latest, level });
    const { messages, differences } = checked;
    this.mark(document, { latest, level }, differences?.changes ?? [], { compatible: compatible ?? true, messages });
    const show = "Show Changes";
    const say = compatible === false ? this.ctx.ui.warn : this.ctx.ui.info;
    if ((await say(verdictText(checked), show)) !== show) return;
    const title = `${subject.replaceAll(/[/\\]/g, "_")} → ${file.name}.md`;
    await this.documents.open({ text: changesDocument(checked), languageId: "markdown", title });
  }

  dispose(): void {
    this.owner.dispose();
  }

  private edited(document: TextDocument): void {
    const baseline = this.baselines.get(document.uri.toString());
    if (!baseline) return;
    this.debounced.run(document.uri.toString(), (signal) => {
      this.again(document, baseline, signal).catch((error) => logError(this.ctx, error));
    });
  }

  private async again(document: TextDocument, baseline: Baseline, signal: AbortSignal): Promise<void> {
    const { latest } = baseline;
    const text = document.getText();
    if (text.length > mostCompared) return;
    let changes: SchemaDifference[];
    try {
      const { type, references } = latest;
      changes = (await schemaDifferences(latest, { type, references, schema: text })).changes;
    } catch (error) {
      // not a schema while it is typed: what was marked stays until it is one again
      this.ctx.log.debug(messageOf(error));
      return;
    }
    if (signal.aborted || document.isClosed) return;
    this.mark(document, baseline, changes, null);
  }

  /** @param said what the registry says; null: it was not asked */
  private mark(
    document: TextDocument,
    { latest: { type }, level }: Baseline,
    changes: readonly SchemaDifference[],
    said: { compatible: boolean; messages: readonly string[] } | null,
  ): void {
    const text = document.getText();
    const demanded = demandedBy(level);
    const marked = changes
      .filter(({ severity }) => severity === "breaking" || severity === "misread")
      .slice(0, mostShown)
      .map(({ path, message, effect, breaks }) => {
        const place = placeOfChange(type, text, path);
        const range = place
          ? new Range(document.positionAt(place.start), document.positionAt(place.end))
          : new Range(0, 0, 0, 1);
        const isRefused = said?.compatible !== true && breaks.some((one) => demanded.includes(one));
        const severity = isRefused ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
        return diagnostic(range, `${path}: ${message}${effect === "" ? "" : ` ${effect}`}`, severity);
      });
    if (said?.compatible === false && !marked.some(({ severity }) => severity === DiagnosticSeverity.Error)) {
      const why = said.messages[0] ?? "it says no more";
      marked.unshift(
        diagnostic(new Range(0, 0, 0, 1), `The registry refuses this schema: ${why}`, DiagnosticSeverity.Error),
      );
    }
    this.problems.set(document.uri, marked);
  }
}

function diagnostic(range: Range, message: string, severity: DiagnosticSeverity): Diagnostic {
  const made = new Diagnostic(range, message, severity);
  made.source = "Schema compatibility";
  return made;
}

async function documentOf(target: unknown): Promise<TextDocument> {
  if (target instanceof Uri) {
    const document = await workspace.openTextDocument(target);
    // what breaks is marked in it
    await window.showTextDocument(document);
    return document;
  }
  const document = window.activeTextEditor?.document;
  if (document) return document;
  throw new UserError("Open a schema file first: this is about the one in front.", { code: "schema-file" });
}

async function checkAgainst(
  registry: Registry,
  subject: string,
  file: SchemaFile,
  signal: AbortSignal,
): Promise<{ checked: Checked; latest: RegisteredSchema }> {
  const latest = await registry.latest(subject, signal);
  if (latest.type !== file.type)
    throw new UserError(
      `${subject} has ${typeName(latest.type)} schemas, and ${file.name} is ${typeName(file.type)}: choose another subject.`,
      { code: "other-type" },
    );
  const level = await levelOf(registry, subject, signal);
  const { type, text: schema } = file;
  // the file has no word on where its references are registered: they are where those of the version before are
  const references: SchemaReference[] = latest.references.map(({ name, subject: of, version }) => ({
    name,
    subject: of,
    version,
  }));
  const verdict = await ask(registry, subject, { type, schema, references }, level, latest.version, signal);
  const compared = await schemaDifferences(latest, { type, schema, references: latest.references }).then(
    (differences) => ({ differences, problem: null }),
    (error: unknown) => ({ differences: null, problem: messageOf(error) }),
  );
  const version = latest.version ?? "latest";
  return { checked: { file: file.name, subject, version, level, ...verdict, ...compared }, latest };
}

async function levelOf(registry: Registry, subject: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await registry.compatibility(subject, signal)).value;
  } catch (error) {
    // the check itself needs no level; some may not read it
    if (error instanceof UserError && !signal.aborted) return null;
    throw error;
  }
}

/** A transitive level asks for all versions, which Confluent's API checks one by one; the others do so by themselves. */
async function ask(
  registry: Registry,
  subject: string,
  draft: Parameters<Registry["checkCompatibility"]>[1],
  level: string | null,
  latest: number | string | null,
  signal: AbortSignal,
): Promise<Pick<Checked, "compatible" | "messages" | "refusedAfter">> {
  if (!registry.features.compatibilityCheck) return { compatible: null, messages: [], refusedAfter: null };
  const answer = await registry.checkCompatibility(subject, draft, "latest", signal);
  if (!answer.compatible || registry.kind !== "confluent" || !level?.endsWith("_TRANSITIVE"))
    return { ...answer, refusedAfter: null };
  const versions = await registry.versions(subject, signal);
  for (const version of versions.slice(-mostVersions).reverse()) {
    if (version === latest) continue;
    const older = await registry.checkCompatibility(subject, draft, version, signal);
    if (!older.compatible) return { ...older, refusedAfter: version };
  }
  return { ...answer, refusedAfter: null };
}
