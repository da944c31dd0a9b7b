import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A TCP relay before a server that is there, which can be stopped and started again at its own port as the server could be. */
export class SwitchedProxy {
  /** connections that were made to it */
  connections = 0;
  private readonly target: URL;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private port = 0;

  private constructor(target: URL) {
    this.target = target;
    this.server = createServer((socket) => {
      this.connections++;
      const upstream = connect(Number(this.target.port), this.target.hostname);
      for (const [one, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        this.sockets.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => {
          this.sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  }

  static async before(url: string): Promise<SwitchedProxy> {
    const proxy = new SwitchedProxy(new URL(url));
    await proxy.start();
    return proxy;
  }

  /** as the target's, at this proxy */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = "127.0.0.1";
    url.port = String(this.port);
    return String(url);
  }

  async start(): Promise<void> {
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Refuses connections from now on, and ends those that are there. */
  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, "close");
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
