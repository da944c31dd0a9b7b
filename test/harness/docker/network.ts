import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folders } from "./folders.ts";
import { must, run } from "./sh.ts";

/** What dockerd changes on its machine and does not put back. */
interface NetworkBefore {
  /** policy of iptables' FORWARD chain */
  forward: string;
  ipForward: string;
}

const ipForward = "/proc/sys/net/ipv4/ip_forward";
/** on disk, so that it outlives a keeper that is killed */
const saved = join(folders.run, "network.json");

/** Notes how the network is, unless another dockerd has changed it already. */
export async function saveNetwork(): Promise<void> {
  if (existsSync(saved) || (await otherDaemon())) return;
  const forward = /^-P FORWARD (\w+)/m.exec((await run("iptables", ["-S", "FORWARD"])).stdout)?.[1];
  if (forward === undefined) return;
  const before: NetworkBefore = { forward, ipForward: readFileSync(ipForward, "utf8") };
  writeFileSync(saved, JSON.stringify(before));
}

/** Takes away dockerd's bridge and packet filter rules, unless another dockerd is using them. */
export async function restoreNetwork(): Promise<void> {
  if (!existsSync(saved) || (await otherDaemon())) return;
  const before = JSON.parse(readFileSync(saved, "utf8")) as NetworkBefore;
  await run("ip", ["link", "delete", "docker0"]);
  const rules = (await must("iptables-save", []))
    .split("\n")
    .filter((line) => !/DOCKER|docker0|br-[0-9a-f]{12}/.test(line))
    .join("\n");
  await must("iptables-restore", [], { input: rules });
  await must("iptables", ["-P", "FORWARD", before.forward]);
  writeFileSync(ipForward, before.ipForward);
  rmSync(saved);
}

const otherDaemon = async (): Promise<boolean> => (await run("pgrep", ["-x", "dockerd"])).code === 0;
