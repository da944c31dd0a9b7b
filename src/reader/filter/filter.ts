import { isControl, type Source, type StoredBatch } from "../../kafka/log/batch.ts";
import { type RecordFields, readUnpacked } from "../../kafka/log/records.ts";
import type { Decoder, SchemaSource } from "../../schema/api.ts";
import type { Filter, FilterProblem } from "../../shared/messages.ts";
import type { NamedSchema } from "../../shared/schemaUse.ts";
import { messageOf, UserError } from "../../shared/userError.ts";
import { FilterError, NotApplicable } from "./filterErrors.ts";
import { candidates, searches } from "./needles.ts";
import type { RecordFilter } from "./recordFilter.ts";
import { compileRegex, PatternError } from "./regex.ts";
import { SchemaFilter } from "./schemaFilter.ts";
import { containsMatcher, type Matcher, regexMatcher } from "./textFilter.ts";

export interface FilterContext {
  decoder: Decoder;
  /** null: no registry is configured */
  schemas: SchemaSource | null;
}

/** What is wrong with a filter; null when it can be used. */
export async function checkFilter(filter: Filter): Promise<FilterProblem | null> {
  try {
    await matcherOf(filter, null);
    return null;
  } catch (error) {
    if (error instanceof FilterError) return error.problem;
    throw error;
  }
}

/** What is wanted of messages: those that a filter matches, and of these those that name a schema. */
export interface Wanted {
  filter: Filter | null;
  schema: NamedSchema | null;
}

/** Makes what is wanted ready for use; null when all messages are. Rejects as compileFilter does. */
export async function compileWanted({ filter, schema }: Wanted, context: FilterContext): Promise<RecordFilter | null> {
  const compiled = filter && (await compileFilter(filter, context));
  return schema ? new SchemaFilter(schema, context.schemas, compiled) : compiled;
}

/** Makes a filter ready for use. Rejects with a UserError of code "filter", whose detail is the FilterProblem as JSON. */
export async function compileFilter(filter: Filter, context: FilterContext): Promise<RecordFilter> {
  try {
    return new CompiledFilter(await matcherOf(filter, context));
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new UserError(error.problem.message, {
      code: "filter",
      detail: JSON.stringify(error.problem),
      cause: error,
    });
  }
}

async function matcherOf(filter: Filter, context: FilterContext | null): Promise<Matcher> {
  switch (filter.kind) {
    case "contains":
      return containsMatcher(filter);
    case "regex":
      try {
        return await regexMatcher(filter);
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        throw new FilterError(await patternProblem(filter.pattern, error), error);
      }
    case "cel": {
      // the language is only loaded where it is used
      const { celMatcher } = await import("./cel.ts");
      return celMatcher(filter.expression, context);
    }
  }
}

/** occurrences of the part that is wrong which are looked at */
const MOST_PLACES = 100;

/** RE2 names the part that is wrong, at the end and in backquotes: it is where the pattern up to it fails for just that. */
async function patternProblem(pattern: string, { message }: PatternError): Promise<FilterProblem> {
  const problem = { message: `This is not a regular expression: ${message}.`, at: null, length: pattern.length };
  const part = /`(.+)`$/s.exec(message)?.[1];
  if (part === undefined) return problem;
  let at = pattern.indexOf(part);
  for (let tried = 0; at >= 0 && tried < MOST_PLACES; tried++) {
    if ((await refusal(pattern.slice(0, at + part.length))) === message) return { ...problem, at, length: part.length };
    at = pattern.indexOf(part, at + 1);
  }
  return problem;
}

async function refusal(pattern: string): Promise<string | null> {
  try {
    await compileRegex(pattern, true);
    return null;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}

class CompiledFilter implements RecordFilter {
  readonly problems = { count: 0, example: null as string | null };
  readonly #matcher: Matcher;
  #candidates = new Uint32Array(1024);

  constructor(matcher: Matcher) {
    this.#matcher = matcher;
  }

  test(source: Source, record: RecordFields): boolean | Promise<boolean> {
    const answer = this.#ask(source, record);
    return answer instanceof Promise ? answer.catch((error: unknown) => this.#notApplicable(error)) : answer;
  }

  select(...args: Parameters<RecordFilter["select"]>): number | Promise<number> {
    const [source, data, dataEnd, batch, positions, , out] = args;
    const { found, waiting, rest } = this.#run(...args);
    if (waiting === null) return found;
    return this.#wait(
      source,
      (position) => readUnpacked(batch, data, dataEnd, position),
      positions,
      rest,
      waiting,
      out,
      found,
    );
  }

  selectNow(...args: Parameters<RecordFilter["select"]>): number | null {
    const { problems } = this;
    const { count, example } = problems;
    const { found, waiting } = this.#run(...args);
    if (waiting === null) return found;
    // asked again for the same records, it counts them then
    Object.assign(problems, { count, example });
    waiting.catch(() => {});
    return null;
  }

  /** Tests until something has to be waited for: then `waiting` is the answer for the first of `rest`, indexes of positions that are left. */
  #run(
    source: Source,
    data: Buffer,
    dataEnd: number,
    batch: StoredBatch,
    positions: Uint32Array,
    count: number,
    out: Uint32Array,
  ): { found: number; waiting: Promise<boolean> | null; rest: Uint32Array } {
    // a marker is no message: no filter is about it
    if (count === 0 || isControl(batch.attributes)) return NOTHING;
    if (this.#candidates.length < count) {
      this.#candidates = new Uint32Array(Math.max(count, 2 * this.#candidates.length));
    }
    const indexes = this.#candidates;
    const read = (position: number): RecordFields => readUnpacked(batch, data, dataEnd, position);
    const { needles } = this.#matcher;
    let open = count;
    if (searches(needles)) {
      const hides = this.#matcher.hides?.(source.topic) ?? null;
      open = candidates(needles, data, dataEnd, positions, count, hides, indexes);
    } else for (let i = 0; i < count; i++) indexes[i] = i;
    let found = 0;
    for (let i = 0; i < open; i++) {
      const position = positions[indexes[i]!]!;
      const answer = this.#ask(source, read(position));
      if (answer instanceof Promise) return { found, waiting: answer, rest: indexes.slice(i, open) };
      if (answer) out[found++] = position;
    }
    return { found, waiting: null, rest: NO_INDEXES };
  }

  async #wait(
    source: Source,
    read: (position: number) => RecordFields,
    positions: Uint32Array,
    rest: Uint32Array,
    first: Promise<boolean>,
    out: Uint32Array,
    already: number,
  ): Promise<number> {
    let found = already;
    for (const [i, index] of rest.entries()) {
      const position = positions[index]!;
      const answer =
        i === 0 ? first.catch((error: unknown) => this.#notApplicable(error)) : this.test(source, read(position));
      if (await answer) out[found++] = position;
    }
    return found;
  }

  /** As `test`, but a promise may be rejected with NotApplicable, and is not counted then. */
  #ask(source: Source, record: RecordFields): boolean | Promise<boolean> {
    const { topic, partition } = source;
    try {
      const answer = this.#matcher.test(topic, partition, record);
      if (answer !== null) return answer;
      // a sentence is dear where many records have none of the fields
      this.problems.count++;
      this.problems.example ??= this.#matcher.why?.(topic, partition, record) ?? null;
      return false;
    } catch (error) {
      return this.#notApplicable(error);
    }
  }

  #notApplicable(error: unknown): false {
    if (!(error instanceof NotApplicable)) throw error;
    this.problems.count++;
    this.problems.example ??= messageOf(error);
    return false;
  }
}

const NO_INDEXES = new Uint32Array();
const NOTHING = { found: 0, waiting: null, rest: NO_INDEXES };
