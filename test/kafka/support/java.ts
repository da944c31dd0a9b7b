import { join } from "node:path";
import { ensureTools, javaCommand } from "../../harness/tools.ts";
import { feed } from "./reading.ts";

/** Runs test/kafka/NAME.java, which Java compiles as it starts; gives what it printed. Throws with its stack trace when it fails. */
export async function runJava(name: string, jars: string, args: readonly string[], input = ""): Promise<string> {
  await ensureTools(["java"]);
  const options = ["-Xmx256m", "-Dfile.encoding=UTF-8", "-XX:TieredStopAtLevel=1", "-cp", join(jars, "*")];
  const file = join(import.meta.dirname, "..", `${name}.java`);
  const { code, stdout, stderr } = await feed(javaCommand(), [...options, file, ...args], input);
  if (code !== 0) throw new Error(`${name}.java failed: ${stderr.slice(-4000)}`);
  return stdout;
}
