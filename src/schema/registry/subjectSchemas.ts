import { UserError } from "../../shared/userError.ts";
import type { RegisteredSchema, SchemaQuery } from "../api.ts";
import { fingerprintOf } from "../avro/canonical.ts";
import { parseAvro } from "../avro/schema.ts";
import { fingerprintText } from "../avro/singleObject.ts";
import type { Registry, Version } from "./api.ts";
import { isRegistryDown } from "./httpProblem.ts";
import { subjectFor } from "./subjects.ts";

/** What a schema is asked for by when it is not what a payload's wire format names. */
export type SubjectQuery = Extract<SchemaQuery, `fingerprint:${string}` | `version:${string}` | `latest:${string}`>;

export const isSubjectQuery = (query: SchemaQuery): query is SubjectQuery =>
  typeof query === "string" && /^(?:fingerprint|version|latest):/.test(query);

export const isFingerprintQuery = (query: SchemaQuery): query is `fingerprint:${string}` =>
  typeof query === "string" && query.startsWith("fingerprint:");

export const subjectVersion = (subject: string, version: Version): SchemaQuery =>
  `version:${encodeURIComponent(version)}:${subject}`;

export const byFingerprintQuery = (fingerprint: bigint): `fingerprint:${string}` =>
  `fingerprint:${fingerprintText(fingerprint)}`;

export interface SubjectSchemasOptions {
  /** how long a subject's list of versions is taken as it was, milliseconds */
  listMs: number;
  now: () => number;
}

/** Versions of a subject that are looked through for a fingerprint, the newest ones. */
const MOST_VERSIONS = 100;

/** requests at once, of one search */
const PARALLEL = 4;

/** subjects whose versions are remembered */
const MOST_SUBJECTS = 1000;

/** What is known of one subject's versions. */
interface Looked {
  versions: { list: readonly Version[]; until: number } | null;
  /** versions whose schemas were looked at: they never change */
  seen: Set<Version>;
  byFingerprint: Map<string, RegisteredSchema>;
  /** the last search, while it runs: they run one after the other, since what one has loaded the next one knows */
  running: Promise<RegisteredSchema> | null;
}

/** Schemas by their subjects. Rejects with a UserError, "unknown-schema" where no version has a fingerprint. */
export class SubjectSchemas {
  readonly #client: Pick<Registry, "versions" | "version">;
  readonly #options: SubjectSchemasOptions;
  readonly #looked = new Map<string, Looked>();

  constructor(client: Pick<Registry, "versions" | "version">, options: SubjectSchemasOptions) {
    this.#client = client;
    this.#options = options;
  }

  load(query: SubjectQuery, topic: string, part: "key" | "value"): Promise<RegisteredSchema> {
    const [kind, first, ...rest] = query.split(":") as [string, string, ...string[]];
    if (kind === "fingerprint") return this.#byFingerprint(first, subjectFor("topic", topic, part, null)!);
    // subjects may have colons themselves
    if (kind === "latest") return this.#client.version(query.slice("latest:".length), "latest");
    return this.#client.version(rest.join(":"), decodeURIComponent(first));
  }

  #byFingerprint(fingerprint: string, subject: string): Promise<RegisteredSchema> {
    let looked = this.#looked.get(subject);
    if (!looked) {
      if (this.#looked.size >= MOST_SUBJECTS) this.#looked.clear();
      looked = { versions: null, seen: new Set(), byFingerprint: new Map(), running: null };
      this.#looked.set(subject, looked);
    }
    const of = looked;
    const next = (): Promise<RegisteredSchema> => this.#search(fingerprint, subject, of);
    const search = of.running
      ? of.running.then(next, (error: unknown) => {
          // a registry that is down keeps those who wait for it no longer than the first one
          if (isRegistryDown(error)) throw error;
          return next();
        })
      : next();
    of.running = search;
    const done = (): void => {
      if (of.running === search) of.running = null;
    };
    search.then(done, done);
    return search;
  }

  async #search(fingerprint: string, subject: string, looked: Looked): Promise<RegisteredSchema> {
    const known = looked.byFingerprint.get(fingerprint);
    if (known) return known;
    const all = await this.#versions(subject, looked);
    const newest = all.slice(-MOST_VERSIONS).reverse();
    const left = newest.filter((version) => !looked.seen.has(version));
    for (let at = 0; at < left.length; at += PARALLEL) {
      await Promise.all(left.slice(at, at + PARALLEL).map((version) => this.#look(subject, version, looked)));
      const found = looked.byFingerprint.get(fingerprint);
      if (found) return found;
    }
    throw new UserError(notAmong(subject, all.length, newest.length), { code: "unknown-schema" });
  }

  /** Oldest first; empty where there is no such subject. */
  async #versions(subject: string, looked: Looked): Promise<readonly Version[]> {
    const { listMs, now } = this.#options;
    if (looked.versions && now() < looked.versions.until) return looked.versions.list;
    const list = await this.#client.versions(subject).catch((error: unknown): Version[] => {
      if (error instanceof UserError && error.code === "unknown-subject") return [];
      throw error;
    });
    looked.versions = { list, until: now() + listMs };
    return list;
  }

  async #look(subject: string, version: Version, looked: Looked): Promise<void> {
    const schema = await this.#client.version(subject, version).catch((error: unknown) => {
      if (isRegistryDown(error) || !(error instanceof UserError)) throw error;
      // deleted since the versions were listed, or with a reference that is: others may have the fingerprint
      return null;
    });
    looked.seen.add(version);
    const fingerprint = schema && fingerprintOrNull(schema);
    // two versions of one canonical form decode alike: the newer one is what a reader wants to know
    if (fingerprint !== null && !looked.byFingerprint.has(fingerprint)) looked.byFingerprint.set(fingerprint, schema!);
  }
}

/** Null for what is no Avro schema, or none that can be used. */
export function fingerprintOrNull(schema: Pick<RegisteredSchema, "type" | "schema" | "references">): string | null {
  if (schema.type !== "AVRO") return null;
  try {
    return fingerprintText(fingerprintOf(parseAvro(schema)));
  } catch {
    // what cannot be parsed has no canonical form
    return null;
  }
}

function notAmong(subject: string, all: number, looked: number): string {
  if (all === 0) return `the registry has no subject ${subject}`;
  if (all === 1) return `the one version of ${subject} in the registry has another`;
  const which = looked < all ? `the newest ${looked} of the ${all} versions` : `the ${all} versions`;
  return `none of ${which} of ${subject} in the registry has it`;
}
