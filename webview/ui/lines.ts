import { html, LitElement, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";

/** pixels beyond the visible part in which lines are drawn */
const AHEAD = 300;
const LINE_HEIGHT = 22;

/**
 * Lines of one height in a pane that scrolls: only those that are on screen are in the page, and the one that has the focus, so that the focus stays
 * where it is. The owner draws a line; this element places it.
 */
export class Lines extends LitElement {
  static override properties = {
    count: { attribute: false },
    focused: { attribute: false },
    line: { attribute: false },
  };
  declare count: number;
  /** a line that is drawn wherever it is; -1: none */
  declare focused: number;
  declare line: (index: number) => TemplateResult;

  private readonly sizes = new ResizeObserver(() => this.requestUpdate());
  private pane: HTMLElement | null = null;
  private readonly onScroll = (): void => this.requestUpdate();

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.pane = this.closest<HTMLElement>(".pane-body");
    this.pane?.addEventListener("scroll", this.onScroll, { passive: true });
    if (this.pane) this.sizes.observe(this.pane);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.pane?.removeEventListener("scroll", this.onScroll);
    this.sizes.disconnect();
  }

  /** Brings a line into view. */
  reveal(index: number): void {
    if (!this.pane) return;
    const pane = this.pane.getBoundingClientRect();
    const top = this.getBoundingClientRect().top + index * this.lineHeight - pane.top;
    const below = top + this.lineHeight - this.pane.clientHeight;
    if (top < 0) this.pane.scrollTop += top;
    else if (below > 0) this.pane.scrollTop += below;
  }

  private get lineHeight(): number {
    return Math.max(LINE_HEIGHT, Math.round(Number.parseFloat(getComputedStyle(this).fontSize) * 1.6) || 0);
  }

  protected override render(): TemplateResult {
    const height = this.lineHeight;
    const above = (this.pane?.getBoundingClientRect().top ?? 0) - this.getBoundingClientRect().top;
    const from = Math.max(0, Math.floor((above - AHEAD) / height));
    const to = Math.min(this.count, Math.ceil((above + (this.pane?.clientHeight ?? 800) + AHEAD) / height));
    const shown = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
    const { focused } = this;
    if (focused >= 0 && focused < from) shown.unshift(focused);
    else if (focused >= to && focused < this.count) shown.push(focused);
    this.style.height = `${this.count * height}px`;
    this.style.setProperty("--line-height", `${height}px`);
    return html`${repeat(
      shown,
      (index) => index,
      (index) =>
        html`<div class="placed" role="presentation" .style=${`transform: translateY(${index * height}px)`}>${this.line(index)}</div>`,
    )}`;
  }
}
customElements.define("kw-lines", Lines);
