import { type Cell, isNarrowed, type ViewSpec, type ViewStatus, wholeView } from "../../../src/shared/messages.ts";
import { schemaIdOf } from "./fakeSchemas.ts";

/** Row n of the made-up topic; everything about it follows from n. */
export interface Made {
  key: string | null;
  value: string | null;
  format: Cell["format"];
  problems: string[];
}

/** Which of the made-up rows are shown, and in what order: worked out anew each time, which is simple and right. */
export class FakeView {
  spec: ViewSpec = wholeView;
  private readonly made: (seq: number) => Made;
  private readonly timeOf: (seq: number) => number;
  private revision = 0;
  private first = 0;
  private next = 0;
  /** rows that were made so far */
  private kept = 0;
  /** null: all of [first, next) in order of arrival */
  private seqs: number[] | null = null;

  constructor(made: (seq: number) => Made, timeOf: (seq: number) => number) {
    this.made = made;
    this.timeOf = timeOf;
  }

  use(spec: ViewSpec): void {
    this.spec = spec;
    this.revision++;
  }

  restart(): void {
    this.revision++;
  }

  arrange(firstSeq: number, nextSeq: number): void {
    const { sort } = this.spec;
    this.kept = nextSeq;
    if (!isNarrowed(this.spec) && sort.by === "arrival" && !sort.descending) {
      this.seqs = null;
      this.first = firstSeq;
      this.next = nextSeq;
      return;
    }
    const seqs: number[] = [];
    for (let seq = firstSeq; seq < nextSeq; seq++) if (this.matches(seq)) seqs.push(seq);
    if (sort.by === "size") {
      const size = (seq: number) => (this.made(seq).value?.length ?? 0) + (this.made(seq).key?.length ?? 0);
      seqs.sort((a, b) => size(a) - size(b) || a - b);
    } else if (sort.by === "offset") seqs.sort((a, b) => (a % 6) - (b % 6) || a - b);
    if (sort.descending) {
      seqs.reverse();
      if (seqs.length !== this.next) this.revision++;
    }
    this.seqs = seqs;
    this.first = 0;
    this.next = seqs.length;
  }

  status(): ViewStatus {
    const { revision, first, next } = this;
    return { revision, first, next, progress: null, problems: { count: 0, example: null } };
  }

  seqAt(place: number): number {
    return this.seqs ? this.seqs[place]! : place;
  }

  placeOf(seq: number): number | null {
    if (!this.seqs) return seq >= this.first && seq < this.next ? seq : null;
    const place = this.seqs.indexOf(seq);
    return place < 0 ? null : place;
  }

  shows(seq: number): boolean {
    return this.matches(seq);
  }

  private matches(seq: number): boolean {
    const { filter, schema, time, key } = this.spec;
    if (schema && schemaIdOf(seq, this.kept, this.made) !== schema.key) return false;
    const made = this.made(seq);
    if (time?.from && this.timeOf(seq) < Number(time.from)) return false;
    if (time?.to && this.timeOf(seq) > Number(time.to)) return false;
    if (key !== null && (made.key === null || btoa(made.key) !== key)) return false;
    if (!filter) return true;
    const text = `${made.key ?? ""}\n${made.value ?? ""}`;
    switch (filter.kind) {
      case "contains":
        return filter.caseSensitive
          ? text.includes(filter.text)
          : text.toLowerCase().includes(filter.text.toLowerCase());
      case "regex":
        return new RegExp(filter.pattern, filter.caseSensitive ? "" : "i").test(text);
      case "cel": {
        // of the language only value.NAME == "TEXT"
        const [, name, wanted] = /^value\.(\w+) == "([^"]*)"$/.exec(filter.expression) ?? [];
        return name !== undefined && text.includes(`"${name}":"${wanted}"`);
      }
    }
  }
}
