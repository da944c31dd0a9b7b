import type { EngineMethods } from "../shared/messages.ts";
import type { Local } from "../shared/rpc.ts";
import type { TopicReader } from "./topicReader.ts";

type Relayed = Omit<EngineMethods, "start" | "setView" | "setLimits" | "setDecoding" | "export" | "copyAs">;

/** The engine's methods for the webview, passed on as they are. What the host has a part in (start, view, export, copy) is the panel's. */
export function engineRelay(reader: TopicReader): Local<Relayed> {
  return {
    retrySchemas: (signal) => reader.call("retrySchemas", [], signal),
    pause: (signal) => reader.call("pause", [], signal),
    resume: (signal) => reader.call("resume", [], signal),
    clear: (signal) => reader.call("clear", [], signal),
    rows: (from, to, signal) => reader.call("rows", [from, to], signal),
    detail: (seq, ...rest) => {
      // without the optional argument the signal comes in its place
      const [maxChars, signal] = rest.length === 2 ? rest : [undefined, rest[0] as unknown as AbortSignal];
      return reader.call("detail", maxChars === undefined ? [seq] : [seq, maxChars], signal);
    },
    bytes: (seq, part, from, to, signal) => reader.call("bytes", [seq, part, from, to], signal),
    find: (topic, partition, offset, signal) => reader.call("find", [topic, partition, offset], signal),
    locate: (seq, signal) => reader.call("locate", [seq], signal),
    locateTime: (timestamp, signal) => reader.call("locateTime", [timestamp], signal),
    sameKey: (seq, direction, signal) => reader.call("sameKey", [seq, direction], signal),
    keyHistory: (seq, limit, maxChars, signal) => reader.call("keyHistory", [seq, limit, maxChars], signal),
    fields: (limit, signal) => reader.call("fields", [limit], signal),
    schemaUse: (signal) => reader.call("schemaUse", [], signal),
    timeline: (buckets, signal) => reader.call("timeline", [buckets], signal),
  };
}
