import { giveBack, leave, memoryOf } from "../kafka/answerMemory.ts";
import type { StoredBatch } from "../kafka/log/batch.ts";

/** Memory that rows of one or more batches share: a fetch response, or a copy of one batch. */
export interface Block {
  readonly memory: Buffer;
  readonly bytes: number;
  rows: number;
  /** it may still be read from, whatever rows are kept */
  open: boolean;
  /** a row of it was handed out: only the garbage collector knows when the last who holds it is through */
  shown: boolean;
}

/** Knows which memory is whose, and gives it back when nobody needs it. */
export class Blocks {
  /** by their memory: batches of two responses may take turns */
  readonly #blocks = new WeakMap<Buffer, Block>();

  of({ header }: StoredBatch): Block {
    let block = this.#blocks.get(header);
    if (!block) {
      block = { memory: header, bytes: memoryOf(header), rows: 0, open: true, shown: false };
      this.#blocks.set(header, block);
    }
    return block;
  }

  /** An answer has been gone through: its memory is given back as soon as no row of it is kept, and at once when there is none. */
  release(answer: Buffer): void {
    const block = this.#blocks.get(answer);
    if (!block) giveBack(answer);
    else {
      block.open = false;
      if (block.rows === 0) this.free(block);
    }
  }

  /** No row of it is kept any more. */
  free(block: Block): void {
    if (block.open) return;
    this.#blocks.delete(block.memory);
    if (block.shown) leave(block.memory);
    else giveBack(block.memory);
  }
}
