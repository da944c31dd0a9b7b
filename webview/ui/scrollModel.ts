/**
 * Where a grid of rows of one height stands, in numbers only.
 *
 * Rows are addressed by an absolute number that never changes (`seq`), and the position is kept in pixels of that address space. So when old
 * rows are evicted at the front, the rows that are being looked at stay where they are; only the scroll bar moves.
 *
 * A browser clips elements beyond some 17 to 33 million pixels, so the scroll bar's own height is bounded and scaled to the real one.
 */
export class ScrollModel {
  rowHeight = 22;
  /** height of the visible part, pixels */
  view = 0;
  first = 0;
  next = 0;
  /** position of the upper edge: seq × rowHeight, plus what of that row is scrolled off */
  top = 0;
  /** stays at the end when rows arrive */
  follow = false;

  static readonly maxBar = 8_000_000;

  get minTop(): number {
    return this.first * this.rowHeight;
  }
  get maxTop(): number {
    return Math.max(this.minTop, this.next * this.rowHeight - this.view);
  }
  get atEnd(): boolean {
    return this.top >= this.maxTop - 1;
  }
  /** height that the scroll bar shall believe in */
  get barHeight(): number {
    return Math.max(this.view, Math.min((this.next - this.first) * this.rowHeight, ScrollModel.maxBar));
  }
  /** scrollTop that shows the position on the scroll bar */
  get bar(): number {
    const real = this.maxTop - this.minTop;
    return real === 0 ? 0 : ((this.top - this.minTop) / real) * (this.barHeight - this.view);
  }

  resize(view: number, rowHeight: number): void {
    const row = this.top / this.rowHeight;
    this.rowHeight = rowHeight;
    this.view = view;
    this.moveTo(this.follow ? Infinity : row * rowHeight);
  }

  /** The rows kept are now [first, next). */
  bounds(first: number, next: number): void {
    this.first = first;
    this.next = next;
    this.moveTo(this.follow ? Infinity : this.top);
  }

  /** Moves without a say on following. */
  moveTo(top: number): void {
    this.top = Math.round(Math.min(Math.max(top, this.minTop), this.maxTop));
  }

  /** The user moved: follows from now on exactly when that ended at the end. */
  scrollTo(top: number): void {
    this.moveTo(top);
    this.follow = this.atEnd;
  }

  /** The user moved the scroll bar to `bar`. */
  dragTo(bar: number): void {
    const range = this.barHeight - this.view;
    this.scrollTo(range <= 0 ? this.minTop : this.minTop + (bar / range) * (this.maxTop - this.minTop));
  }

  /** Brings a row into view, moving as little as possible; `center` puts it in the middle when it was out of view. */
  reveal(seq: number, center = false): void {
    const y = seq * this.rowHeight;
    if (y >= this.top && y + this.rowHeight <= this.top + this.view) return;
    if (center) this.moveTo(y - (this.view - this.rowHeight) / 2);
    else this.moveTo(y < this.top ? y : y + this.rowHeight - this.view);
  }

  /** Rows to draw: [from, to). */
  range(overscan: number): { from: number; to: number } {
    const from = Math.floor(this.top / this.rowHeight) - overscan;
    const to = Math.ceil((this.top + this.view) / this.rowHeight) + overscan;
    return { from: Math.max(this.first, from), to: Math.min(this.next, to) };
  }

  /** Whole rows that fit. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.view / this.rowHeight));
  }
}
