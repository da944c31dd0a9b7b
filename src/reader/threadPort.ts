import type { Port } from "../shared/rpc.ts";

/** What parentPort and a Worker have in common. */
interface Thread {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
  off(event: "message", listener: (message: unknown) => void): unknown;
}

/** One end of a worker thread as a Port for Rpc. */
export function threadPort(thread: Thread): Port {
  return {
    post: (message, transfer) => thread.postMessage(message, transfer ?? []),
    listen(receive) {
      const listener = (message: unknown): void => {
        if (typeof message === "object" && message !== null) receive(message);
      };
      thread.on("message", listener);
      return () => thread.off("message", listener);
    },
  };
}
