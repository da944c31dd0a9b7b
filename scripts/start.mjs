// npm start: a real VS Code with this extension and a real Kafka with data in it, from a fresh clone. Ctrl-C stops everything.
//   npm start [-- --server]     --server: a VS Code server for the browser, even where the `code` command is there
import { inProject } from "./lib/project.mjs";

if (await inProject(import.meta.url)) {
  const { start } = await import("../test/harness/demo/start.ts");
  process.exitCode = await start(process.argv.slice(2));
  // whatever still holds the process: everything has been stopped
  setTimeout(() => process.exit(), 5000).unref();
}
