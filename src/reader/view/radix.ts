const DIGITS: readonly { high: boolean; shift: number; mask: number }[] = [
  { high: false, shift: 0, mask: 0x7ff },
  { high: false, shift: 11, mask: 0x7ff },
  { high: false, shift: 22, mask: 0x3ff },
  { high: true, shift: 0, mask: 0x7ff },
  { high: true, shift: 11, mask: 0x7ff },
  { high: true, shift: 22, mask: 0x3ff },
];
/** below this, counting digits costs more than moving a few rows */
const FEW = 64;

/**
 * Sorts the first `count` keys, ascending and stable, and moves `rows` along. Any numbers but NaN, -0 as 0. A radix sort of the doubles'
 * bits: digits in which all keys agree are passed over, which for times, offsets and sizes is half of them.
 */
export function sortByKey(keys: Float64Array, rows: Uint32Array, count: number): void {
  if (count <= FEW) insertionSort(keys, rows, count);
  else radixSort(keys, rows, count);
}

function insertionSort(keys: Float64Array, rows: Uint32Array, count: number): void {
  for (let i = 1; i < count; i++) {
    const key = keys[i]!;
    const row = rows[i]!;
    let j = i - 1;
    for (; j >= 0 && keys[j]! > key; j--) {
      keys[j + 1] = keys[j]!;
      rows[j + 1] = rows[j]!;
    }
    keys[j + 1] = key;
    rows[j + 1] = row;
  }
}

function radixSort(keys: Float64Array, rows: Uint32Array, count: number): void {
  let low = new Uint32Array(count);
  let high = new Uint32Array(count);
  let order = rows.slice(0, count);
  let lowTo = new Uint32Array(count);
  let highTo = new Uint32Array(count);
  let orderTo = new Uint32Array(count);
  const one = new Float64Array(1);
  const halves = new Uint32Array(one.buffer);
  // the lower half comes first on every machine that Node runs on
  for (let i = 0; i < count; i++) {
    one[0] = keys[i]! + 0;
    const top = halves[1]!;
    // as unsigned integers in the order of the numbers: negative ones count down
    const negative = top >>> 31 === 1;
    low[i] = negative ? ~halves[0]! : halves[0]!;
    high[i] = negative ? ~top : top ^ 0x80000000;
  }
  const counts = new Uint32Array(2048);
  for (const { high: ofHigh, shift, mask } of DIGITS) {
    const digits = ofHigh ? high : low;
    counts.fill(0);
    for (let i = 0; i < count; i++) counts[(digits[i]! >>> shift) & mask]!++;
    if (counts[(digits[0]! >>> shift) & mask] === count) continue;
    for (let digit = 0, at = 0; digit <= mask; digit++) {
      const n = counts[digit]!;
      counts[digit] = at;
      at += n;
    }
    for (let i = 0; i < count; i++) {
      const to = counts[(digits[i]! >>> shift) & mask]!++;
      lowTo[to] = low[i]!;
      highTo[to] = high[i]!;
      orderTo[to] = order[i]!;
    }
    [low, lowTo, high, highTo, order, orderTo] = [lowTo, low, highTo, high, orderTo, order];
  }
  for (let i = 0; i < count; i++) {
    const top = high[i]!;
    const negative = top >>> 31 === 0;
    halves[0] = negative ? ~low[i]! : low[i]!;
    halves[1] = negative ? ~top : top ^ 0x80000000;
    keys[i] = one[0]!;
  }
  rows.set(order);
}
