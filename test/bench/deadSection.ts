import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { diagnose } from "../../src/kafka/diagnose.ts";
import { wholeTopic } from "../../src/shared/messages.ts";
import { freePorts } from "../harness/ports.ts";
import type { Budget } from "./budget.ts";
import { show, within } from "./measure.ts";
import { withReader } from "./readerScan.ts";
import type { Bench, Section } from "./section.ts";
import { median } from "./table.ts";
import { configOf } from "./topics.ts";

const DEAD = 3000;

interface Said {
  ms: number;
  sentence: string;
}

/**
 * How long until a dead address is said to be one, and with what sentence: by the test of a connection and by a panel. One where nothing listens,
 * and one that never says anything, as a firewall makes it; all on this machine.
 */
export const dead: Section = {
  name: "dead",
  needsBroker: false,
  async run(bench) {
    const silent = await silentServer();
    try {
      const addresses = {
        "nothing listens": `127.0.0.1:${(await freePorts(1))[0]}`,
        "never answers": silent.address,
      };
      const ways = { "connection test": (address: string) => byDiagnosis(address), panel: byReader(bench) };
      const rows = [["ms", "median", "longest"]];
      const notes: string[] = [];
      const budgets: Budget[] = [];
      const figures: Record<string, Said[]> = {};
      for (const [kind, address] of Object.entries(addresses)) {
        for (const [way, ask] of Object.entries(ways)) {
          const said: Said[] = [];
          for (let round = 0; round < bench.rounds; round++) said.push(await ask(address));
          const name = `${kind}, ${way}`;
          const all = said.map(({ ms }) => ms);
          const { sentence } = said[0]!;
          // a cause that does not name the address is none
          if (!sentence.includes(address)) throw new Error(`${name}: "${sentence}" does not name ${address}`);
          bench.say(`${name}: ${show.ms(median(all))} ms`);
          rows.push([name, show.ms(median(all)), show.ms(Math.max(...all))]);
          notes.push(`${name}: ${sentence}`);
          figures[name] = said;
          budgets.push({
            what: `dead address said, ${name}, median`,
            unit: "ms",
            bound: "at most",
            limit: DEAD,
            measured: median(all),
          });
        }
      }
      return { tables: [{ title: "A dead address is said, with its cause", rows, notes }], budgets, figures };
    } finally {
      silent.stop();
    }
  },
};

async function byDiagnosis(address: string): Promise<Said> {
  const started = performance.now();
  const { ok, message } = await diagnose(configOf(address));
  if (ok) throw new Error(`${address} was taken for a broker: ${message}`);
  return { ms: performance.now() - started, sentence: message };
}

/** A panel's reader, its worker's start included, until its status carries a sentence. */
const byReader =
  ({ workerFile }: Bench) =>
  async (address: string): Promise<Said> => {
    const started = performance.now();
    return withReader({ workerFile, broker: address }, async (reader) => {
      const { promise, resolve } = Promise.withResolvers<Said>();
      const stop = reader.onStatus(({ problem }) => {
        if (problem !== null) resolve({ ms: performance.now() - started, sentence: problem });
      });
      try {
        await reader.call("start", [wholeTopic("orders")]);
        return await within(30_000, `word of ${address}`, promise);
      } finally {
        stop();
      }
    });
  };

/** Accepts connections and never says a word. */
async function silentServer(): Promise<{ address: string; stop(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    // without reading it would not notice that the other side has gone
    socket.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
