import { UserError } from "../shared/userError.ts";

/** "host:port" or "[::1]:port", optionally with a listener name as Kafka writes it ("SASL_SSL://host:port"); port 9092 without one. */
export function parseAddress(text: string): { host: string; port: number } {
  const match = /^(?:[A-Z][A-Z0-9_]*:\/\/)?(?:\[([^\]]+)\]|([^:[\]\s/]+))(?::(\d{1,5}))?$/.exec(text.trim());
  const port = Number(match?.[3] ?? 9092);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65535) {
    throw new UserError(`"${text}" is not an address: write host:port, such as localhost:9092.`, {
      code: "bad-address",
    });
  }
  return { host, port };
}
