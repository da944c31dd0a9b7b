import type { Source } from "../kafka/log/batch.ts";

/** One partition that is being read: where it stands, and what keeps it. Offsets are numbers here: Kafka counts them up from zero. */
export class PartitionReader {
  readonly source: Source;
  /** -1: none is known at the moment */
  leader: number;
  /** next offset to fetch */
  position: number;
  /** the first offset that is not wanted; Infinity when reading goes on for ever */
  to: number;
  /** records below are passed over: they were asked for from an offset that was beyond the end */
  minOffset: number;
  /** high watermark, or last stable offset for read_committed, as the broker last said; -1 before it did */
  end: number;
  logStart: number;
  /** what keeps it from being read, a sentence; stays after a passing trouble only as long as that lasts */
  problem: string | null = null;
  /** something that happened and stays worth knowing, a sentence: messages that were lost */
  note: string | null = null;
  /** what there is to say of it, a sentence: what keeps it, what happened, or what it waits for */
  get said(): string | null {
    return this.problem ?? this.note ?? (this.position < this.minOffset ? this.#beyond() : null);
  }

  /** given up: `problem` says why */
  failed = false;
  /** its offsets could not be asked yet (it is offline): not to be fetched from before `place` */
  unplanned = false;
  inFlight = false;
  /** performance.now() before which it is not to be asked again */
  retryAt = 0;
  /** failures in a row, and since when (performance.now()) */
  failures = 0;
  failingSince = 0;
  /** answers in a row that held nothing at all although the end is not reached */
  emptyAnswers = 0;
  /** answers in a row that held the beginning of a batch but no whole one */
  cutAnswers = 0;
  /** how far to step over something unreadable of unknown extent */
  skip = 1;
  /** order of service: the one that waited longest comes first in a request */
  served = 0;
  /** fetched from at least once */
  started = false;

  constructor(source: Source, leader: number, range: { from: number; to: number; end: number; logStart: number }) {
    this.source = source;
    this.leader = leader;
    this.position = range.from;
    this.minOffset = range.from;
    this.to = range.to;
    this.end = range.end;
    this.logStart = range.logStart;
  }

  get topic(): string {
    return this.source.topic;
  }

  get partition(): number {
    return this.source.partition;
  }

  get finished(): boolean {
    return this.failed || this.position >= this.to;
  }

  /** there are messages to fetch, as far as is known */
  get behind(): boolean {
    return !this.finished && (this.end < 0 || this.position < this.end);
  }

  /** It was asked for from an offset that the log has not reached. */
  #beyond(): string {
    const [end, from] = [this.position, this.minOffset].map((offset) => offset.toLocaleString("en"));
    const then = this.finished ? "nothing of it was read" : "reading waits for it";
    return `The log ends at offset ${end}, before offset ${from} where reading was to start: ${then}.`;
  }

  /** Sets where reading starts, once that is known. */
  place(from: PartitionReader): void {
    this.leader = from.leader;
    this.position = from.position;
    this.minOffset = from.minOffset;
    this.end = from.end;
    this.logStart = from.logStart;
    this.note = from.note;
    this.problem = null;
    this.unplanned = false;
  }

  /** a good answer: whatever was wrong is over */
  recovered(): void {
    this.failures = 0;
    this.retryAt = 0;
    this.problem = null;
  }

  /** Not before a while, longer each time: 0.1 s up to 3 s. */
  retryLater(why: string): void {
    const now = performance.now();
    if (this.failures === 0) this.failingSince = now;
    this.retryAt = now + Math.min(100 * 2 ** this.failures, 3000);
    this.failures++;
    this.problem = why;
  }
}
