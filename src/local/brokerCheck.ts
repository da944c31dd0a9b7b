import { connect } from "node:net";

/** Where a broker tells clients to come. */
export interface AdvertisedBroker {
  id: number;
  host: string;
  port: number;
}

/**
 * Asks a plaintext listener for the cluster's brokers, as a client's first request does. Null when nobody answers so within
 * `timeoutMs`, whatever the reason.
 * Source: Apache Kafka's MetadataRequest.json / MetadataResponse.json, version 1 (known to every broker since 0.10), no topics.
 */
export function advertisedBrokers(host: string, port: number, timeoutMs: number): Promise<AdvertisedBroker[] | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => end(null), timeoutMs);
    let received = Buffer.alloc(0);
    function end(answer: AdvertisedBroker[] | null): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    }
    socket.on("connect", () => socket.write(metadataRequest));
    socket.on("error", () => end(null));
    socket.on("close", () => end(null));
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      const size = received.length >= 4 ? received.readInt32BE(0) : 0;
      if (size < 0 || size > largestAnswer) return end(null);
      if (received.length >= 4 && received.length >= size + 4) end(parse(received.subarray(4, size + 4)));
    });
  });
}

/** one broker's answer is some 50 bytes; more than this is no broker */
const largestAnswer = 65_536;

/** size 14; Metadata (3), version 1, correlation id 1, no client id; an empty list of topics */
const metadataRequest = Buffer.from([0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0]);

function parse(body: Buffer): AdvertisedBroker[] | null {
  try {
    if (body.readInt32BE(0) !== 1) return null;
    const count = body.readInt32BE(4);
    const brokers: AdvertisedBroker[] = [];
    let at = 8;
    for (let i = 0; i < count; i++) {
      const id = body.readInt32BE(at);
      const hostEnd = at + 6 + body.readInt16BE(at + 4);
      const host = body.toString("utf8", at + 6, hostEnd);
      const port = body.readInt32BE(hostEnd);
      const rack = body.readInt16BE(hostEnd + 4);
      at = hostEnd + 6 + Math.max(rack, 0);
      brokers.push({ id, host, port });
    }
    return brokers;
  } catch {
    return null; // cut short: not a broker's answer
  }
}
