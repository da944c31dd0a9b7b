import { CancelledError, messageOf, UserError } from "../shared/userError.ts";
import { abortable } from "./abortable.ts";
import { parseAddress } from "./address.ts";
import type { ClusterConfig } from "./api.ts";
import type { ClusterLog } from "./channel.ts";
import { signInWanted } from "./connectError.ts";
import { BrokerConnection } from "./connection.ts";
import { activeController } from "./controller.ts";
import { metadata } from "./protocol/metadata.ts";

export type Diagnosis =
  | {
      ok: true;
      /** one sentence: cluster, brokers, controller, latency */
      message: string;
      /** what works less well than it could, a sentence each: a bootstrap server that does not answer */
      warnings: string[];
      clusterId: string | null;
      brokers: number;
      /** null: not told */
      controllerId: number | null;
      /** ms for one request and its answer over the open connection */
      latency: number;
    }
  | {
      ok: false;
      /** the kind of failure: the codes of connectError.ts, and "advertised-listener" */
      code: string;
      /** what failed and what to do about it */
      message: string;
      /** more of it, a sentence each */
      warnings: string[];
    };

/** how much longer than the connection time-out all of it may take; ms */
const GRACE = 400;

/**
 * Tries a connection from the name look-up to the last broker: every bootstrap server, TLS, sign-in, metadata, and the addresses that the
 * brokers advertise. Failures are the result, not an exception; only cancelling rejects. Done within about `config.connectTimeout`.
 */
export async function diagnose(
  config: ClusterConfig,
  signal?: AbortSignal,
  log: ClusterLog = () => {},
): Promise<Diagnosis> {
  const attempt = new Attempt(config, log);
  try {
    return await abortable(attempt.run(), signal);
  } finally {
    attempt.close();
  }
}

interface Reached {
  address: string;
  connection: BrokerConnection;
}

class Attempt {
  readonly #config: ClusterConfig;
  readonly #log: ClusterLog;
  readonly #deadline: number;
  readonly #connections = new Map<string, Promise<BrokerConnection>>();
  readonly #closing = new AbortController();

  constructor(config: ClusterConfig, log: ClusterLog) {
    this.#config = config;
    this.#log = log;
    this.#deadline = Date.now() + config.connectTimeout + GRACE;
  }

  async run(): Promise<Diagnosis> {
    const problems = new Map<string, UserError>();
    const servers = this.#config.bootstrap.map(async (text): Promise<Reached> => {
      try {
        const { host, port } = parseAddress(text);
        return { address: `${host}:${port}`, connection: await this.#open(host, port, this.#config.connectTimeout) };
      } catch (error) {
        problems.set(text, asUserError(error));
        throw error;
      }
    });
    let first: Reached;
    try {
      first = await Promise.any(servers);
    } catch (error) {
      // Promise.any rejects only once all have
      if (!(error instanceof AggregateError)) throw error;
      return this.#noServer([...problems.values()]);
    }
    const verdict = await this.#throughServer(first);
    await this.#untilDeadline(Promise.allSettled(servers));
    if (problems.size > 0) {
      const others = [...problems.values()].map((problem) => problem.message);
      verdict.warnings.push(...others);
    }
    return verdict;
  }

  #noServer(problems: UserError[]): Diagnosis {
    const [worst] = problems;
    if (!worst) return { ok: false, code: "bad-address", message: "No bootstrap server is given.", warnings: [] };
    if (problems.length === 1) return { ok: false, code: worst.code, message: worst.message, warnings: [] };
    const same = problems.every((problem) => problem.code === worst.code);
    return {
      ok: false,
      code: same ? worst.code : "unreachable",
      message: `None of the ${problems.length} bootstrap servers can be used. ${worst.message}`,
      warnings: problems.slice(1).map((problem) => problem.message),
    };
  }

  async #throughServer({ address, connection }: Reached): Promise<Diagnosis> {
    let answer: Awaited<ReturnType<typeof ask>>;
    const ask = () => connection.request(metadata, { topics: [] }, this.#left());
    const started = performance.now();
    try {
      answer = await ask();
    } catch (error) {
      const problem = asUserError(error);
      if (problem.code === "closed" && this.#config.sasl === null) return failed(signInWanted(address));
      return failed(problem);
    }
    const latency = performance.now() - started;
    const brokers = answer.brokers.length;
    const unreachable = await this.#unreachable(answer.brokers);
    const [advertised] = unreachable;
    if (advertised) {
      const { broker, problem } = advertised;
      const others = unreachable.length > 1 ? ` (and ${unreachable.length - 1} more of ${brokers} brokers)` : "";
      return {
        ok: false,
        code: "advertised-listener",
        message:
          `${address} answers, but names ${broker.host}:${broker.port} as the address of broker ${broker.id}${others}, and that cannot be used from here. ` +
          `${problem.message} Set the broker's advertised.listeners to an address that works from this machine, or make this one work here.`,
        warnings: unreachable.slice(1).map((each) => `Broker ${each.broker.id}: ${each.problem.message}`),
      };
    }
    const controllerId = await activeController(connection, answer.controllerId, this.#left()).catch(() => null);
    const counted = brokers === 1 ? "one broker" : `${brokers} brokers`;
    const controller = controllerId === null ? "" : `, controller ${controllerId}`;
    return {
      ok: true,
      message: `Connected: cluster ${answer.clusterId ?? "without id"}, ${counted}${controller}, ${Math.max(1, Math.round(latency))} ms.`,
      warnings: [],
      clusterId: answer.clusterId,
      brokers,
      controllerId,
      latency,
    };
  }

  /** The brokers that cannot be talked to at the address that the cluster gives for them. */
  async #unreachable<B extends { host: string; port: number }>(
    brokers: readonly B[],
  ): Promise<{ broker: B; problem: UserError }[]> {
    const tried = await Promise.all(
      brokers.map(async (broker) => {
        try {
          await this.#open(broker.host, broker.port, this.#left());
          return null;
        } catch (error) {
          return { broker, problem: asUserError(error) };
        }
      }),
    );
    return tried.filter((each) => each !== null);
  }

  #open(host: string, port: number, timeout: number): Promise<BrokerConnection> {
    const key = `${host}:${port}`;
    const known = this.#connections.get(key);
    if (known) return known;
    const config = { ...this.#config, connectTimeout: timeout };
    const opening = BrokerConnection.open(host, port, config, this.#log, this.#closing.signal);
    this.#connections.set(key, opening);
    return opening;
  }

  /** ms that are left, and enough of them for a healthy broker even when a slow bootstrap server used up the rest */
  #left(): number {
    return Math.max(300, this.#deadline - Date.now());
  }

  async #untilDeadline(promise: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#left());
    });
    await Promise.race([promise, late]);
    clearTimeout(timer);
  }

  close(): void {
    this.#closing.abort();
    for (const opening of this.#connections.values()) {
      opening.then(
        (connection) => connection.close(),
        () => {
          // it has said what went wrong already
        },
      );
    }
  }
}

const failed = (problem: UserError): Diagnosis => ({
  ok: false,
  code: problem.code,
  message: problem.message,
  warnings: [],
});

function asUserError(error: unknown): UserError {
  if (error instanceof UserError) return error;
  if (error instanceof CancelledError) return new UserError("Cancelled.", { code: "cancelled" });
  return new UserError(messageOf(error), { cause: error });
}
