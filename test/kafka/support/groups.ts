import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "../../../src/kafka/cluster.ts";
import { defineApi } from "../../../src/kafka/protocol/defineApi.ts";
import { findCoordinator } from "../../../src/kafka/protocol/findCoordinator.ts";
import { kafkaJars, kafkaVersions } from "../../harness/jars.ts";
import { type Started, startProcess, temporaryFolder } from "../../harness/process.ts";
import { javaCommand } from "../../harness/tools.ts";

/** the coordinator is not there yet, loads, or is another broker */
const NOT_YET = [14, 15, 16];

/**
 * Commits an offset of a group, also on a cluster that never had one: asked for a coordinator, it makes the topic that keeps groups, and each of that topic's
 * partitions is ready at its own time.
 */
export async function commitWhenReady(
  cluster: Cluster,
  offset: { group: string; topic: string; partition: number; offset: bigint },
): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { error } = await cluster.request("any", findCoordinator, { key: offset.group, keyType: 0 });
    if (error === 0) {
      const code = await cluster.request({ coordinatorOf: offset.group }, commitOffset, offset);
      if (code === 0) return;
      if (!NOT_YET.includes(code)) throw new Error(`The offset cannot be committed: error ${code}`);
    }
    await delay(100);
  }
  throw new Error("The cluster does not become ready for groups.");
}

/** JoinGroup (API key 11), version 2: any protocol type, one protocol with the given metadata. */
export const joinGroup = defineApi<
  { group: string; protocolType: string; metadata: Buffer },
  { error: number; generation: number; memberId: string }
>({
  name: "JoinGroup",
  key: 11,
  versions: [2, 2],
  changes: true,
  encode: (w, { group, protocolType, metadata }) =>
    w
      .string(group)
      .int32(30_000)
      .int32(30_000)
      .string("")
      .string(protocolType)
      .array([metadata], (bytes) => w.string("any").bytes(bytes)),
  decode: (r) => {
    r.int32();
    const error = r.int16();
    const generation = r.int32();
    r.string();
    r.string();
    return { error, generation, memberId: r.string() };
  },
});

/** SyncGroup (API key 14), version 1: gives the only member its assignment. */
export const syncGroup = defineApi<
  { group: string; generation: number; memberId: string; assignment: Buffer },
  { error: number }
>({
  name: "SyncGroup",
  key: 14,
  versions: [1, 1],
  changes: true,
  encode: (w, { group, generation, memberId, assignment }) =>
    w
      .string(group)
      .int32(generation)
      .string(memberId)
      .array([assignment], (bytes) => w.string(memberId).bytes(bytes)),
  decode: (r) => {
    r.int32();
    return { error: r.int16() };
  },
});

/** OffsetCommit (API key 8), version 2, from outside the group: one offset of a group without members. Answers its error code. */
const commitOffset = defineApi<{ group: string; topic: string; partition: number; offset: bigint }, number>({
  name: "OffsetCommit",
  key: 8,
  versions: [2, 2],
  changes: true,
  encode: (w, { group, topic, partition, offset }) =>
    w
      .string(group)
      .int32(-1)
      .string("")
      .int64(-1n)
      .array([topic], (name) =>
        w.string(name).array([partition], (index) => w.int32(index).int64(offset).nullableString(null)),
      ),
  decode: (r) => {
    const errors = r.array(() => {
      r.string();
      return r.array(() => {
        r.int32();
        return r.int16();
      });
    });
    return errors.flat().find((error) => error !== 0) ?? 0;
  },
});

/** LeaveGroup (API key 13), version 1. */
export const leaveGroup = defineApi<{ group: string; memberId: string }, { error: number }>({
  name: "LeaveGroup",
  key: 13,
  versions: [1, 1],
  changes: true,
  encode: (w, { group, memberId }) => w.string(group).string(memberId),
  decode: (r) => {
    r.int32();
    return { error: r.int16() };
  },
});

/** Kafka's own console consumers (4.1): of the new consumer protocol (KIP-848), and of share groups (KIP-932). Stop it when done. */
export async function startConsoleConsumer(
  kind: "consumer" | "share",
  bootstrap: string,
  topic: string,
  group: string,
): Promise<Started> {
  const tool = kind === "share" ? "ConsoleShareConsumer" : "ConsoleConsumer";
  const modern = kind === "share" ? [] : ["--consumer-property", "group.protocol=consumer", "--from-beginning"];
  return startConsole(kafkaVersions.kraft, tool, [
    ...["--bootstrap-server", bootstrap, "--topic", topic, "--group", group],
    ...modern,
  ]);
}

/** Kafka's console consumer that prints one of Kafka's own topics from its beginning, as that formatter shows it. Stop it when done. */
export const startFormatter = (
  version: string,
  bootstrap: string,
  topic: string,
  formatter: string,
): Promise<Started> =>
  startConsole(version, "ConsoleConsumer", [
    ...["--bootstrap-server", bootstrap, "--topic", topic, "--from-beginning"],
    ...["--formatter", `org.apache.kafka.tools.consumer.${formatter}`],
  ]);

async function startConsole(version: string, tool: string, args: readonly string[]): Promise<Started> {
  const jars = await kafkaJars(version);
  const place = temporaryFolder("console");
  const started = startProcess({
    name: tool,
    command: javaCommand(),
    args: [
      ...["-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", join(jars, "*"), `org.apache.kafka.tools.consumer.${tool}`],
      ...args,
    ],
    logFile: join(place.path, "log.txt"),
    signal: "SIGTERM",
  });
  return {
    ...started,
    stop: async () => {
      await started.stop();
      place.remove();
    },
  };
}
