import { type AddressInfo, createServer, type Socket } from "node:net";
import { after } from "node:test";
import { FrameReader } from "../../../src/kafka/frames.ts";
import { Writer } from "../../../src/kafka/protocol/wire.ts";

export interface FakeRequest {
  key: number;
  version: number;
  socket: Socket;
}

/**
 * Something that listens and speaks Kafka's framing: `answer` writes the body of each answer, or returns false to leave a request unanswered.
 * Stopped when the test file ends.
 */
export async function fakeBroker(answer: (request: FakeRequest, w: Writer) => boolean): Promise<FakeServer> {
  return fakeServer((socket) => {
    // a request looks like an answer up to here: size, then the key and version where an answer has its correlation id
    const frames = new FrameReader(
      () => true,
      (keyAndVersion, body) => {
        const w = new Writer();
        w.int32(0).int32(body.readInt32BE(0));
        const request = { key: keyAndVersion >> 16, version: keyAndVersion & 0xffff, socket };
        if (!answer(request, w)) return;
        const bytes = w.finish();
        bytes.writeInt32BE(bytes.length - 4, 0);
        socket.write(bytes);
      },
    );
    socket.on("data", (chunk) => frames.push(chunk));
  });
}

export interface FakeServer {
  /** host:port */
  address: string;
  port: number;
  sockets: Set<Socket>;
  stop(): void;
}

/** Something that listens: for everything that is not Kafka. */
export async function fakeServer(connected: (socket: Socket) => void): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    // without reading it would not notice that the other side has gone
    socket.resume();
    connected(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  after(stop);
  return { address: `127.0.0.1:${port}`, port, sockets, stop };
}

/** ApiVersions as a broker with these APIs answers it. */
export function answerVersions(w: Writer, apis: readonly [key: number, min: number, max: number][]): true {
  w.int16(0).array(apis, ([key, min, max]) => w.int16(key).int16(min).int16(max));
  return true;
}

/** Metadata, version 4, naming this one broker. */
export function answerMetadata(
  w: Writer,
  broker: { host: string; port: number },
  topics: readonly { error?: number; name: string; partitions: number }[] = [],
): true {
  w.int32(0);
  w.array([broker], ({ host, port }) => w.int32(1).string(host).int32(port).nullableString(null));
  w.nullableString("fake").int32(1);
  w.array(topics, ({ error = 0, name, partitions }) => {
    w.int16(error).string(name).boolean(false);
    w.array(
      Array.from({ length: partitions }, (_, i) => i),
      (partition) => {
        w.int16(0).int32(partition).int32(1);
        w.array([1], (id) => w.int32(id)).array([1], (id) => w.int32(id));
      },
    );
  });
  return true;
}
