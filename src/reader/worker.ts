import { parentPort, workerData } from "node:worker_threads";
import { createDecoder } from "../schema/decoder.ts";
import { createEngine } from "./engine.ts";
import type { WorkerInit } from "./protocol.ts";
import { CLOSE } from "./protocol.ts";
import { threadPort } from "./threadPort.ts";
import { warmUpWhenIdle } from "./warmUp.ts";

/** The reader worker: one engine for one Messages panel, told what it needs by workerData. */
const init = workerData as WorkerInit;
const port = parentPort;
if (!port) throw new Error("The reader worker is to be started as a worker thread.");

const engine = createEngine({ port: threadPort(port), createDecoder, ...init });
const stopWarmingUp = warmUpWhenIdle(() => engine.busy);
port.on("message", (message: unknown) => {
  if (message !== CLOSE) return;
  stopWarmingUp();
  // the thread ends by itself once nothing is open any more
  void engine.dispose().finally(() => port.close());
});
