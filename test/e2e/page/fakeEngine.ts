import {
  type BytesView,
  type Cell,
  type EngineMethods,
  type ExportProgress,
  type ExportSpec,
  type FieldInfo,
  type FilterProblem,
  nothingRead,
  type PayloadPart,
  type PayloadView,
  type ReaderStatus,
  type ReadQuery,
  type RecordDetail,
  type RowsWindow,
  type RowView,
  type Timeline,
  type ViewSpec,
} from "../../../src/shared/messages.ts";
import type { SchemaUse } from "../../../src/shared/schemaUse.ts";
import { UserError } from "../../../src/shared/userError.ts";
import { madeUse } from "./fakeSchemas.ts";
import { FakeView, type Made } from "./fakeView.ts";

const utf8 = new TextEncoder();

/** An engine without Kafka: as many rows as asked for, all of them made on demand, with the oddities that a real topic has. */
export class FakeEngine implements EngineMethods {
  status: ReaderStatus;
  private readonly send: (status: ReaderStatus) => void;
  private readonly total: number;
  private readonly perSecond: number;
  private timer: ReturnType<typeof setInterval> | null = null;
  private readonly startedAt = Date.now();
  private readonly ring: number;
  private readonly view = new FakeView(
    (seq) => made(seq),
    (seq) => this.timeOf(seq),
  );

  constructor(send: (status: ReaderStatus) => void, total: number, perSecond: number, ring: number) {
    this.send = send;
    this.total = total;
    this.perSecond = perSecond;
    this.ring = ring;
    this.status = {
      ...nothingRead,
      partitions: [0, 1, 2, 3, 4, 5].map((partition) => ({
        topic: "orders",
        partition,
        position: "0",
        end: "0",
        logStart: "0",
        problem: null,
      })),
    };
  }

  private grow(count: number, change: Partial<ReaderStatus> = {}): void {
    const s = this.status;
    const nextSeq = s.nextSeq + count;
    const firstSeq = Math.max(s.firstSeq, nextSeq - this.ring);
    this.status = {
      ...s,
      nextSeq,
      firstSeq,
      scanned: s.scanned + count,
      scannedBytes: s.scannedBytes + count * 165,
      dropped: s.dropped + firstSeq - s.firstSeq,
      elapsedMs: s.elapsedMs + 100,
      unreadable: nextSeq > 9 ? 1 : 0,
      matched: s.matched + count,
      rate: count * 10,
      ...change,
    };
    this.view.arrange(firstSeq, nextSeq);
    this.status = { ...this.status, view: this.view.status() };
    this.send(this.status);
  }

  start(query: ReadQuery): void {
    this.stop();
    const run = this.status.run + 1;
    this.status = {
      ...this.status,
      run,
      firstSeq: 0,
      nextSeq: 0,
      scanned: 0,
      scannedBytes: 0,
      dropped: 0,
      matched: 0,
      elapsedMs: 0,
    };
    this.view.restart();
    const total =
      query.from.kind === "latest"
        ? 0
        : query.from.kind === "last"
          ? Math.min(query.from.count, this.total)
          : this.total;
    this.grow(total, { state: query.to.kind === "live" ? "live" : "done", problem: null });
    if (query.to.kind === "live") this.live();
  }

  private live(): void {
    if (this.perSecond > 0) this.timer = setInterval(() => this.grow(Math.ceil(this.perSecond / 10)), 100);
  }

  private stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  pause(): void {
    this.stop();
    this.grow(0, { state: "paused" });
  }
  resume(): void {
    this.grow(0, { state: "live" });
    this.live();
  }
  clear(): void {
    this.status = { ...this.status, run: this.status.run + 1, firstSeq: this.status.nextSeq };
    this.view.restart();
    this.grow(0);
  }
  /** Ends as a lost connection would. */
  fail(problem: string): void {
    this.stop();
    this.grow(0, { state: "failed", problem });
  }

  setView(spec: ViewSpec): void {
    if (spec.filter?.kind === "cel") {
      const at = spec.filter.expression.indexOf("?");
      if (at >= 0) {
        const problem: FilterProblem = { message: "This is not an expression: unexpected '?'.", at, length: 1 };
        throw new UserError(problem.message, { code: "filter", detail: JSON.stringify(problem) });
      }
    }
    this.view.use(spec);
    this.grow(0);
  }

  rows(from: number, to: number): RowsWindow {
    const { run, view } = this.status;
    const rows: RowView[] = [];
    const start = Math.max(from, view.first);
    for (let at = start; at < Math.min(to, view.next); at++) rows.push({ ...this.row(this.view.seqAt(at)), at });
    return { run, revision: view.revision, from: start, rows };
  }

  locate(seq: number): number | null {
    return this.view.placeOf(seq);
  }

  /** what it shows is made up: there is nothing to decode in another way */
  setDecoding(): void {}
  setLimits(): void {}

  locateTime(timestamp: string): number | null {
    const { first, next } = this.status.view;
    for (let at = first; at < next; at++) if (this.timeOf(this.view.seqAt(at)) >= Number(timestamp)) return at;
    return null;
  }

  sameKey(seq: number, direction: 1 | -1): number | null {
    const { key } = made(seq);
    if (key === null) return null;
    const { firstSeq, nextSeq } = this.status;
    for (let other = seq + direction; other >= firstSeq && other < nextSeq; other += direction) {
      if (made(other).key === key) return other;
    }
    return null;
  }

  keyHistory(seq: number, limit: number, maxChars: number): RecordDetail[] {
    const { key } = made(seq);
    const { firstSeq, nextSeq } = this.status;
    const found: RecordDetail[] = [];
    for (let other = nextSeq - 1; other >= firstSeq && found.length < limit; other--) {
      const detail = key !== null && made(other).key === key ? this.detail(other, maxChars) : null;
      if (detail) found.unshift(detail);
    }
    return found;
  }

  fields(limit: number): FieldInfo[] {
    const all: FieldInfo[] = [
      { path: "$.id", types: ["int"], share: 1 },
      { path: "$.ts", types: ["int"], share: 1 },
      { path: "$.customer", types: ["string"], share: 1 },
      { path: "$.status", types: ["string"], share: 1 },
      { path: "$.amount", types: ["double"], share: 1 },
      { path: "$.note", types: ["null"], share: 1 },
      { path: "$.items", types: ["array"], share: 1 },
      { path: "$.items[].sku", types: ["string"], share: 0.9 },
    ];
    return all.slice(0, limit);
  }

  timeline(buckets: number): Timeline {
    const { run, firstSeq, nextSeq } = this.status;
    if (nextSeq === firstSeq) return { run, earliest: "-1", latest: "-1", from: "0", step: 1, kept: [], shown: [] };
    const [from, to] = [this.timeOf(firstSeq), this.timeOf(nextSeq - 1)];
    const step = Math.max(1, Math.ceil((to - from + 1) / buckets));
    const count = Math.ceil((to - from + 1) / step);
    const [kept, shown] = [new Array<number>(count).fill(0), new Array<number>(count).fill(0)];
    for (let seq = firstSeq; seq < nextSeq; seq++) {
      const bucket = Math.floor((this.timeOf(seq) - from) / step);
      kept[bucket]!++;
      if (this.view.shows(seq)) shown[bucket]!++;
    }
    return { run, earliest: String(from), latest: String(to), from: String(from), step, kept, shown };
  }

  schemaUse(): SchemaUse {
    const { run, firstSeq, nextSeq } = this.status;
    return madeUse(run, firstSeq, nextSeq, made, (seq) => this.row(seq));
  }

  /** set by a test: the registry does not answer, or does */
  registryProblem: string | null = null;
  retries = 0;
  retrySchemas(): string | null {
    this.retries++;
    this.grow(0, { registry: this.registryProblem });
    return this.registryProblem;
  }

  copyAs(seqs: number[]): string {
    return seqs.map((seq) => made(seq).value ?? "").join("\n");
  }

  export(_id: number, spec: ExportSpec): ExportProgress {
    const rows = spec.seqs?.length ?? this.status.view.next - this.status.view.first;
    return { rows, of: rows, bytes: rows * 165 };
  }

  private timeOf(seq: number): number {
    return this.startedAt - 60_000 * 5 + seq * 137;
  }

  private row(seq: number): RowView {
    const m = made(seq);
    const problem =
      seq % 40 === 9
        ? "A batch of 12 messages from offset 166,790 on cannot be read: its checksum does not match (CRC-32C)."
        : null;
    return {
      seq,
      at: seq,
      kind: problem ? "problem" : "record",
      topic: "orders",
      partition: seq % 6,
      offset: String(166_661 + seq * 13),
      timestamp: String(this.timeOf(seq)),
      timestampType: "create",
      key: m.key === null ? null : cell(m.key, "text", []),
      value: m.value === null ? null : cell(m.value, m.format, m.problems),
      keySize: m.key?.length ?? 0,
      valueSize: m.value?.length ?? 0,
      headerCount: seq % 3,
      codec: "zstd",
      leaderEpoch: 3,
      transaction: seq % 60 === 30 ? { producerId: "4001", producerEpoch: 2, state: "aborted" } : null,
      fields: this.view.spec.fields.map((path) => fieldOf(m.value, path)),
      problem,
    };
  }

  detail(seq: number, maxChars = 100_000): RecordDetail | null {
    if (seq < this.status.firstSeq || seq >= this.status.nextSeq) return null;
    const row = this.row(seq);
    if (row.kind === "problem") return null;
    const m = made(seq);
    const big = seq % 50 === 17 ? `"${"lorem ipsum dolor ".repeat(40_000)}"` : null;
    const text = big ?? (m.format === "binary" ? (m.value ?? "") : pretty(m.value ?? ""));
    return {
      ...row,
      topic: "orders",
      key: m.key === null ? null : view(m.key, "text", m.key.length, []),
      value:
        m.value === null
          ? null
          : {
              ...view(text.slice(0, maxChars), m.format, text.length, m.problems),
              textCut: Math.max(0, text.length - maxChars),
            },
      headers: [
        { key: "traceparent", value: view("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "text", 55, []) },
        { key: "retry", value: null },
        { key: "signature", value: view("9f 3c 00 ff 81", "binary", 5, []) },
      ].slice(0, row.headerCount + 1),
      batch: {
        baseOffset: row.offset,
        records: 40,
        codec: "zstd",
        leaderEpoch: 3,
        transactional: false,
        producerId: "-1",
        producerEpoch: -1,
        sequence: -1,
      },
    };
  }

  bytes(seq: number, part: PayloadPart, from: number, to: number): BytesView | null {
    const m = made(seq);
    const text = part === "value" ? m.value : part === "key" ? m.key : "header bytes";
    if (text === null) return null;
    const all = utf8.encode(seq % 50 === 17 ? text.repeat(200) : text);
    return { from, size: all.length, bytes: all.slice(from, to) };
  }

  find(_topic: string, _partition: number, offset: string): number | null {
    const seq = (Number(offset) - 166_661) / 13;
    return seq >= this.status.firstSeq && seq < this.status.nextSeq ? seq : null;
  }
}

/** $.a.b only: enough for what is made up here */
function fieldOf(value: string | null, path: string): Cell | null {
  if (!value?.startsWith("{")) return null;
  const found = new RegExp(`"${path.replace(/^\$\./, "")}":("(?:[^"\\\\]|\\\\.)*"|[^,}\\]]*)`).exec(value)?.[1];
  return found === undefined ? null : cell(found.replace(/^"|"$/g, ""), found.startsWith('"') ? "text" : "json", []);
}

const hostile = new URLSearchParams(location.search).get("scene") === "hostile";

function made(n: number): Made {
  if (hostile && n % 2 === 0)
    return { key: "<b>key</b>", value: "<img src=x onerror=hacked()>", format: "text", problems: [] };
  if (n % 23 === 15) return { key: `c${19_404 + n}`, value: null, format: "json", problems: [] };
  if (n % 23 === 10)
    return {
      key: `c${19_404 + n}`,
      value: "00 00 00 00 09 02 48 65 6c 6c 6f",
      format: "binary",
      problems: ["Schema id 9 is unknown to the registry (404), so these bytes cannot be decoded."],
    };
  return {
    key: n % 7 === 3 ? null : `c${10_611 + ((n * 977) % 9000)}`,
    value: `{"id":${9_007_199_254_740_993n + BigInt(n)},"ts":${1_700_000_777_777 + n * 1137},"customer":"c${10_611 + n}","status":"${
      n % 5 ? "paid" : "open"
    }","amount":${(n % 400) + 100}.50,"express":${n % 2 === 0},"note":null,"items":[{"sku":"s0395","qty":1},{"sku":"s4389 \\"large\\"","qty":2}]}`,
    format: n % 4 === 1 ? "avro" : "json",
    problems: [],
  };
}

const cell = (text: string, format: Cell["format"], problems: string[]): Cell => ({
  format,
  text: text.slice(0, 256),
  cut: text.length > 256,
  problems,
});

const view = (text: string, format: PayloadView["format"], size: number, problems: string[]): PayloadView => ({
  format,
  text,
  textCut: 0,
  size,
  schema: format === "avro" ? { id: 12, type: "AVRO", subject: "orders-value", version: 3 } : null,
  problems,
  notes: [],
});

/** Enough indentation for a picture; the real engine keeps every character. */
function pretty(json: string): string {
  let depth = 0;
  let out = "";
  for (const part of json.split(/("(?:[^"\\]|\\.)*"|[{}[\],:])/).filter(Boolean)) {
    if (part === "{" || part === "[") out += `${part}\n${"  ".repeat(++depth)}`;
    else if (part === "}" || part === "]") out += `\n${"  ".repeat(--depth)}${part}`;
    else if (part === ",") out += `,\n${"  ".repeat(depth)}`;
    else out += part === ":" ? ": " : part;
  }
  return out;
}
