import { type RecordFields, readHeaders, type Span } from "../../kafka/log/records.ts";
import { type CommandTarget, KEY_PASSPHRASE, PASSWORD, securityProtocol } from "./commandTarget.ts";
import type { PlacedRecord } from "./lines.ts";
import { printf, shellComment, shellVariable, shellWord } from "./shell.ts";

/** librdkafka refuses more by default (message.max.bytes), and kcat's input buffer is of that size. */
const DEFAULT_MAX_BYTES = 900_000;
/** Linux takes 128 kB in one argument, and 2 MB in all. */
const MAX_ARGUMENT = 100_000;
const MAX_ARGUMENTS = 1_000_000;

/**
 * A shell command that produces the record again with kcat (1.7): its key, value and headers, to the byte, into its partition. One that kcat
 * cannot produce becomes a comment line that says why.
 *
 * kcat reads a message up to a delimiter (-D; a line end without it) and passes over empty ones, unless a key stands in front of it (-K);
 * -Z makes empty keys and values null, after which -k is used for a null key.
 */
export function kcatCommand({ topic, partition, record }: PlacedRecord, target: CommandTarget): string {
  const key = bytesOf(record, record.key);
  const value = bytesOf(record, record.value);
  const place = `${topic} partition ${partition} offset ${record.offset}`;
  const cannot = (why: string): string => shellComment(`kcat cannot produce ${place}: ${why}.`);
  if (key === null && value?.length === 0) return cannot("it sends no empty value without a key");
  const arguments_: string[] = [];
  const assignments: string[] = [];
  const put = (option: string, bytes: Buffer): boolean => {
    if (bytes.includes(0) || bytes.length > MAX_ARGUMENT) return false;
    let word = shellWordOf(bytes);
    if (word === null) {
      const variable = shellVariable(`kw${assignments.length + 1}`, bytes);
      assignments.push(variable.assignment);
      word = variable.word;
    }
    arguments_.push(option, word);
    return true;
  };

  if (!put("-b", Buffer.from(target.bootstrap.join(","))) || !put("-t", Buffer.from(topic)))
    return cannot("its name does not fit");
  for (const [name, setting] of connectionSettings(target)) {
    if ("variable" in setting) arguments_.push("-X", `${name}="\${${setting.variable}:?}"`);
    else if (!put("-X", Buffer.from(`${name}=${setting.text}`)))
      return cannot(`${name} of its connection does not fit`);
  }
  arguments_.push("-p", String(partition));

  const input: Buffer[] = [];
  const inWord = key !== null && key.length > 0 && key.length <= MAX_ARGUMENT ? shellWordOf(key) : null;
  const content = Buffer.concat([key ?? Buffer.alloc(0), value ?? Buffer.alloc(0)]);
  const end = content.includes(0x0a) ? delimiter(content, Buffer.alloc(0)) : NEWLINE;
  if (value !== null && value.length > 0 && (key === null || inWord !== null)) {
    if (inWord !== null) arguments_.push("-k", inWord);
    input.push(value);
  } else {
    const between = delimiter(content, end);
    arguments_.push("-K", delimiterWord(between));
    if (value === null) arguments_.push("-Z");
    // with -Z an empty key is null at first
    if (value === null && key?.length === 0) arguments_.push("-k", "''");
    input.push(key ?? Buffer.alloc(0), between, value ?? Buffer.alloc(0));
  }
  if (end !== NEWLINE) arguments_.push("-D", delimiterWord(end));

  const { headers, problem } = readHeaders(record, Number.POSITIVE_INFINITY);
  if (problem !== null) return cannot("its headers are damaged");
  for (const header of headers) {
    const name = Buffer.from(header.key);
    const bytes = bytesOf(record, header.value);
    if (header.key === "" || header.key.includes("="))
      return cannot("the name of a header is empty or has an equals sign");
    if (!put("-H", bytes ? Buffer.concat([name, Buffer.from("="), bytes]) : name)) {
      return cannot("a header has a zero byte or more than 100000 bytes");
    }
  }
  if (arguments_.join("").length > MAX_ARGUMENTS) return cannot("its headers are too long");
  if (content.length > DEFAULT_MAX_BYTES) {
    const most = content.length + 1_000_000;
    arguments_.push("-X", `message.max.bytes=${most}`);
  }
  const start = assignments.length > 0 ? `${assignments.join("; ")}; ` : "";
  return `${start}${printf(Buffer.concat(input))} | kcat -P ${arguments_.join(" ")}`;
}

/**
 * What librdkafka has to know beside the addresses; secrets are variables of the shell.
 *
 * Source: librdkafka's CONFIGURATION.md.
 */
function connectionSettings(target: CommandTarget): [name: string, { text: string } | { variable: string }][] {
  const { tls, sasl } = target;
  const protocol = securityProtocol(target);
  if (protocol === null) return [];
  const settings: [string, { text: string } | { variable: string }][] = [["security.protocol", { text: protocol }]];
  const set = (name: string, text: string | null | undefined): void => {
    if (text) settings.push([name, { text }]);
  };
  set("ssl.ca.location", tls?.ca);
  set("ssl.certificate.location", tls?.cert);
  set("ssl.key.location", tls?.key);
  if (tls?.passphrase) settings.push(["ssl.key.password", { variable: KEY_PASSPHRASE }]);
  if (tls && !tls.verify) set("enable.ssl.certificate.verification", "false");
  set("sasl.mechanisms", sasl?.mechanism);
  set("sasl.username", sasl?.username);
  if (sasl) settings.push(["sasl.password", { variable: PASSWORD }]);
  return settings;
}

const NEWLINE = Buffer.from("\n");

function bytesOf({ data }: RecordFields, span: Span): Buffer | null {
  return span ? data.subarray(span.start, span.end) : null;
}

function shellWordOf(bytes: Buffer): string | null {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? shellWord(text) : null;
}

/** Bytes that are neither in the content nor begin like `other`: one, or several where each is taken. */
function delimiter(content: Buffer, other: Buffer): Buffer {
  const usual = [0x1e, 0x1f, 0x09, 0x7c, 0x3b];
  const taken = new Uint8Array(256);
  for (const byte of content) taken[byte] = 1;
  for (const byte of other) taken[byte] = 1;
  const free = usual.find((byte) => !taken[byte]) ?? taken.indexOf(0, 1);
  if (free > 0) return Buffer.from([free]);
  // no part of it is both its start and its end, so that what stands in front of it cannot be taken for a part of it
  for (let n = 0; ; n++) {
    const several = Buffer.from(`\u001e${n}\u001f`);
    if (!content.includes(several) && !several.equals(other)) return several;
  }
}

/** As kcat's -D and -K read it: \xNN for each byte. */
const delimiterWord = (bytes: Buffer): string =>
  `'${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}'`;
