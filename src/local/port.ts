import { connect, createServer } from "node:net";
import { UserError } from "../shared/userError.ts";

/**
 * The first port from `wanted` on that is free on this machine. Rejects with "port-taken" when the next hundred are all taken.
 *
 * @param except ports known to be taken although they look free
 */
export async function freePort(wanted: number, except: ReadonlySet<number> = new Set()): Promise<number> {
  const last = Math.min(wanted + 100, 65_535);
  for (let port = wanted; port <= last; port++) {
    if (!except.has(port) && (await isFree(port))) return port;
  }
  throw new UserError(`All ports from ${wanted} to ${last} are taken: choose another port in the settings.`, {
    code: "port-taken",
  });
}

/**
 * Nobody listens there, neither for 127.0.0.1 nor for ::1: clients come by "localhost", which may be either. Both are asked for,
 * since some systems let one program bind 127.0.0.1 while another has the port on all addresses.
 */
export async function isFree(port: number): Promise<boolean> {
  if ((await answers("127.0.0.1", port)) || (await answers("::1", port))) return false;
  return bindable(port);
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 500 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", end(true));
    socket.once("error", end(false));
    socket.once("timeout", end(false));
  });
}

function bindable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
