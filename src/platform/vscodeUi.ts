import {
  commands,
  type Disposable,
  env,
  ProgressLocation,
  type QuickInput,
  type QuickInputButton,
  QuickInputButtons,
  type QuickPick,
  type QuickPickItem,
  QuickPickItemKind,
  ThemeIcon,
  Uri,
  window,
} from "vscode";
import { CancelledError, UserError } from "../shared/userError.ts";
import { Owner } from "./disposables.ts";
import {
  type Back,
  back,
  type InputOptions,
  type PickItem,
  type PickOptions,
  type StepPosition,
  type Ui,
} from "./ui.ts";

/** The Ui of a real VS Code, and a way for tests to answer in the user's place. */
export function replaceableUi(): { ui: Ui; replaceUi: (answers: Partial<Ui>) => Disposable } {
  const ui: Ui = { ...vscodeUi };
  return {
    ui,
    replaceUi: (answers) => {
      Object.assign(ui, answers);
      return { dispose: () => Object.assign(ui, vscodeUi) };
    },
  };
}

const vscodeUi: Ui = {
  input,
  pick,
  pickMany,
  async confirm({ message, detail, action }) {
    return (
      (await window.showWarningMessage(message, { modal: true, ...(detail ? { detail } : {}) }, action)) === action
    );
  },
  info: async (message, ...actions) => window.showInformationMessage(message, ...actions),
  warn: async (message, ...actions) => window.showWarningMessage(message, ...actions),
  error: async (message, ...actions) => window.showErrorMessage(message, ...actions),
  async openFile({ title, openLabel, filters }) {
    const [uri] = (await window.showOpenDialog({ title, openLabel, ...(filters ? { filters } : {}) })) ?? [];
    return pathOf(uri);
  },
  async saveFile({ defaultPath, ...options }) {
    return pathOf(await window.showSaveDialog({ ...options, defaultUri: Uri.file(defaultPath) }));
  },
  async openFolder({ defaultPath, ...options }) {
    const [uri] =
      (await window.showOpenDialog({
        ...options,
        canSelectFiles: false,
        canSelectFolders: true,
        ...(defaultPath ? { defaultUri: Uri.file(defaultPath) } : {}),
      })) ?? [];
    return pathOf(uri);
  },
  async progress(title, task) {
    return window.withProgress(
      { location: ProgressLocation.Notification, title, cancellable: true },
      (report, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        return task(abort.signal, (message) => report.report({ message }));
      },
    );
  },
  async copy(text) {
    await env.clipboard.writeText(text);
  },
  async openSetting(id) {
    await commands.executeCommand("workbench.action.openSettings", `@id:${id}`);
  },
};

/** Of what a dialog was answered with. A virtual file system has no paths that Node could read or write. */
function pathOf(uri: Uri | undefined): string {
  if (!uri) throw new CancelledError();
  if (uri.scheme === "file") return uri.fsPath;
  throw new UserError(`This works with files on a disk only, not with ${uri.scheme}: choose another place.`, {
    code: "not-a-file",
  });
}

/** Shows a quick input until `settle` is called or it is closed; always disposed. */
function ask<T>(input: QuickInput & { buttons: readonly QuickInputButton[] }, position: StepPosition | undefined) {
  const owner = new Owner();
  owner.own(input);
  // a click beside it, into a terminal for a host name, say, must not lose what was typed
  input.ignoreFocusOut = true;
  if (position && position.total > 1) {
    input.step = position.step;
    input.totalSteps = position.total;
  }
  input.buttons = position?.canGoBack ? [QuickInputButtons.Back] : [];
  let settle!: (answer: T) => void;
  const answer = new Promise<T>((resolve, reject) => {
    settle = resolve;
    owner.own(input.onDidHide(() => reject(new CancelledError())));
  }).finally(() => owner.dispose());
  return { owner, answer, settle };
}

function input(options: InputOptions): Promise<string | Back> {
  const box = window.createInputBox();
  box.title = options.title;
  box.prompt = options.prompt;
  box.placeholder = options.placeholder ?? "";
  box.value = options.value ?? "";
  box.password = options.password ?? false;
  const { owner, answer, settle } = ask<string | Back>(box, options.position);

  let checks = 0;
  // the answer of a slower, earlier check must not overwrite that of a later one
  const check = async (): Promise<boolean> => {
    const mine = ++checks;
    const problem = (await options.validate?.(box.value)) ?? null;
    if (mine !== checks) return false;
    box.validationMessage = problem ?? "";
    return problem === null;
  };
  owner.own(
    box.onDidChangeValue((value) => {
      options.onChange?.(value);
      void check();
    }),
  );
  owner.own(
    box.onDidAccept(async () => {
      const value = box.value;
      box.busy = true;
      const fine = await check().finally(() => {
        box.busy = false;
      });
      if (fine) settle(value);
    }),
  );
  owner.own(box.onDidTriggerButton(() => settle(back)));
  box.show();
  return answer;
}

interface Row<T> extends QuickPickItem {
  value?: T;
}

function row<T>(item: PickItem<T>): Row<T> {
  return {
    label: item.label,
    value: item.value,
    ...(item.description === undefined ? {} : { description: item.description }),
    ...(item.detail === undefined ? {} : { detail: item.detail }),
    ...(item.icon === undefined ? {} : { iconPath: new ThemeIcon(item.icon) }),
  };
}

/** A list with its items, which may come later, and on top of them the line that is made of what is typed. */
function listOf<T>({ title, placeholder, items, typed }: PickOptions<T>, filled: (list: QuickPick<Row<T>>) => void) {
  const list = window.createQuickPick<Row<T>>();
  list.title = title;
  list.placeholder = placeholder;
  list.matchOnDescription = true;
  let rows: Row<T>[] = [];
  const show = () => {
    const made = list.value.trim() === "" ? null : typed?.(list.value.trim());
    const checked = list.selectedItems;
    // alwaysShow: the list filters by the typed text, which the row made of it need not contain
    list.items = made ? [{ ...row(made), alwaysShow: true }, ...rows] : rows;
    if (list.canSelectMany) list.selectedItems = checked.filter((one) => list.items.includes(one));
  };
  const fill = (loaded: readonly PickItem<T>[]) => {
    let section: string | undefined;
    rows = loaded.flatMap((item) => {
      const heading = item.section !== section && item.section !== undefined;
      section = item.section;
      return heading ? [{ label: item.section!, kind: QuickPickItemKind.Separator }, row(item)] : [row(item)];
    });
    show();
    filled(list);
  };

  let failed: Promise<never> | null = null;
  if (items instanceof Promise) {
    list.busy = true;
    let fail!: (error: unknown) => void;
    failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    items.then(
      (loaded) => {
        list.busy = false;
        fill(loaded);
      },
      (error) => {
        fail(error);
        list.hide();
      },
    );
  } else fill(items);
  /** what is answered, or why the items could not be loaded */
  const orFailed = <R>(answer: Promise<R>): Promise<R> => (failed ? Promise.race([answer, failed]) : answer);
  return { list, show, orFailed };
}

function pick<T>(options: PickOptions<T>): Promise<T | Back> {
  const { list, show, orFailed } = listOf(options, (filled) => {
    const active = filled.items.find((r) => r.value !== undefined && r.value === options.active);
    if (active) filled.activeItems = [active];
  });
  const { owner, answer, settle } = ask<T | Back>(list, options.position);
  if (options.typed) owner.own(list.onDidChangeValue(show));
  owner.own(
    list.onDidAccept(() => {
      const [chosen] = list.selectedItems;
      // typed and accepted faster than the line made of it was shown
      const typed = chosen ? null : options.typed?.(list.value.trim());
      if (chosen && "value" in chosen) settle(chosen.value as T);
      else if (typed) settle(typed.value);
    }),
  );
  owner.own(list.onDidTriggerButton(() => settle(back)));
  list.show();
  return orFailed(answer);
}

function pickMany<T>(options: Omit<PickOptions<T>, "active">): Promise<T[] | Back> {
  const { list, show, orFailed } = listOf(options, () => undefined);
  list.canSelectMany = true;
  const { owner, answer, settle } = ask<T[] | Back>(list, options.position);
  if (options.typed) owner.own(list.onDidChangeValue(show));
  owner.own(
    list.onDidAccept(() => {
      const chosen = list.selectedItems.flatMap((one) => ("value" in one ? [one.value as T] : []));
      // nothing is ticked: what is typed is meant, where it means something
      const typed = chosen.length > 0 || list.value.trim() === "" ? null : options.typed?.(list.value.trim());
      if (chosen.length > 0) settle(chosen);
      else if (typed) settle([typed.value]);
    }),
  );
  owner.own(list.onDidTriggerButton(() => settle(back)));
  list.show();
  return orFailed(answer);
}
