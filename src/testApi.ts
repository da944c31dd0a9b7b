import type { Disposable } from "vscode";
import type { Ctx } from "./context.ts";
import type { ExplorerTree } from "./explorer/tree.ts";
import type { Ui } from "./platform/ui.ts";

/** What the in-host tests get of the extension; nobody else does, since it reaches the secrets. */
export interface TestApi {
  readonly ctx: Ctx;
  readonly explorer: ExplorerTree;
  /** how long `activate` took */
  readonly activationMs: number;
  /** answers in the user's place, until disposed; what it lacks the real one asks */
  replaceUi(ui: Partial<Ui>): Disposable;
}
