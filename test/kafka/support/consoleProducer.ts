import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { kafkaJars, kafkaVersions } from "../../harness/jars.ts";
import { ensureTools, javaCommand } from "../../harness/tools.ts";

/** An environment whose PATH has Kafka's own kafka-console-producer.sh, in a locale of UTF-8. */
export async function withConsoleProducer(): Promise<{ env: NodeJS.ProcessEnv; remove(): void }> {
  await ensureTools(["java"]);
  const jars = await kafkaJars(kafkaVersions.kraft);
  const folder = mkdtempSync(join(tmpdir(), "console-producer-"));
  const run = `exec '${javaCommand()}' -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '${join(jars, "*")}' org.apache.kafka.tools.ConsoleProducer "$@"`;
  writeFileSync(join(folder, "kafka-console-producer.sh"), `#!/bin/sh\n${run}\n`, { mode: 0o755 });
  return {
    env: { ...process.env, LC_ALL: "C.UTF-8", PATH: `${folder}${delimiter}${process.env["PATH"]}` },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
