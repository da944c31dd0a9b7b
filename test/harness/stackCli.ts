// npm run stack [-- FILE]: starts Kafka 3.9, Kafka 4.1 and the registry, prints where they are as JSON (and writes it to FILE, for
// KW_STACK), and stops them on Ctrl-C.
import { writeFileSync } from "node:fs";
import { startStack } from "./stack.ts";

const [file] = process.argv.slice(2);
console.error("Starting Kafka 3.9 on ZooKeeper, Kafka 4.1 and a schema registry …");
const { stop, ...stack } = await startStack();
const text = JSON.stringify(stack, null, 2);
console.log(text);
if (file) writeFileSync(file, `${text}\n`);
console.error("Running. Ctrl-C stops all of it.");
const alive = setInterval(() => {}, 60_000);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    await stop();
    clearInterval(alive);
  });
}
