import { readFile, writeFile } from "node:fs/promises";
import { must, run } from "./sh.ts";

/** What dockerd changes on its machine and does not put back. */
export interface NetworkBefore {
  /** policy of iptables' FORWARD chain; null: another dockerd is there, leave all as it is */
  forward: string | null;
  ipForward: string;
}

const ipForward = "/proc/sys/net/ipv4/ip_forward";

export async function saveNetwork(): Promise<NetworkBefore> {
  const policy = /^-P FORWARD (\w+)/m.exec((await run("iptables", ["-S", "FORWARD"])).stdout)?.[1] ?? null;
  const alone = (await run("pgrep", ["-x", "dockerd"])).code !== 0;
  return { forward: alone ? policy : null, ipForward: await readFile(ipForward, "utf8") };
}

/** Takes away dockerd's bridge and packet filter rules, unless another dockerd is using them. */
export async function restoreNetwork(before: NetworkBefore): Promise<void> {
  if (before.forward === null || (await run("pgrep", ["-x", "dockerd"])).code === 0) return;
  await run("ip", ["link", "delete", "docker0"]);
  const rules = (await must("iptables-save", []))
    .split("\n")
    .filter((line) => !/DOCKER|docker0|br-[0-9a-f]{12}/.test(line))
    .join("\n");
  await must("iptables-restore", [], { input: rules });
  await must("iptables", ["-P", "FORWARD", before.forward]);
  await writeFile(ipForward, before.ipForward);
}
