/** ms that work goes on before others have their turn */
const SLICE = 15;

/** Lets others of the same thread have their turn while something long is worked on. */
export class Turns {
  readonly #signal: AbortSignal | undefined;
  #since = performance.now();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Works from position `start` on, a part at a time: `advance` works up to about a position and says whether it is done. Rejects when the signal aborts. */
  async work(start: number, part: number, advance: (pause: number) => boolean): Promise<void> {
    for (let pause = start + part; !advance(pause); pause += part) await this.next();
  }

  /** Waits when it is the others' turn. Rejects when the signal aborts. */
  async next(): Promise<void> {
    if (performance.now() - this.#since < SLICE) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#signal?.throwIfAborted();
    this.#since = performance.now();
  }
}
