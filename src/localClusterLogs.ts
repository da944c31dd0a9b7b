import { type Disposable, EventEmitter, type Terminal, ThemeIcon, window } from "vscode";
import { Owner } from "./platform/disposables.ts";
import { isCancelled, messageOf } from "./shared/userError.ts";

type Follow = (onText: (text: string) => void, signal: AbortSignal) => Promise<void>;

/**
 * The local cluster's logs in a terminal of their own, followed until it is closed or the containers stop. A terminal, and not an
 * output channel: it has an end that the user can see and make, and a bounded memory.
 */
export class LocalClusterLogs implements Disposable {
  private shown: { terminal: Terminal; ended: boolean; owner: Owner } | null = null;

  /** Shows the terminal; a new one unless the logs are being followed already. */
  show(follow: Follow): void {
    if (this.shown && !this.shown.ended) {
      this.shown.terminal.show(true);
      return;
    }
    this.shown?.owner.dispose();
    const owner = new Owner();
    const abort = new AbortController();
    const write = owner.own(new EventEmitter<string>());
    const terminal = owner.own(
      window.createTerminal({
        name: "Local Kafka",
        iconPath: new ThemeIcon("output"),
        isTransient: true, // nothing to bring back after a reload of the window
        pty: {
          onDidWrite: write.event,
          open: () => {
            void following(follow, (text) => write.fire(text), abort.signal).then(() => {
              shown.ended = true;
            });
          },
          close: () => {
            owner.dispose();
            if (this.shown === shown) this.shown = null;
          },
          handleInput: (data: string) => {
            if (data === ctrlC) abort.abort();
          },
        },
      }),
    );
    owner.own({ dispose: () => abort.abort() });
    const shown = { terminal, ended: false, owner };
    this.shown = shown;
    terminal.show(true);
  }

  dispose(): void {
    this.shown?.owner.dispose();
    this.shown = null;
  }
}

const ctrlC = "\u0003";

async function following(follow: Follow, write: (text: string) => void, signal: AbortSignal): Promise<void> {
  let end = "The containers have stopped.";
  try {
    await follow((text) => write(plain(text)), signal);
  } catch (error) {
    end = isCancelled(error) ? "No longer followed." : messageOf(error);
  }
  write(plain(`===> ${end}\n`));
}

/** For a terminal: its line ends, and no control characters, with which a log could do more than be read. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const plain = (text: string): string => text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "").replaceAll("\n", "\r\n");
