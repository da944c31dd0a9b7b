import { type Disposable, MarkdownString, StatusBarAlignment, ThemeColor, window } from "vscode";
import { commands } from "./ids.ts";
import type { LocalState } from "./local/state.ts";
import { Owner } from "./platform/disposables.ts";
import { isCancelled, messageOf } from "./shared/userError.ts";

/** What the status bar can say: the cluster's state, or what is being done to it. */
export type ShownState = LocalState | { kind: "busy"; doing: "starting" | "stopping" | "removing" };

/** How often the state is read while something runs and the window has the focus, in milliseconds. */
const everyMs = 15_000;
const whileStartingMs = 3_000;

/**
 * The local cluster in the status bar; a click opens its menu. Docker is asked only while something runs and somebody looks.
 */
export class LocalClusterStatus implements Disposable {
  private readonly owner = new Owner();
  private readonly item = this.owner.own(window.createStatusBarItem("localCluster", StatusBarAlignment.Left, 0));
  private readonly read: (signal: AbortSignal) => Promise<LocalState>;
  private readonly wasMade: () => boolean;
  private readonly abort = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private lastRead = 0;
  private state: ShownState | null = null;
  /** counts what was shown: an answer that comes after something newer is not */
  private version = 0;

  /**
   * @param read asks Docker
   * @param wasMade there was a local cluster before: without a Docker that answers it counts as stopped, else there is none
   */
  constructor(read: (signal: AbortSignal) => Promise<LocalState>, wasMade: () => boolean) {
    this.read = read;
    this.wasMade = wasMade;
    this.item.name = "Local Kafka";
    this.item.command = commands.localClusterMenu;
    this.owner.own(
      window.onDidChangeWindowState(({ focused }) => {
        if (focused && this.worthAsking() && Date.now() - this.lastRead > whileStartingMs) void this.refresh();
        else this.plan();
      }),
    );
    this.owner.own({
      dispose: () => {
        this.abort.abort();
        clearTimeout(this.timer);
      },
    });
  }

  show(state: ShownState): void {
    this.version++;
    this.state = state;
    const { text, tooltip, warning } = words(state);
    this.item.text = text;
    this.item.tooltip = new MarkdownString(tooltip);
    this.item.accessibilityInformation = { label: tooltip };
    this.item.backgroundColor = warning ? new ThemeColor("statusBarItem.warningBackground") : undefined;
    this.item.show();
    this.plan();
  }

  /** Reads the state and shows it. A Docker that does not answer is shown as such, not thrown. */
  async refresh(): Promise<void> {
    const version = ++this.version;
    this.lastRead = Date.now();
    let state: LocalState;
    try {
      state = await this.read(this.abort.signal);
    } catch (error) {
      if (isCancelled(error)) return;
      state = { kind: this.wasMade() ? "stopped" : "absent", port: null, problem: messageOf(error) };
    }
    if (version === this.version && !this.abort.signal.aborted) this.show(state);
  }

  dispose(): void {
    this.owner.dispose();
  }

  private worthAsking(): boolean {
    const kind = this.state?.kind;
    return kind === "running" || kind === "starting" || kind === "unhealthy";
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (this.abort.signal.aborted || !window.state.focused || !this.worthAsking()) return;
    this.timer = setTimeout(() => void this.refresh(), this.state?.kind === "starting" ? whileStartingMs : everyMs);
  }
}

function words(state: ShownState): { text: string; tooltip: string; warning?: true } {
  switch (state.kind) {
    case "busy":
      return { text: `$(loading~spin) Kafka: ${state.doing}`, tooltip: `Local Kafka: ${state.doing}` };
    case "absent":
      return {
        text: "$(circle-outline) Kafka: not present",
        tooltip: `Local Kafka: there is none${because(state.problem)}`,
      };
    case "stopped":
      return { text: "$(debug-stop) Kafka: stopped", tooltip: `Local Kafka: stopped${because(state.problem)}` };
    case "starting":
      return { text: "$(loading~spin) Kafka: starting", tooltip: "Local Kafka: starting" };
    case "running":
      return {
        text: `$(pass-filled) Kafka :${state.port ?? "?"}`,
        tooltip: `Local Kafka: running on localhost:${state.port ?? "an unknown port"}`,
      };
    case "unhealthy":
      return {
        text: "$(warning) Kafka: unhealthy",
        tooltip: `Local Kafka: ${state.problem ?? "unhealthy"}`,
        warning: true,
      };
  }
}

const because = (problem: string | null): string => (problem === null ? "" : ` (${problem})`);
