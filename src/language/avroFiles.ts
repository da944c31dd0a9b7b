import {
  type Diagnostic,
  DiagnosticSeverity,
  type Disposable,
  languages,
  Range,
  type TextDocument,
  Diagnostic as VsDiagnostic,
  workspace,
} from "vscode";
import type { Ctx } from "../context.ts";
import { languageIds, schemaScheme, textScheme } from "../ids.ts";
import { Owner } from "../platform/disposables.ts";
import { logError } from "../platform/errors.ts";
import { validateAvsc } from "../schema/avro/language/validate.ts";
import { referring } from "../subjects/referring.ts";
import { completionProvider } from "./avroCompletion.ts";
import { hoverProvider } from "./avroHover.ts";
import { Debounced } from "./debounced.ts";
import { WorkspaceTypes } from "./workspaceTypes.ts";

/** characters; checking that much takes some tenths of a second */
const mostChecked = 1_000_000;
const quietMs = 250;
/** older versions in the diff editor, and read-only schemas of a registry: nobody corrects them */
const passedOver: ReadonlySet<string> = new Set(["git", textScheme, schemaScheme]);

/** What VS Code shows of Avro schema files (.avsc): problems, what is under the mouse, and what can be typed. */
export function createAvroFiles(ctx: Pick<Ctx, "log">): Disposable {
  const owner = new Owner();
  const problems = owner.own(languages.createDiagnosticCollection(languageIds.avroSchema));
  const debounced = owner.own(new Debounced(quietMs));
  const types = owner.own(new WorkspaceTypes());

  const check = async (document: TextDocument, signal: AbortSignal): Promise<void> => {
    const known = await types.besides(document.uri);
    // typed on or closed meanwhile: another check comes, or none is wanted
    if (!signal.aborted && !document.isClosed) problems.set(document.uri, diagnosticsOf(document, known));
  };
  const soon = (document: TextDocument, ms = quietMs): void => {
    if (document.languageId !== languageIds.avroSchema || passedOver.has(document.uri.scheme)) return;
    const task = (signal: AbortSignal): void => void check(document, signal).catch((error) => logError(ctx, error));
    debounced.run(document.uri.toString(), task, ms);
  };
  const all = (): void => {
    for (const document of workspace.textDocuments) soon(document, 0);
  };

  owner.own(workspace.onDidOpenTextDocument((document) => soon(document, 0)));
  owner.own(workspace.onDidChangeTextDocument(({ document }) => soon(document)));
  owner.own(
    workspace.onDidCloseTextDocument(({ uri }) => {
      debounced.cancel(uri.toString());
      problems.delete(uri);
    }),
  );
  owner.own(types.onDidChange(all));
  owner.own(languages.registerHoverProvider(languageIds.avroSchema, hoverProvider));
  owner.own(
    languages.registerCompletionItemProvider(languageIds.avroSchema, completionProvider(types), '"', ":", "[", "."),
  );
  all();
  return owner;
}

function diagnosticsOf(document: TextDocument, known: ReadonlySet<string>): Diagnostic[] {
  const text = document.getText();
  if (text.trim() === "") return [];
  if (text.length > mostChecked) {
    const why = `This schema file is not checked: it is longer than ${mostChecked.toLocaleString("en")} characters.`;
    return [diagnostic(new Range(0, 0, 0, 1), why, DiagnosticSeverity.Information, "too-large")];
  }
  const found = validateAvsc(text, { known });
  const some = referring.has(document) ? found.filter(({ code }) => code !== "unknown-type") : found;
  return some.map(({ start, end, message, severity, code }) =>
    diagnostic(
      new Range(document.positionAt(start), document.positionAt(end)),
      message,
      severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
      code,
    ),
  );
}

function diagnostic(range: Range, message: string, severity: DiagnosticSeverity, code: string): Diagnostic {
  const made = new VsDiagnostic(range, message, severity);
  made.source = "Avro";
  made.code = code;
  return made;
}
