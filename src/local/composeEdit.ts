import { isMap, isScalar, isSeq, parseDocument, type Scalar, visit } from "yaml";
import type { LocalSettings } from "./composeFile.ts";

/** What a Compose file says about the things that the settings decide; null: not there, or not in a form that is understood. */
export type ComposeValues = { [K in keyof LocalSettings]: LocalSettings[K] | null };

/** Reads a Compose file that somebody may have edited. Never fails: what cannot be read is null. */
export function readCompose(text: string): ComposeValues {
  const port = portScalar(text);
  return {
    zookeeperImage: imageScalar(text, "zookeeper")?.value ?? null,
    kafkaImage: imageScalar(text, "kafka")?.value ?? null,
    port: port?.port ?? null,
  };
}

/** Is it YAML without errors? */
export const isYaml = (text: string): boolean => parseDocument(text).errors.length === 0;

/**
 * The text with other values, changed only at their places: comments, order, quotes and everything else stay. A value whose place
 * is not found is left out; compare with readCompose.
 */
export function editCompose(text: string, changes: Partial<LocalSettings>): string {
  let result = text;
  for (const service of ["zookeeper", "kafka"] as const) {
    const image = changes[`${service}Image`];
    const scalar = image === undefined ? null : imageScalar(result, service);
    if (scalar && image !== undefined) result = splice(result, scalar, (raw) => raw.replace(scalar.value, () => image));
  }
  if (changes.port !== undefined) result = withPort(result, changes.port);
  return result;
}

/** The published port, and the addresses that clients on this machine are told. */
function withPort(text: string, port: number): string {
  const found = portScalar(text);
  if (!found || found.port === port) return text;
  let result = splice(text, found.scalar, (raw) => raw.replace(found.form, (_, before) => `${before}${port}`));
  const address = new RegExp(`\\b(localhost|127\\.0\\.0\\.1):${found.port}\\b`, "g");
  for (const scalar of environmentScalars(result).reverse()) {
    result = splice(result, scalar, (raw) => raw.replace(address, (_, host: string) => `${host}:${port}`));
  }
  return result;
}

/** The port on this machine in "9092:9092", "127.0.0.1:9092:9092" or "9092:9092/tcp", quotes around it or not. */
const inShortForm = /((?:^|[:"'\]]))(\d+)(?=:\d+(?:\/tcp)?["']?$)/;
/** The same as a value of its own: `published: 9092`. */
const alone = /^(["']?)(\d+)(?=["']?$)/;

interface Text {
  value: string;
  range: readonly [number, number];
}

function imageScalar(text: string, service: string): Text | null {
  return textOf(parseDocument(text).getIn(["services", service, "image"], true));
}

function portScalar(text: string): { port: number; scalar: Text; form: RegExp } | null {
  const ports = parseDocument(text).getIn(["services", "kafka", "ports"]);
  if (!isSeq(ports)) return null;
  const candidates = ports.items.flatMap((item) => {
    const scalar = textOf(isMap(item) ? item.get("published", true) : item);
    const target = isMap(item)
      ? Number(item.get("target"))
      : Number(/:(\d+)(?:\/tcp)?$/.exec(scalar?.value ?? "")?.[1]);
    const form = isMap(item) ? alone : inShortForm;
    const port = Number(form.exec(scalar?.value ?? "")?.[2]);
    return scalar && Number.isInteger(port) && port > 0 ? [{ scalar, port, target, form }] : [];
  });
  // the broker's listener for this machine, when there are several
  return candidates.find(({ target }) => target === 9092) ?? candidates[0] ?? null;
}

/** Every text in the broker's environment, whether it is a map or a list. */
function environmentScalars(text: string): Text[] {
  const document = parseDocument(text);
  const environment = document.getIn(["services", "kafka", "environment"]);
  const found: Text[] = [];
  if (!isMap(environment) && !isSeq(environment)) return found;
  visit(environment, {
    Scalar(key, node) {
      const scalar = key === "key" ? null : textOf(node);
      if (scalar) found.push(scalar);
    },
  });
  return found;
}

function textOf(node: unknown): Text | null {
  if (!isScalar(node) || !(node as Scalar).range) return null;
  const { value, range } = node as Scalar & { range: [number, number, number] };
  if (typeof value !== "string" && typeof value !== "number") return null;
  return { value: String(value), range: [range[0], range[1]] };
}

function splice(text: string, { range: [start, end] }: Text, change: (raw: string) => string): string {
  return text.slice(0, start) + change(text.slice(start, end)) + text.slice(end);
}
