/** How numbers and lists read in the tree, in the user's language. */
export const number = (n: number | bigint): string => format.format(n);

// made once: toLocaleString makes one at every call, which shows in ten thousand lines
const format = new Intl.NumberFormat();

/** "1 partition", "1,200 partitions" */
export const count = (n: number | bigint, one: string, many = `${one}s`): string =>
  `${number(n)} ${n === 1 || n === 1n ? one : many}`;

/** The parts that there are, as one description. */
export const joined = (...parts: (string | null | undefined | false)[]): string =>
  parts.filter((part) => part).join(" · ");

/** 0, 1, 2, 5 → "0–2, 5" */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...numbers].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (sorted[end + 1] === sorted[end]! + 1) end++;
    // two neighbours read better as two
    if (end - i < 2) parts.push(...sorted.slice(i, end + 1).map(String));
    else parts.push(`${sorted[i]}–${sorted[end]}`);
    i = end + 1;
  }
  return parts.join(", ");
}
