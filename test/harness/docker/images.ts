import { createHash } from "node:crypto";
import {
  chmod,
  chown,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { kafkaJars, kafkaVersions } from "../jars.ts";
import { withLock } from "../lock.ts";
import { docker } from "./daemon.ts";
import { engineEnv, folders } from "./folders.ts";
import { must, run } from "./sh.ts";

const recipe = fileURLToPath(new URL("image/", import.meta.url));
const label = "kafka-workbench.standin";

const images = {
  zookeeper: {
    name: "confluentinc/cp-zookeeper:7.9.2",
    volumes: ["/var/lib/zookeeper/data", "/var/lib/zookeeper/log", "/etc/zookeeper/secrets"],
    ports: "2181 2888 3888",
  },
  kafka: {
    name: "confluentinc/cp-kafka:7.9.2",
    volumes: ["/var/lib/kafka/data", "/etc/kafka/secrets"],
    ports: "9092",
  },
} as const;

export const imageNames = Object.values(images).map((image) => image.name);

/** The tools of the real images that the Compose file and the tests use → the class behind each. */
const tools = {
  "kafka-topics": "org.apache.kafka.tools.TopicCommand",
  "kafka-broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
  "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
  "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
  "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
  "zookeeper-shell": "org.apache.zookeeper.ZooKeeperMainWithTlsSupportForKafka -server",
};

/** Only what the real images have too, so that a health check which works here works there. */
const busyboxTools =
  "awk basename cat chmod chown cp cut date df dirname du echo env expr false find grep head hostname id kill ln ls mkdir " +
  "mktemp mv nc od printf ps pwd readlink rm rmdir sed seq sleep sort stat tail tar tee test timeout touch tr true uname " +
  "uniq wc xargs yes";

const javaModules =
  "java.base,java.compiler,java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.rmi," +
  "java.scripting,java.security.jgss,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.jcmd,jdk.management," +
  "jdk.management.agent,jdk.naming.dns,jdk.security.auth,jdk.security.jgss,jdk.unsupported,jdk.zipfs";

/**
 * Puts stand-ins for the two Confluent images into the private engine, under the real images' names: a Java runtime linked from
 * this machine's JDK, bash, busybox, Kafka's jars from Maven, and the entry script in image/. Nothing is pulled. An image that
 * this recipe made before stays.
 */
export async function ensureImages(): Promise<void> {
  await withLock(join(folders.run, "images.lock"), async () => {
    const version = await recipeVersion();
    const present = await Promise.all(imageNames.map((name) => labelOf(name)));
    if (present.every((found) => found === version)) return;
    console.error("Building stand-ins for the ZooKeeper and Kafka images (once; about half a minute) …");
    await mkdir(folders.work, { recursive: true });
    const work = await mkdtemp(join(folders.work, "images-"));
    try {
      const root = join(work, "root");
      await buildRoot(root, work);
      const archive = join(work, "root.tar");
      await must("tar", ["-C", root, "--numeric-owner", "-cf", archive, "."]);
      for (const component of ["zookeeper", "kafka"] as const) await importImage(archive, component, version);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    await docker(["image", "prune", "--force"]);
  });
}

async function recipeVersion(): Promise<string> {
  const hash = createHash("sha256");
  const sources = (await readdir(recipe)).sort().map((name) => join(recipe, name));
  for (const file of [fileURLToPath(import.meta.url), ...sources]) hash.update(await readFile(file));
  return hash.digest("hex").slice(0, 16);
}

async function labelOf(image: string): Promise<string> {
  const args = ["image", "inspect", "--format", `{{index .Config.Labels "${label}"}}`, image];
  return (await run("docker", args, { env: { ...process.env, ...engineEnv } })).stdout.trim();
}

async function importImage(archive: string, component: keyof typeof images, version: string): Promise<void> {
  const { name, volumes, ports } = images[component];
  const changes = [
    `ENV COMPONENT=${component} LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin`,
    "USER appuser",
    "WORKDIR /home/appuser",
    `EXPOSE ${ports}`,
    `VOLUME ${JSON.stringify(volumes)}`,
    'CMD ["/etc/confluent/docker/run"]',
    `LABEL ${label}=${version}`,
  ];
  await docker(["import", ...changes.flatMap((change) => ["--change", change]), archive, name], 300_000);
}

async function buildRoot(root: string, work: string): Promise<void> {
  for (const folder of [
    "bin",
    "dev",
    "etc/confluent/docker",
    "etc/kafka",
    "home/appuser",
    "opt",
    "proc",
    "sys",
    "tmp",
  ]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  for (const folder of ["usr/bin", "usr/local/bin", "usr/share/java", "var/log/kafka"]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await chmod(join(root, "tmp"), 0o1777);
  await copyFile("/bin/bash", join(root, "bin/bash"));
  await chmod(join(root, "bin/bash"), 0o755);
  await symlink("bash", join(root, "bin/sh"));
  await addJava(root);
  await addBusybox(root, work);
  await addKafka(root);
  await addLibraries(root);

  await writeFile(join(root, "etc/passwd"), "root:x:0:0::/:/bin/bash\nappuser:x:1000:1000::/home/appuser:/bin/bash\n");
  await writeFile(join(root, "etc/group"), "root:x:0:\nappuser:x:1000:\n");
  await writeFile(join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
  await writeFile(join(root, "etc/os-release"), 'NAME="stand-in, not the real image"\nID=standin\n');
  // a new named volume takes its owner from these folders
  const owned = [...images.zookeeper.volumes, ...images.kafka.volumes, "/etc/kafka", "/home/appuser", "/var/log/kafka"];
  for (const folder of [...owned, "/var/lib/zookeeper", "/var/lib/kafka"]) {
    await mkdir(join(root, folder), { recursive: true });
    await chown(join(root, folder), 1000, 0);
    await chmod(join(root, folder), 0o775);
  }
}

async function addJava(root: string): Promise<void> {
  const javac = (await must("readlink", ["-f", (await must("which", ["javac"])).trim()])).trim();
  const jdk = dirname(dirname(javac));
  const out = join(root, "opt/java");
  await must(
    join(jdk, "bin/jlink"),
    [
      "--output",
      out,
      "--strip-java-debug-attributes",
      "--no-header-files",
      "--no-man-pages",
      "--add-modules",
      javaModules,
    ],
    { timeoutMs: 300_000 },
  );
  // java.desktop is wanted for java.beans alone: no screen, fonts or sound, and none of the libraries they load
  for (const name of await readdir(join(out, "lib"))) {
    if (/^lib(awt_xawt|jawt|splashscreen|fontmanager|jsound|javajpeg|lcms|mlib_image)\.so$/.test(name)) {
      await rm(join(out, "lib", name));
    }
  }
  await copyFile(join(jdk, "lib/security/cacerts"), join(out, "lib/security/cacerts"));
  // the class archive halves the start of every java
  await must(join(out, "bin/java"), ["-Xshare:dump"]);
  await symlink("/opt/java/bin/java", join(root, "usr/bin/java"));
}

async function addBusybox(root: string, work: string): Promise<void> {
  const debs = join(work, "debs");
  await mkdir(debs);
  await must("apt-get", ["-qq", "-o", "APT::Sandbox::User=root", "download", "busybox-static"], { cwd: debs });
  const [deb] = await readdir(debs);
  await must("dpkg-deb", ["-x", deb!, "."], { cwd: debs });
  const found = await must("find", [".", "-path", "*bin/busybox", "-type", "f"], { cwd: debs });
  const busybox = join(root, "bin/busybox");
  await copyFile(join(debs, found.trim()), busybox);
  await chmod(busybox, 0o755);
  if ((await run(busybox, ["grep", "-q", "x"], { input: "y\n" })).code !== 1)
    throw new Error(`${deb} holds no busybox`);
  for (const tool of busyboxTools.split(" ")) await symlink("busybox", join(root, "bin", tool));
}

async function addKafka(root: string): Promise<void> {
  // cp-kafka 7.9 is Kafka 3.9
  await cp(await kafkaJars(kafkaVersions.zk), join(root, "usr/share/java/kafka"), { recursive: true });
  const bin = join(root, "usr/bin");
  await cp(join(recipe, "run"), join(root, "etc/confluent/docker/run"));
  await cp(join(recipe, "kafka-run-class"), join(bin, "kafka-run-class"));
  for (const [name, className] of Object.entries(tools)) {
    await writeFile(join(bin, name), `#!/bin/bash\nexec kafka-run-class ${className} "$@"\n`);
  }
  for (const file of await readdir(bin)) if (file !== "java") await chmod(join(bin, file), 0o755);
  await chmod(join(root, "etc/confluent/docker/run"), 0o755);
  const quiet = "log4j.rootLogger=WARN, stderr\nlog4j.appender.stderr=org.apache.log4j.ConsoleAppender\n";
  const layout =
    "log4j.appender.stderr.layout=org.apache.log4j.PatternLayout\nlog4j.appender.stderr.Target=System.err\n";
  await writeFile(join(root, "etc/kafka/tools-log4j.properties"), quiet + layout);
}

/** The shared libraries of everything copied, at the places where the loader looks. */
async function addLibraries(root: string): Promise<void> {
  const found = await must("find", [join(root, "opt/java"), join(root, "bin/bash"), "-type", "f", "-perm", "-u+r"]);
  const programs = found.split("\n").filter((file) => /\.so$|\/bin\/[^/]+$|jspawnhelper$/.test(file));
  const libraries = new Set<string>();
  for (const program of programs) {
    const { stdout } = await run("ldd", [program]);
    for (const match of stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)) libraries.add(match[1]!);
  }
  // libgcc_s is loaded by glibc, by its name, when a thread is cancelled; the others by the codecs that Kafka's jars unpack (zstd, snappy, lz4)
  for (const name of ["libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libm.so.6"]) {
    const { stdout } = await run("sh", ["-c", `ldconfig -p | grep -o '/.*/${name}$' | head -n 1`]);
    if (stdout.trim() !== "") libraries.add(stdout.trim());
  }
  for (const library of libraries) {
    if (library.startsWith(root)) continue;
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
    await chmod(join(root, library), 0o755);
  }
}
