import { median } from "./table.ts";

/** What stands in a peer's place where it cannot be had. */
export const NOT_HERE = "not on this machine";

/** How a contender is timed: seconds of one run. null: it is not on this machine. */
export type Contenders = Record<string, (() => Promise<number>) | null>;

/** seconds of each run, by contender; empty for one that is not on this machine */
export type Times = Record<string, number[]>;

/** Interleaved, so that a change of the machine's mood falls on all alike. */
export async function interleaved(
  what: string,
  contenders: Contenders,
  rounds: number,
  say: (text: string) => void,
): Promise<Times> {
  const times: Times = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contenders)) {
      if (!run) continue;
      const seconds = await run();
      times[name]!.push(seconds);
      say(`${what}, ${name}: ${seconds.toFixed(3)} s`);
    }
  }
  return times;
}

/** How many times as fast `ours` was as `peer`, medians compared; why not where one of them did not run. */
export function timesAsFast(times: Times, ours: string, peer: string): number | { missing: string } {
  const ratio = median(times[peer] ?? []) / median(times[ours] ?? []);
  return Number.isNaN(ratio) ? { missing: `${peer} is ${NOT_HERE}` } : ratio;
}

/** Rejects with `what` when the promise takes longer; the work itself is its owner's to end. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${ms / 1000} s: ${what}`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Figures as they stand in tables. */
export const show = {
  seconds: (value: number): string => (Number.isNaN(value) ? "–" : value.toFixed(3)),
  ms: (value: number): string => (Number.isNaN(value) ? "–" : value < 10 ? value.toFixed(1) : value.toFixed(0)),
  ratio: (value: number | { missing: string }): string => (typeof value === "number" ? value.toFixed(2) : "–"),
  count: (value: number): string => (Number.isNaN(value) ? "–" : Math.round(value).toLocaleString("en")),
};
