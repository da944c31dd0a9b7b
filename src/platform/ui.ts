/**
 * Every question to the user goes through this port, so that a command is a plain function that a test can drive. The real one is
 * platform/vscodeUi.ts. Escape, or closing the question, rejects with CancelledError: whoever asks writes only the way forward.
 */
export interface Ui {
  /** One line of text, checked at every keystroke. */
  input(options: InputOptions): Promise<string | Back>;
  /** One of a list; the list may still be loading. */
  pick<T>(options: PickOptions<T>): Promise<T | Back>;
  /** Some of a list, at least one; the list may still be loading. */
  pickMany<T>(options: Omit<PickOptions<T>, "active">): Promise<T[] | Back>;
  /** A modal question before something that cannot be undone. */
  confirm(question: { message: string; detail?: string; action: string }): Promise<boolean>;
  /** A notification; resolves with the button that was pressed. */
  info(message: string, ...actions: string[]): Promise<string | undefined>;
  warn(message: string, ...actions: string[]): Promise<string | undefined>;
  error(message: string, ...actions: string[]): Promise<string | undefined>;
  /** The path of a file that exists. */
  openFile(options: { title: string; openLabel: string; filters?: Record<string, string[]> }): Promise<string>;
  /** The path of a file to write; whether to replace one that is there was asked. `defaultPath` may lack its folder. */
  saveFile(options: {
    title: string;
    saveLabel: string;
    defaultPath: string;
    filters: Record<string, string[]>;
  }): Promise<string>;
  /** The path of a folder that exists. */
  openFolder(options: { title: string; openLabel: string; defaultPath?: string | undefined }): Promise<string>;
  /** Shows that something is going on, with a Cancel button that aborts the signal. */
  progress<T>(title: string, task: (signal: AbortSignal, report: (text: string) => void) => Promise<T>): Promise<T>;
  copy(text: string): Promise<void>;
  /** Opens VS Code's settings at one setting, by its full id. */
  openSetting(id: string): Promise<void>;
}

/** The answer "go back to the previous question". */
export const back = Symbol("back");
export type Back = typeof back;

export interface StepPosition {
  /** from 1 */
  step: number;
  total: number;
  canGoBack: boolean;
}

export interface InputOptions {
  title: string;
  prompt: string;
  placeholder?: string;
  value?: string;
  password?: boolean;
  position?: StepPosition | undefined;
  /** a sentence on what is wrong, or null; runs at every keystroke and may take its time */
  validate?: (value: string) => string | null | Promise<string | null>;
  /** the text at every keystroke, for questions whose effect is seen at once */
  onChange?: (value: string) => void;
}

export interface PickItem<T> {
  label: string;
  description?: string;
  detail?: string;
  /** a codicon's name */
  icon?: string;
  /** shown above this item, starting a section */
  section?: string;
  value: T;
}

export interface PickOptions<T> {
  title: string;
  placeholder: string;
  items: readonly PickItem<T>[] | Promise<readonly PickItem<T>[]>;
  /** the item that is active at first */
  active?: T;
  position?: StepPosition | undefined;
  /** lets the typed text be an answer of its own: what it would be, or null when it cannot */
  typed?: (text: string) => PickItem<T> | null;
}
