import { createHash } from "node:crypto";
import { root } from "./folders.ts";
import { run } from "./sh.ts";

/**
 * What the private dockerd may do to the machine's network: as good as nothing. No docker0, no packet filter rules of Docker's, no
 * forwarding. Containers reach each other over their project's bridge, this machine reaches them through Docker's proxy, and
 * nothing else is wanted. So engines of several cache folders, and a Docker of the machine's own, do not disturb each other.
 */
export const networkOptions: readonly string[] = [
  "--bridge=none",
  "--iptables=false",
  "--ip-forward=false",
  "--ip-masq=false",
  `--default-address-pool=base=${pool()},size=24`,
];

/** The addresses of all of its networks, by the cache folder; where another engine has some of them, Docker takes the next. */
function pool(): string {
  return `10.${192 + (createHash("sha256").update(root).digest().readUInt8() % 32)}.0.0/16`;
}

const rule = ["FORWARD", "-s", pool(), "-d", pool(), "-j", "ACCEPT"];

/** Lets containers reach each other also where another Docker has made this machine drop what it does not know. */
export async function allowBridges(): Promise<void> {
  if ((await run("iptables", ["-C", ...rule])).code === 0) return;
  const added = await run("iptables", ["-I", ...rule]);
  // most machines drop nothing, and then it is not needed
  if (added.code !== 0) console.error(`iptables: ${added.stderr.trim()}`);
}

export async function forgetBridges(): Promise<void> {
  await run("iptables", ["-D", ...rule]);
}
