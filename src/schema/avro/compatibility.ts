import { CanRead, isPromotion } from "./canRead.ts";
import { compareEnums, compareNames } from "./compareNamed.ts";
import { compareRecords } from "./compareRecords.ts";
import { compareUnions } from "./compareUnions.ts";
import { unlessTooDeep } from "./decode.ts";
import type { AvroNamed, AvroType } from "./schema.ts";
import { logicalText, typeText } from "./typeText.ts";

/** BACKWARD: readers with the newer schema read old messages. FORWARD: readers with the older one read new messages. FULL: both. */
type Compatibility = "BACKWARD" | "FORWARD" | "FULL";

type ChangeKind =
  | "field-added"
  | "field-removed"
  | "field-renamed"
  | "fields-reordered"
  | "default-changed"
  | "type-changed"
  | "type-promoted"
  | "logical-type-changed"
  | "size-changed"
  | "name-changed"
  | "namespace-changed"
  | "symbol-added"
  | "symbol-removed"
  | "symbols-reordered"
  | "enum-default-changed"
  | "branch-added"
  | "branch-removed"
  | "branches-reordered"
  | "union-changed"
  | "aliases-changed"
  | "doc-changed"
  | "order-changed";

export interface AvroChange {
  kind: ChangeKind;
  /** where, in the values: "$.items[].qty", "$.tags{}", "$.payment<shop.Card>.number" */
  path: string;
  /** what is different, as a sentence */
  message: string;
  /** what it means for readers with the newer and with the older schema, as a sentence */
  effect: string;
  /** the compatibilities that it breaks; a registry that demands one of them refuses the newer schema */
  breaks: Compatibility[];
  /**
   * "harmless": nothing changes for readers. "compatible": readers see a difference and can read on. "misread": no registry refuses it, but
   * values are taken for others. "breaking": some reader fails.
   */
  severity: "harmless" | "compatible" | "misread" | "breaking";
}

export interface AvroComparison {
  /** in the order of the newer schema; the first thousand */
  changes: AvroChange[];
  /** whether it holds, as Avro's own check has it, which registries use */
  backward: boolean;
  forward: boolean;
  full: boolean;
}

const MAX_CHANGES = 1000;

/**
 * What is different between two versions of a schema, in words, and what each difference breaks. Types that are used in several places are
 * compared where they are found first. Throws an Error with a sentence when the schemas are too large to be compared.
 * Source: Apache Avro 1.12 specification, "Schema Resolution"; the verdicts are those of Java's SchemaCompatibility.
 */
export function compareAvro(older: AvroType, newer: AvroType): AvroComparison {
  return unlessTooDeep(() => {
    const comparison = new Comparison();
    comparison.compare(older, newer, "$", { backward: true, forward: true });
    const backward = comparison.canRead.test(newer, older);
    const forward = comparison.canRead.test(older, newer);
    return { changes: comparison.changes, backward, forward, full: backward && forward };
  });
}

/** The directions in which a failure at this place is one of the whole: beside it, another branch of a union may do. */
export interface Matters {
  backward: boolean;
  forward: boolean;
}

export type Report = Pick<AvroChange, "kind" | "path" | "message" | "effect"> & {
  /** does it break the direction, as far as that matters here? */
  backward?: boolean;
  forward?: boolean;
  severity?: "harmless" | "misread";
};

/** One run: collects changes while it walks over both schemas. */
export class Comparison {
  readonly changes: AvroChange[] = [];
  readonly canRead = new CanRead();
  readonly #seen = new Map<AvroNamed, Map<AvroNamed, Matters[]>>();

  report(report: Report, matters: Matters): void {
    if (this.changes.length >= MAX_CHANGES) return;
    const { backward, forward, severity, ...change } = report;
    const breaks: Compatibility[] = [];
    if (backward && matters.backward) breaks.push("BACKWARD");
    if (forward && matters.forward) breaks.push("FORWARD");
    if (breaks.length > 0) breaks.push("FULL");
    this.changes.push({ ...change, breaks, severity: breaks.length > 0 ? "breaking" : (severity ?? "compatible") });
  }

  compare(older: AvroType, newer: AvroType, path: string, matters: Matters): void {
    if (older.kind === "union" || newer.kind === "union") {
      compareUnions(this, older, newer, path, matters);
      return;
    }
    if (older.kind === "array" && newer.kind === "array") this.compare(older.items, newer.items, `${path}[]`, matters);
    else if (older.kind === "map" && newer.kind === "map")
      this.compare(older.values, newer.values, `${path}{}`, matters);
    else if (older.kind !== newer.kind) this.#kinds(older, newer, path, matters);
    else if ("name" in older && "name" in newer) this.#named(older, newer, path, matters);
    else this.#logicals(older, newer, path, matters);
  }

  #named(older: AvroNamed, newer: AvroNamed, path: string, matters: Matters): void {
    if (this.#isSeen(older, newer, matters)) return;
    compareNames(this, older, newer, path, matters);
    if (older.kind === "record" && newer.kind === "record") compareRecords(this, older, newer, path, matters);
    else if (older.kind === "enum" && newer.kind === "enum") compareEnums(this, older, newer, path, matters);
    else if (older.kind === "fixed" && newer.kind === "fixed") {
      if (older.size !== newer.size) {
        const message = `The size of ${newer.name} is ${newer.size} bytes instead of ${older.size}.`;
        const effect = "Neither new nor old readers can read the other's values.";
        this.report({ kind: "size-changed", path, message, effect, backward: true, forward: true }, matters);
      }
      this.#logicals(older, newer, path, matters);
    }
  }

  #isSeen(older: AvroNamed, newer: AvroNamed, matters: Matters): boolean {
    let with_ = this.#seen.get(older);
    if (!with_) {
      with_ = new Map();
      this.#seen.set(older, with_);
    }
    const before = with_.get(newer) ?? [];
    // again only where a direction matters that did not before
    if (before.some(({ backward, forward }) => backward >= matters.backward && forward >= matters.forward)) return true;
    with_.set(newer, [...before, matters]);
    return false;
  }

  #kinds(older: AvroType, newer: AvroType, path: string, matters: Matters): void {
    const [from, to] = [typeText(older), typeText(newer)];
    const message = `The type is ${to} instead of ${from}.`;
    const widened = isPromotion(older.kind, newer.kind);
    const narrowed = isPromotion(newer.kind, older.kind);
    const kind = widened || narrowed ? "type-promoted" : "type-changed";
    const outcome = (reads: boolean, who: string, what: string, type: string): string =>
      reads ? `${who} readers read ${what} values as ${type}` : `${who} readers cannot read ${what} values`;
    const effect = `${outcome(widened, "New", "old", to)}; ${outcome(narrowed, "old", "new", from)}.`;
    this.report({ kind, path, message, effect, backward: !widened, forward: !narrowed }, matters);
    if (widened && narrowed) this.#logicals(older, newer, path, matters);
  }

  #logicals(older: AvroType, newer: AvroType, path: string, matters: Matters): void {
    const [from, to] = [logicalText(older), logicalText(newer)];
    if (from === to) return;
    const message =
      from === null
        ? `The logical type ${to} is new.`
        : to === null
          ? `The logical type ${from} is gone.`
          : `The logical type is ${to} instead of ${from}.`;
    const isRaw = from === null || to === null;
    const effect = isRaw
      ? "What is written stays the same, and registries accept it; readers without the logical type see the raw value."
      : "What is written looks the same, and registries accept it, but readers with the other schema take it for another value.";
    const severity = isRaw || isPrecisionOnly(older, newer) ? undefined : "misread";
    this.report({ kind: "logical-type-changed", path, message, effect, ...(severity && { severity }) }, matters);
  }
}

/** Decimals of one scale are the same numbers. */
function isPrecisionOnly(older: AvroType, newer: AvroType): boolean {
  const scale = (type: AvroType): number | null =>
    (type.kind === "bytes" || type.kind === "fixed") && type.logical?.kind === "decimal" ? type.logical.scale : null;
  return scale(older) !== null && scale(older) === scale(newer);
}
