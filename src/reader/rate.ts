/** how far back a rate looks, ms */
const WINDOW = 1000;
const SLOT = 100;
const SLOTS = WINDOW / SLOT;

/** Counts things a second over the last second, in slots of a tenth. */
export class Rate {
  readonly #counts = new Float64Array(SLOTS + 1);
  #slot = -1;
  #first = Number.POSITIVE_INFINITY;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(count: number): void {
    this.#advance();
    this.#counts[this.#slot % (SLOTS + 1)]! += count;
  }

  perSecond(): number {
    const now = this.#now();
    this.#advance();
    let sum = 0;
    for (const count of this.#counts) sum += count;
    // of the oldest slot a part has passed out of the window, of the newest a part is still to come
    const span = Math.min(WINDOW + (now % SLOT), now - this.#first);
    return span <= 0 ? 0 : Math.round((sum * 1000) / Math.max(span, SLOT));
  }

  #advance(): void {
    const now = this.#now();
    const slot = Math.floor(now / SLOT);
    if (this.#first === Number.POSITIVE_INFINITY) this.#first = now;
    if (this.#slot < 0 || slot - this.#slot > SLOTS) this.#counts.fill(0);
    else for (let s = this.#slot + 1; s <= slot; s++) this.#counts[s % (SLOTS + 1)] = 0;
    this.#slot = slot;
  }
}
