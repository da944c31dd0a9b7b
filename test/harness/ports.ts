import { createServer } from "node:net";

/** Below the range from which systems take the ports of outgoing connections, so that only another listener can be in the way. */
const lowest = 21_000;
const highest = 31_999;

/** Ports of 127.0.0.1 that were free a moment ago, chosen at random: whoever binds them retries with others (see `withPorts`). */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries > 1000) throw new Error(`No free port among ${lowest}–${highest} of 127.0.0.1`);
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1));
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

/** Whether nobody listens on the port, neither on 127.0.0.1 nor on every address. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => done(true)));
  });
}

/** Runs `start` with free ports, again with others as long as it fails because somebody else took one in between. */
export async function withPorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (tries === 5 || !/already in use|BindException|EADDRINUSE|Failed to bind/i.test(String(error))) throw error;
    }
  }
}
