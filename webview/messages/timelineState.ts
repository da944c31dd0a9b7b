import type { Timeline, ViewSpec } from "../../src/shared/messages.ts";
import type { Panel } from "./panel.ts";

/** ms between two requests while messages arrive */
const refreshEvery = 1000;
/** ms after the user looked at the messages in another way */
const soon = 60;

/** The time line's figures: asked for when they change, at most once a second, and only while they can be seen. */
export class TimelineState {
  line: Timeline | null = null;
  private bars = 0;
  private shown = "";
  private view: ViewSpec | null = null;
  private askedAt = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private asking = false;
  private readonly panel: Panel;

  constructor(panel: Panel) {
    this.panel = panel;
    document.addEventListener("visibilitychange", () => this.refresh());
  }

  room(bars: number): void {
    if (bars === this.bars) return;
    this.bars = bars;
    this.refresh();
  }

  /** Called whenever something is drawn: asks anew if the figures are of something else than what is shown now. */
  refresh(): void {
    const { reading, layout } = this.panel;
    const { status, view } = reading;
    if (!status || this.bars === 0 || !layout.timeline || document.hidden || this.asking) return;
    const { run, firstSeq, nextSeq } = status;
    const now = [
      run,
      firstSeq,
      nextSeq,
      status.unwalked,
      status.view.revision,
      status.view.next,
      status.view.progress,
      this.bars,
    ].join();
    if (now === this.shown && view === this.view) return;
    const wait = view === this.view ? Math.max(soon, this.askedAt + refreshEvery - performance.now()) : soon;
    if (this.timer !== null) {
      if (view === this.view) return;
      clearTimeout(this.timer);
    }
    this.timer = setTimeout(() => void this.ask(now, view), wait);
    this.view = view;
  }

  private async ask(shown: string, view: ViewSpec): Promise<void> {
    this.timer = null;
    this.asking = true;
    this.askedAt = performance.now();
    await this.panel.attempt(async () => {
      // what could not be had is not asked for again until something changes
      this.shown = shown;
      this.view = view;
      this.line = await this.panel.rpc.call("timeline", [this.bars]);
    });
    this.asking = false;
    // draws, and so looks whether there is news already
    this.panel.changed();
  }

  /** Selects the first message that is not older than a time, and goes there. */
  jump(time: number): void {
    const { panel } = this;
    void panel.attempt(async () => {
      const at = await panel.rpc.call("locateTime", [String(time)]);
      if (at === null) return;
      panel.selection.selectAt(at);
      panel.grid?.reveal(at);
    });
  }
}
