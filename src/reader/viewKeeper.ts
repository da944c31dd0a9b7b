import type { ViewSpec, ViewStatus } from "../shared/messages.ts";
import type { RecordFilter } from "./filter/recordFilter.ts";
import type { Ring } from "./ring.ts";
import { View } from "./view/view.ts";

/** revisions of one view count from 0; those of the next begin beyond */
const REVISIONS = 1_000_000;
/** ms of work after which other events get their turn */
const SLICE = 10;
/** rows that arrive are sorted in at most so often, ms: each time costs something however few they are */
const PACE = 100;

/** The view that is in use: brings it up to date in slices, as rows come and go and as the user asks for another one. */
export class ViewKeeper {
  readonly #ring: Ring;
  readonly #changed: () => void;
  readonly #failed: (error: unknown) => void;
  #view!: View;
  #spec: ViewSpec | null = null;
  #filter: RecordFilter | null = null;
  #base = 0;
  #working = false;
  /** something has changed while it was worked on, perhaps after the last look at what there is to do */
  #again = false;
  #disposed = false;
  #timer: NodeJS.Timeout | undefined;
  #workedAt = Number.NEGATIVE_INFINITY;

  /** `changed`: the view's status may have; `failed`: a bug, to be logged */
  constructor(
    ring: Ring,
    told: { changed(): void; failed(error: unknown): void },
    spec: ViewSpec,
    filter: RecordFilter | null,
  ) {
    this.#ring = ring;
    this.#changed = told.changed;
    this.#failed = told.failed;
    this.#make(spec, filter);
  }

  /** Looks at the kept rows in another way from now on. */
  use(spec: ViewSpec, filter: RecordFilter | null): void {
    this.#base += REVISIONS;
    // other fields are other rows, but the same places
    if (this.#spec && samePlaces(this.#spec, spec)) {
      this.#spec = spec;
      return;
    }
    this.#make(spec, filter);
  }

  /** Payloads are understood in another way: rows show something else, and a filter may let others through. */
  decodedAnew(): void {
    this.#base += REVISIONS;
    if (this.#spec && this.#filter) this.#make(this.#spec, this.#filter);
  }

  /** The ring was emptied. */
  reset(): void {
    this.#base += REVISIONS;
    if (this.#spec) this.#make(this.#spec, this.#filter);
  }

  /** Rows were added or dropped. */
  rowsChanged(): void {
    if (this.#disposed) return;
    if (this.#working) {
      this.#again = true;
      return;
    }
    this.#timer ??= setTimeout(() => void this.#work(), Math.max(0, this.#workedAt + PACE - performance.now()));
  }

  get view(): View {
    return this.#view;
  }

  status(): ViewStatus {
    const status = this.#view.status();
    return { ...status, revision: this.#base + status.revision };
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#view.close();
  }

  #make(spec: ViewSpec, filter: RecordFilter | null): void {
    this.#spec = spec;
    this.#filter = filter;
    this.#view?.close();
    this.#view = new View(this.#ring, spec, filter);
    this.rowsChanged();
  }

  async #work(): Promise<void> {
    this.#timer = undefined;
    this.#working = true;
    this.#again = false;
    let more = true;
    while (more && !this.#disposed) {
      try {
        more = await this.#view.advance(performance.now() + SLICE);
      } catch (error) {
        // the filter failed on some rows, which are not shown then; the others are gone on with
        this.#failed(error);
      }
      if (this.#disposed) break;
      this.#changed();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#working = false;
    this.#workedAt = performance.now();
    if (this.#again) this.rowsChanged();
  }
}

const samePlaces = (a: ViewSpec, b: ViewSpec): boolean =>
  JSON.stringify({ ...a, fields: [] }) === JSON.stringify({ ...b, fields: [] });
