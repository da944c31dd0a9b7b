// Starts a reader, waits until it is live, disposes it. Ends by itself only when no thread, socket or timer is left.
import { startReader } from "../../../src/reader/host.ts";
import { wholeTopic } from "../../../src/shared/messages.ts";

const [bootstrap = "", topic = ""] = process.argv.slice(2);
const reader = startReader({
  workerFile: new URL("../../../src/reader/worker.ts", import.meta.url),
  config: { bootstrap: [bootstrap], tls: null, sasl: null, connectTimeout: 3000, requestTimeout: 60_000 },
  ring: { megabytes: 16, rows: 1000 },
  schemas: null,
  log: () => {},
});
const live = new Promise<string>((resolve) => {
  reader.onStatus(({ state }) => {
    if (state === "live" || state === "failed") resolve(state);
  });
});
await reader.call("start", [{ ...wholeTopic(topic), to: { kind: "live" } }]);
console.log(await live);
await reader.dispose();
