// node test/harness/dockerCli.ts: brings a Docker engine up for tests (see docker/engine.ts), prints {"env": …} or {"skipped": "why"} as
// one line, and holds the engine until its standard input ends or Ctrl-C.
import { useDockerEngine } from "./docker/engine.ts";

const engine = await useDockerEngine();
if ("skipped" in engine) console.log(JSON.stringify(engine));
else {
  console.log(JSON.stringify({ env: engine.env }));
  await new Promise<void>((resolve) => {
    process.stdin.resume().once("end", resolve).once("error", resolve);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  engine.dispose();
  process.stdin.destroy();
}
