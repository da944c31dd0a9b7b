import { UserError } from "../shared/userError.ts";
import type { RegisteredSchema, SchemaSource } from "./api.ts";
import { isRegistryDown, type RegistryClient, type SubjectVersion } from "./registry.ts";

export interface SourceOptions {
  /** how long an id that failed is not asked for again, milliseconds */
  pauseMs?: number;
  /** how long a registry that is down is not asked for anything, milliseconds */
  downMs?: number;
  /** requests at once */
  parallel?: number;
  now?: () => number;
}

type Part = "key" | "value";
type Load = (id: number, topic: string, part: Part) => Promise<RegisteredSchema>;

/** Schemas kept; the ones asked for longest ago go first. A topic has a handful of them. */
const MAX_KEPT = 5000;

/** Different ids in a row that a topic's keys or values may name without one being known: then they are no schema ids. */
const MAX_UNKNOWN = 50;

/**
 * Schemas of a registry, each fetched once: they never change under their id. The subject and version that come with one are the
 * topic's own (`<topic>-value`, `<topic>-key`) where it is registered there.
 */
export function schemaSource(
  client: Pick<RegistryClient, "schema" | "versionsOf">,
  options: SourceOptions = {},
): SchemaSource {
  // two topics with one id share the requests
  const schemas = new Map<number, ReturnType<RegistryClient["schema"]>>();
  const versions = new Map<number, Promise<SubjectVersion[]>>();
  return cachedSource(async (id, topic, part) => {
    const [schema, registered] = await Promise.all([
      once(schemas, id, () => client.schema(id)),
      once(versions, id, () => client.versionsOf(id)),
    ]);
    const { subject, version } = preferred(registered, topic, part);
    return { ...schema, subject, version };
  }, options);
}

/**
 * A source over any way to load a schema (a registry here, or the extension host when this is a worker): keeps what was loaded, joins
 * parallel calls, remembers failures for a while, and asks little at once.
 */
export function cachedSource(load: Load, options: SourceOptions = {}): SchemaSource {
  const { pauseMs = 30_000, downMs = 10_000, parallel = 4, now = Date.now } = options;
  const known = new Map<number, { topic: string; part: Part; schema: RegisteredSchema }[]>();
  const running = new Map<string, Promise<RegisteredSchema>>();
  const failed = new Map<string, { error: unknown; until: number }>();
  const unknown = new Map<string, { ids: Set<number>; until: number }>();
  const limit = limiter(parallel);
  let down: { error: unknown; until: number } | null = null;

  const find = (id: number, topic: string, part: Part): RegisteredSchema | undefined => {
    const entries = known.get(id);
    if (!entries) return undefined;
    for (const entry of entries) if (entry.topic === topic && entry.part === part) return entry.schema;
    return undefined;
  };

  /** what a failure means for the calls to come */
  const remember = (id: number, key: string, place: string, error: unknown): void => {
    if (isRegistryDown(error)) {
      if (!down || now() >= down.until) down = { error, until: now() + downMs };
      return;
    }
    keep(failed, key, { error, until: now() + pauseMs });
    if (!(error instanceof UserError && error.code === "unknown-schema")) return;
    const misses = unknown.get(place);
    if (!misses || now() >= misses.until) keep(unknown, place, { ids: new Set([id]), until: now() + pauseMs });
    else if (misses.ids.size < MAX_UNKNOWN) {
      misses.ids.add(id);
      // the pause begins with the last id that was asked for
      misses.until = now() + pauseMs;
    }
  };

  const fetch = (id: number, topic: string, part: Part, key: string): Promise<RegisteredSchema> =>
    limit(async () => {
      if (down && now() < down.until) throw down.error;
      const place = `${part} ${topic}`;
      const misses = unknown.get(place);
      if (misses && misses.ids.size >= MAX_UNKNOWN && now() < misses.until) throw notAsked(id);
      try {
        const schema = await load(id, topic, part);
        unknown.delete(place);
        keep(known, id, [{ topic, part, schema }, ...(known.get(id) ?? []).slice(0, 100)]);
        return schema;
      } catch (error) {
        remember(id, key, place, error);
        throw error;
      }
    });

  return {
    cached: find,
    byId(id, topic, part) {
      const schema = find(id, topic, part);
      if (schema) return Promise.resolve(schema);
      const key = `${id} ${part} ${topic}`;
      const failure = failed.get(key);
      if (failure && now() < failure.until) return Promise.reject(failure.error);
      const current = running.get(key);
      if (current) return current;
      if (down && now() < down.until) return Promise.reject(down.error);
      const started = fetch(id, topic, part, key).finally(() => running.delete(key));
      running.set(key, started);
      return started;
    },
  };
}

function preferred(
  registered: SubjectVersion[],
  topic: string,
  part: Part,
): { subject: string | null; version: number | null } {
  const own = registered.filter(({ subject }) => subject === `${topic}-${part}`);
  // one text may be registered under one subject more than once: the newest is what a reader wants to know
  const newest = own.sort((a, b) => b.version - a.version)[0];
  return newest ?? registered.find(({ subject }) => subject.startsWith(`${topic}-`)) ?? registered[0] ?? NOWHERE;
}

const NOWHERE = { subject: null, version: null };

const notAsked = (id: number): UserError =>
  new UserError(
    `schema id ${id} was not looked up: the registry knew none of the ${MAX_UNKNOWN} ids that these payloads seemed to name`,
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
