import { isDeepStrictEqual } from "node:util";
import { type ReadQuery, type TopicChoice, type ViewSpec, wholeTopic, wholeView } from "../shared/messages.ts";
import { UserError } from "../shared/userError.ts";
import { object, text, texts } from "./loose.ts";
import { restoredQuery, restoredView } from "./restoredQuery.ts";

/** What a link opens. */
export interface PanelLink {
  /** the id is known on the machine that made the link only, the name is what people share */
  connection: { id: string; name: string };
  query: ReadQuery;
  view: ViewSpec;
}

/** path of the links' URI */
export const linkPath = "/messages";

/** A link beyond this many characters is neither made nor read: browsers and chats cut longer ones. */
const mostChars = 16_000;
const version = "1";
const mostTopics = 200;
const mostPattern = 1000;
const mostName = 200;
const mostPartitions = 10_000;
const topicName = /^[a-zA-Z0-9._-]{1,249}$/;
const mostInt64 = 2n ** 63n - 1n;
/** the last millisecond that a Date can be */
const mostTime = 8_640_000_000_000_000n;

/**
 * The query part of a link's URI: the version, and the rest as JSON in base64url, which no mail program, shell or second decoding of the
 * URI changes. What is as in a panel that reads a whole topic is left out. Rejects with a UserError "link-too-long".
 */
export function linkQuery({ connection, query, view }: PanelLink): string {
  const choice = { topics: query.topics, pattern: query.pattern };
  // in the form in which a reader checks it
  const q = different(restoredQuery({ ...query }, { ...wholeQuery, ...choice }), { ...wholeQuery, ...choice });
  const w = different(restoredView({ ...view }, wholeView), wholeView);
  const payload = {
    c: [connection.id, connection.name],
    t: choice.topics,
    ...(choice.pattern === null ? {} : { p: choice.pattern }),
    ...q,
    ...(Object.keys(w).length > 0 ? { w } : {}),
  };
  const link = `v=${version}&view=${Buffer.from(JSON.stringify(payload)).toString("base64url")}`;
  if (link.length > mostChars)
    throw new UserError(
      `A link to this view would be ${link.length.toLocaleString("en")} characters long: choose fewer topics or a shorter filter.`,
      { code: "link-too-long" },
    );
  return link;
}

/**
 * Reads what linkQuery wrote. A link comes from anywhere: it is taken whole or not at all (a view without the filter that it was sent for
 * would mislead). Throws a UserError "bad-link".
 */
export function readLink(query: string): PanelLink {
  if (query.length > mostChars) throw badLink("it is too long");
  const parameters = new URLSearchParams(query);
  if (parameters.get("v") !== version) throw badLink("another version of Kafka Workbench made it");
  const payload = decoded(parameters.get("view") ?? "");
  const { c, t, p, w, ...q } = payload;

  const [id, name, ...rest] = texts(c) ?? [];
  if (!id || !name || rest.length > 0 || id.length > mostName || name.length > mostName || hasControls(name))
    throw badLink("it names no connection");

  const topics = texts(t);
  const pattern = p === undefined ? null : text(p);
  if (!topics || topics.length > mostTopics || !topics.every((topic) => topicName.test(topic)))
    throw badLink("it names no topics");
  if (p !== undefined && (!pattern || pattern.length > mostPattern || hasControls(pattern)))
    throw badLink("its pattern for topics is none");
  if (topics.length === 0 && pattern === null) throw badLink("it names no topics");

  const choice: TopicChoice = { topics, pattern };
  const asked = { ...wholeQuery, ...choice, ...q };
  const read = restoredQuery(asked, { ...wholeQuery, ...choice });
  if (!isDeepStrictEqual(read, asked) || !sensible(read)) throw badLink("what it asks to read makes no sense");

  if (w !== undefined && !object(w)) throw badLink("its view makes no sense");
  const shown = { ...wholeView, ...object(w) };
  const view = restoredView(shown, wholeView);
  const times = [view.time?.from, view.time?.to];
  if (!isDeepStrictEqual(view, shown) || !times.every(isTime)) throw badLink("its view makes no sense");

  return { connection: { id, name }, query: read, view };
}

const { topics: _topics, pattern: _pattern, ...wholeQuery } = wholeTopic("");

function decoded(base64: string): Record<string, unknown> {
  if (!/^[A-Za-z0-9_-]+$/.test(base64)) throw badLink("it is damaged");
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(base64, "base64url")));
  } catch {
    throw badLink("it is damaged");
  }
  const payload = object(json);
  if (!payload) throw badLink("it is damaged");
  return payload;
}

/** Bounds that a panel holds by itself, since there the values come from its own fields. */
function sensible({ from, to, partitions }: ReadQuery): boolean {
  if (partitions && (partitions.length > mostPartitions || !partitions.every(isPartition))) return false;
  if (from.kind === "offsets") {
    const fine = from.offsets.every(
      ({ topic, partition, offset }) => topicName.test(topic) && isPartition(partition) && isInt64(offset),
    );
    if (!fine || from.offsets.length > mostPartitions) return false;
  }
  if (from.kind === "group" && hasControls(from.group)) return false;
  for (const bound of [from, to]) {
    if (bound.kind === "offset" && !isInt64(bound.offset)) return false;
    if (bound.kind === "time" && !isTime(bound.timestamp)) return false;
  }
  return true;
}

const isPartition = (partition: number): boolean => partition >= 0 && partition < 2 ** 31;
const isInt64 = (digits: string): boolean => BigInt(digits) <= mostInt64;
const isTime = (digits: string | null | undefined): boolean => digits == null || BigInt(digits) <= mostTime;
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what it looks for
const hasControls = (name: string): boolean => /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/.test(name);

/** The members that are not as in `usual`. */
function different<T extends object>(value: T, usual: Readonly<T>): Partial<T> {
  const names = Object.keys(value) as (keyof T)[];
  return Object.fromEntries(
    names.filter((name) => !isDeepStrictEqual(value[name], usual[name])).map((name) => [name, value[name]]),
  ) as Partial<T>;
}

const badLink = (why: string): UserError =>
  new UserError(`This link cannot be opened: ${why}. Ask for a new one.`, { code: "bad-link" });
