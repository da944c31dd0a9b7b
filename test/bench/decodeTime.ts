import type { DecodeCase } from "./decodeCases.ts";
import { median } from "./table.ts";

/** What reads the messages of a case. */
export type Contender = "preview" | "view" | "bare" | "toText";

/** seconds per message of each round; a contender that there is not has none */
export type DecodeTimes = Record<Contender, number[]>;

/** How all messages of a case are read once. */
export type Passes = Partial<Record<Contender, () => void>>;

export interface TimeOptions {
  rounds: number;
  /** of each contender in each round */
  seconds: number;
}

/** processor time of this process, seconds: what else the machine does counts little */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Contenders take turns, round by round, so that a change of the machine's mood falls on all alike. */
export function timeCase({ payloads }: DecodeCase, passes: Passes, { rounds, seconds }: TimeOptions): DecodeTimes {
  const times: DecodeTimes = { preview: [], view: [], bare: [], toText: [] };
  const runs = Object.entries(passes).map(([name, pass]) => ({ name: name as Contender, pass }));
  for (let round = 0; round < rounds; round++) {
    for (const { name, pass } of runs) {
      const start = processorSeconds();
      let spent = 0;
      let count = 0;
      do {
        pass();
        count++;
      } while ((spent = processorSeconds() - start) < seconds);
      times[name].push(spent / (count * payloads.length));
    }
  }
  return times;
}

/** How many times as long `ours` took as `peer`: the median of the rounds, each with its own two figures; NaN where the peer has none. */
export const timesAsLong = (ours: readonly number[], peer: readonly number[]): number =>
  median(peer.map((theirs, i) => ours[i]! / theirs));
