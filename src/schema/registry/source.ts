import { messageOf, UserError } from "../../shared/userError.ts";
import type { RegisteredSchema, RegistryKind, SchemaKey, SchemaQuery, SchemaSource } from "../api.ts";
import type { Registry, SchemaText, SubjectVersion } from "./api.ts";
import type { SchemaCache } from "./diskCache.ts";
import { isRegistryDown, isUnanswered } from "./httpProblem.ts";
import { isSubjectQuery, SubjectSchemas } from "./subjectSchemas.ts";

export interface SourceOptions {
  /** The registry stopped answering (why, in a sentence), or answers again (null). */
  trouble?(why: string | null): void;
  /** how long an id that failed is not asked for again, milliseconds */
  pauseMs?: number;
  /** how long a registry that is down is not asked for anything, milliseconds */
  downMs?: number;
  /** how long a subject's latest version is taken for the latest, milliseconds */
  latestMs?: number;
  /** requests at once */
  parallel?: number;
  now?: () => number;
  /** keeps schemas on disk; without it they are kept here only */
  cache?: SchemaCache | undefined;
  /** see SchemaSource */
  kind?: RegistryKind;
}

type Part = "key" | "value";
type Load = (key: SchemaQuery, topic: string, part: Part) => Promise<RegisteredSchema>;

export type RetriedSource = SchemaSource & Required<Pick<SchemaSource, "retry">>;

/** Schemas kept; the ones asked for longest ago go first. A topic has a handful of them. */
const MAX_KEPT = 5000;

/** Different ids in a row that a topic's keys or values may name without one being known: then they are no schema ids. */
const MAX_UNKNOWN = 50;

/** What a source needs of a registry. */
export type SchemaReader = Pick<Registry, "schema" | "versionsOf" | "versions" | "version"> &
  Partial<Pick<Registry, "kind" | "identity" | "shortLived">>;

/**
 * Schemas of a registry, each fetched once: they never change under their id. The subject and version that come with one are the
 * topic's own (`<topic>-value`, `<topic>-key`) where it is registered there. A schema that the disk has needs no registry; where it is
 * registered is then left out while the registry is down.
 */
export function schemaSource(client: SchemaReader, options: SourceOptions = {}): RetriedSource {
  const { cache, downMs = 10_000, pauseMs = 30_000, now = Date.now } = options;
  const { kind, identity, shortLived = false } = client;
  // two topics with one id share the requests
  const schemas = new Map<SchemaKey, Promise<SchemaText & { fromDisk?: boolean }>>();
  const versions = new Map<SchemaKey, Promise<SubjectVersion[]>>();
  const subjects = new SubjectSchemas(client, { listMs: pauseMs, now });
  let downUntil = 0;

  const schemaOf = async (key: SchemaKey): Promise<SchemaText & { fromDisk?: boolean }> => {
    if (!cache || identity === undefined) return client.schema(key);
    const kept = await cache.get({ identity, shortLived }, key);
    if (kept) return { ...kept, fromDisk: true };
    const schema = await client.schema(key);
    void cache.set({ identity, shortLived }, key, schema);
    return schema;
  };

  const versionsOf = async (key: SchemaKey, fromDisk: Promise<boolean>): Promise<SubjectVersion[]> => {
    if (now() < downUntil && (await fromDisk)) return [];
    try {
      return await once(versions, key, () => client.versionsOf(key));
    } catch (error) {
      if (!isUnanswered(error) || !(await fromDisk)) throw error;
      downUntil = now() + downMs;
      return [];
    }
  };

  const source = cachedSource(
    async (key, topic, part) => {
      if (isSubjectQuery(key)) return subjects.load(key, topic, part);
      const loading = once(schemas, key, () => schemaOf(key));
      const fromDisk = loading.then(
        (schema) => schema.fromDisk === true,
        () => false,
      );
      const [{ fromDisk: _, ...schema }, registered] = await Promise.all([loading, versionsOf(key, fromDisk)]);
      const { subject, version } = preferred(registered, topic, part);
      return { ...schema, subject, version };
    },
    { ...(kind ? { kind } : {}), ...options },
  );
  return {
    ...source,
    retry() {
      downUntil = 0;
      return source.retry();
    },
  };
}

/**
 * A source over any way to load a schema (a registry here, or the extension host when this is a worker): keeps what was loaded, joins
 * parallel calls, remembers failures for a while, and asks little at once.
 */
export function cachedSource(load: Load, options: SourceOptions = {}): RetriedSource {
  const { pauseMs = 30_000, downMs = 10_000, latestMs = 30_000, parallel = 4, now = Date.now, kind } = options;
  const known = new Map<SchemaQuery, { topic: string; part: Part; schema: RegisteredSchema; until: number }[]>();
  const running = new Map<string, Promise<RegisteredSchema>>();
  const failed = new Map<string, { error: unknown; until: number }>();
  const unknown = new Map<string, { ids: Set<SchemaQuery>; until: number }>();
  const limit = limiter(parallel);
  let down: { error: unknown; until: number } | null = null;
  /** what the registry did not answer last; null while it answers */
  let unanswered: Parameters<Load> | null = null;

  const find = (id: SchemaQuery, topic: string, part: Part): RegisteredSchema | undefined => {
    const entries = known.get(id);
    if (!entries) return undefined;
    for (const entry of entries) {
      if (entry.topic !== topic || entry.part !== part) continue;
      // the newest entry is the first
      return entry.until === FOR_EVER || now() < entry.until ? entry.schema : undefined;
    }
    return undefined;
  };

  const answered = (): void => {
    if (unanswered) options.trouble?.(null);
    unanswered = null;
  };

  /** what a failure means for the calls to come */
  const remember = (id: SchemaQuery, topic: string, part: Part, error: unknown): void => {
    if (isRegistryDown(error)) {
      if (!down || now() >= down.until) down = { error, until: now() + downMs };
      if (!unanswered) options.trouble?.(messageOf(error));
      unanswered = [id, topic, part];
      return;
    }
    // that it does not know something is an answer
    if (error instanceof UserError && error.code.startsWith("unknown-")) answered();
    const place = `${part} ${topic}`;
    keep(failed, `${id} ${place}`, { error, until: now() + pauseMs });
    if (!isUnknown(error)) return;
    const misses = unknown.get(place);
    if (!misses || now() >= misses.until) keep(unknown, place, { ids: new Set([id]), until: now() + pauseMs });
    else if (misses.ids.size < MAX_UNKNOWN) {
      misses.ids.add(id);
      // the pause begins with the last id that was asked for
      misses.until = now() + pauseMs;
    }
  };

  const fetch = (id: SchemaQuery, topic: string, part: Part): Promise<RegisteredSchema> =>
    limit(async () => {
      if (down && now() < down.until) throw down.error;
      const place = `${part} ${topic}`;
      const misses = unknown.get(place);
      if (misses && misses.ids.size >= MAX_UNKNOWN && now() < misses.until) throw notAsked(id);
      try {
        const schema = await load(id, topic, part);
        unknown.delete(place);
        answered();
        const until = isLatest(id) ? now() + latestMs : FOR_EVER;
        keep(known, id, [{ topic, part, schema, until }, ...(known.get(id) ?? []).slice(0, 100)]);
        return schema;
      } catch (error) {
        remember(id, topic, part, error);
        throw error;
      }
    });

  const byId: Load = (id, topic, part) => {
    const schema = find(id, topic, part);
    if (schema) return Promise.resolve(schema);
    const key = `${id} ${part} ${topic}`;
    const failure = failed.get(key);
    if (failure && now() < failure.until) return Promise.reject(failure.error);
    const current = running.get(key);
    if (current) return current;
    if (down && now() < down.until) return Promise.reject(down.error);
    const started = fetch(id, topic, part).finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };

  return {
    ...(kind ? { kind } : {}),
    cached: find,
    byId,
    async retry() {
      failed.clear();
      unknown.clear();
      down = null;
      // read from the disk while the registry was down: where they are registered could not be asked
      for (const [id, entries] of known) if (entries.some(({ schema }) => schema.subject === null)) known.delete(id);
      if (!unanswered) return;
      try {
        await byId(...unanswered);
      } catch (error) {
        if (isRegistryDown(error)) throw error;
      }
    },
  };
}

const isUnknown = (error: unknown): boolean => error instanceof UserError && error.code === "unknown-schema";

function preferred(
  registered: SubjectVersion[],
  topic: string,
  part: Part,
): { subject: string | null; version: number | string | null } {
  const own = registered.filter(({ subject }) => {
    // a context or a group goes before it
    const name = subject.slice(Math.max(subject.lastIndexOf("/"), subject.lastIndexOf(":")) + 1);
    return name === `${topic}-${part}` || (name === topic && part === "value");
  });
  // one text may be registered under one subject more than once: the newest is what a reader wants to know
  const newest = own.reduce<SubjectVersion | undefined>(
    (a, b) => (typeof a?.version === "number" && typeof b.version === "number" && b.version < a.version ? a : b),
    undefined,
  );
  return newest ?? registered.find(({ subject }) => subject.startsWith(`${topic}-`)) ?? registered[0] ?? NOWHERE;
}

const NOWHERE = { subject: null, version: null };

const FOR_EVER = Number.POSITIVE_INFINITY;

const isLatest = (query: SchemaQuery): boolean => typeof query === "string" && query.startsWith("latest:");

const notAsked = (key: SchemaQuery): UserError =>
  new UserError(
    `schema ${typeof key === "number" ? `id ${key}` : key.replace(/^\w+:/, "")} was not looked up: the registry knew none of the ${MAX_UNKNOWN} ids that these payloads seemed to name`,
    { code: "unknown-schema" },
  );

/** Sets, letting the oldest entry go when there are too many. */
function keep<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value);
  if (map.size > MAX_KEPT) map.delete(map.keys().next().value!);
}

/** The promise of the first call; forgotten when it fails, so that the next call tries again. */
function once<K, V>(map: Map<K, Promise<V>>, key: K, load: () => Promise<V>): Promise<V> {
  let promise = map.get(key);
  if (!promise) {
    promise = load();
    keep(map, key, promise);
    promise.catch(() => map.delete(key));
  }
  return promise;
}

/** Runs at most `parallel` at once, the others in order. */
function limiter(parallel: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running < parallel) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      // a place is handed on rather than given back, so that nobody slips in between
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
