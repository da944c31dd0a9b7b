import { takeAnswer } from "./answerMemory.ts";

/** bytes that a body must still lack to be read in place: below, a read would be cut short of what the socket has */
const DIRECT = 64 * 1024;

/**
 * Puts answers together from what the socket delivers. An answer is a 4-byte size, a 4-byte correlation id and the rest; sizes reach many
 * megabytes (Fetch), so every byte is copied once at most, into a buffer of the right size, and those of an answer that nobody waits for any more
 * are not kept at all.
 */
export class FrameReader {
  readonly #accept: (correlationId: number, size: number) => boolean;
  readonly #deliver: (correlationId: number, body: Buffer) => void;
  readonly #head = Buffer.alloc(8);
  #headLength = 0;
  /** null while the head is incomplete, or while an unwanted body is passed over */
  #body: Buffer | null = null;
  #filled = 0;
  #left = 0;

  /**
   * `accept` is asked once a head is complete whether the body is wanted; it may throw to refuse the size. `deliver` gets each whole body.
   */
  constructor(
    accept: (correlationId: number, size: number) => boolean,
    deliver: (correlationId: number, body: Buffer) => void,
  ) {
    this.#accept = accept;
    this.#deliver = deliver;
  }

  /** the first bytes of the head that is being read: they tell what speaks when it is not Kafka */
  get head(): Buffer {
    return this.#head.subarray(0, this.#headLength);
  }

  /**
   * Where the socket may read to directly, so that nothing is copied: the rest of a large body. null: read anywhere, and `push` it.
   * What was read there is made known with `advance`.
   */
  target(): Buffer | null {
    return this.#body && this.#left >= DIRECT ? this.#body.subarray(this.#filled) : null;
  }

  /** The first `size` bytes of the `target` have been filled. */
  advance(size: number): void {
    this.#filled += size;
    this.#left -= size;
    this.#deliverIfWhole();
  }

  /** Takes in a chunk. Its memory may be reused by the caller afterwards. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#headLength < 8) {
        const take = Math.min(8 - this.#headLength, chunk.length - at);
        chunk.copy(this.#head, this.#headLength, at, at + take);
        this.#headLength += take;
        at += take;
        if (this.#headLength < 8) return;
        this.#left = this.#head.readInt32BE(0) - 4;
        const wanted = this.#accept(this.#head.readInt32BE(4), this.#left);
        this.#body = wanted ? takeAnswer(this.#left) : null;
        this.#filled = 0;
      } else {
        const take = Math.min(this.#left, chunk.length - at);
        if (this.#body) chunk.copy(this.#body, this.#filled, at, at + take);
        this.#filled += take;
        this.#left -= take;
        at += take;
      }
      this.#deliverIfWhole();
    }
  }

  #deliverIfWhole(): void {
    if (this.#headLength < 8 || this.#left > 0) return;
    const body = this.#body;
    this.#headLength = 0;
    this.#body = null;
    if (body) this.#deliver(this.#head.readInt32BE(4), body);
  }
}
