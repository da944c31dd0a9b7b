import type { Source } from "../kafka/log/batch.ts";

/** markers kept of one producer on one partition: a producer that commits ten times a second fills this in an hour */
const MOST = 65_536;

interface Markers {
  /** ascending */
  offsets: number[];
  committed: boolean[];
}

/** How transactions ended, by the markers that were read: a message's transaction ends with its producer's first marker after it. */
export class Transactions {
  readonly #bySource = new Map<Source, Map<bigint, Markers>>();

  add(source: Source, producerId: bigint, offset: number, committed: boolean): void {
    let producers = this.#bySource.get(source);
    if (!producers) this.#bySource.set(source, (producers = new Map()));
    let markers = producers.get(producerId);
    if (!markers) producers.set(producerId, (markers = { offsets: [], committed: [] }));
    // read again after a lost connection
    if (offset <= (markers.offsets.at(-1) ?? -1)) return;
    markers.offsets.push(offset);
    markers.committed.push(committed);
    if (markers.offsets.length > 2 * MOST) {
      markers.offsets.splice(0, MOST);
      markers.committed.splice(0, MOST);
    }
  }

  /** null: no marker after it was read */
  stateOf(source: Source, producerId: bigint, offset: number): "committed" | "aborted" | null {
    const markers = this.#bySource.get(source)?.get(producerId);
    if (!markers) return null;
    let low = 0;
    let high = markers.offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (markers.offsets[middle]! > offset) high = middle;
      else low = middle + 1;
    }
    if (low === markers.offsets.length) return null;
    return markers.committed[low] ? "committed" : "aborted";
  }
}
