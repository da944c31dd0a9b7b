import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cached, cacheFolder } from "./cache.ts";
import { withLock } from "./lock.ts";
import { runCommand } from "./run.ts";
import { ensureTools, mavenCommand } from "./tools.ts";

/** The last line of Kafka that works with ZooKeeper, and the one that has share groups. */
export const kafkaVersions = { zk: "3.9.1", kraft: "4.1.1" } as const;
/** The schema registry of the stack, and the line with the newer API. */
export const registryVersions = { v2: "2.6.13.Final", v3: "3.0.9" } as const;

/** The folder of all jars of that Kafka (the broker, its tools, and for 3.9 ZooKeeper), for `java -cp FOLDER/*`. */
export async function kafkaJars(version: string): Promise<string> {
  const folder = await cached(`kafka-${version}`, async (making) => {
    await ensureTools(["java", "maven"]);
    console.error(`Downloading Kafka ${version} (60 MB) with Maven …`);
    const pom = join(making, "pom.xml");
    writeFileSync(pom, kafkaPom(version));
    await maven(["dependency:copy-dependencies", "-f", pom, `-DoutputDirectory=${join(making, "libs")}`]);
  });
  return join(folder, "libs");
}

/** The folder of the schema registry (Apicurio, with Confluent's API under /apis/ccompat/v7) and the jar to run. */
export async function registryJar(version: string = registryVersions.v2): Promise<{ folder: string; jar: string }> {
  const folder = await cached(`registry-${version}`, async (making) => {
    await ensureTools(["java", "maven"]);
    console.error(`Downloading the schema registry ${version} (140 MB) with Maven …`);
    const artifact = `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`;
    await maven([
      "dependency:unpack",
      "-f",
      registryPom(making),
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${making}`,
    ]);
  });
  return { folder, jar: `apicurio-registry-app-${version}-runner.jar` };
}

/** Apicurio's serializers, of either line: of the newer one the version that Maven Central has complete. */
const serdeVersions = { v2: registryVersions.v2, v3: "3.1.7" } as const;

/** The folder of all jars of Apicurio's Avro, Protobuf and JSON Schema serializers, with Kafka's client. */
export async function apicurioSerdeJars(line: keyof typeof serdeVersions): Promise<string> {
  const version = serdeVersions[line];
  const folder = await cached(`apicurio-serdes-${version}`, async (making) => {
    await ensureTools(["java", "maven"]);
    console.error(`Downloading Apicurio's serializers ${version} (60 MB) with Maven …`);
    const pom = join(making, "pom.xml");
    writeFileSync(pom, serdePom(line, version));
    await maven(["dependency:copy-dependencies", "-f", pom, `-DoutputDirectory=${join(making, "libs")}`]);
  });
  return join(folder, "libs");
}

function serdePom(line: keyof typeof serdeVersions, version: string): string {
  const parts = ["avro", "protobuf", "jsonschema"].map((format) =>
    dependency(
      "io.apicurio",
      line === "v2" ? `apicurio-registry-serdes-${format}-serde` : `apicurio-registry-${format}-serde-kafka`,
      version,
    ),
  );
  parts.push(dependency("org.apache.kafka", "kafka-clients", line === "v2" ? kafkaVersions.zk : kafkaVersions.kraft));
  return project(`apicurio-serdes-${version}`, `<dependencies>${parts.join("")}</dependencies>`);
}

/** Maven's local repository is not made for several Mavens at once. */
function maven(args: string[]): Promise<string> {
  const [command, ...before] = mavenCommand();
  return withLock(join(cacheFolder(), "maven.lock"), () =>
    runCommand(command, [...before, "-q", "-B", ...args], { timeoutMs: 15 * 60_000 }),
  );
}

function registryPom(folder: string): string {
  const pom = join(folder, "pom.xml");
  writeFileSync(pom, project("registry", ""));
  return pom;
}

function kafkaPom(version: string): string {
  const parts = [
    dependency("org.apache.kafka", "kafka_2.13", version),
    dependency("org.apache.kafka", "kafka-tools", version),
  ];
  // Kafka 4's own archive brings the log binding by hand: from Maven alone it would log nothing
  if (!version.startsWith("3.")) parts.push(dependency("org.apache.logging.log4j", "log4j-slf4j-impl", "2.24.3"));
  return project(`kafka-${version}`, `<dependencies>${parts.join("")}</dependencies>`);
}

const dependency = (group: string, name: string, version: string) =>
  `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;

const project = (name: string, content: string) =>
  `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>kafka-workbench</groupId>` +
  `<artifactId>${name}-jars</artifactId><version>1</version><packaging>pom</packaging>${content}</project>\n`;
