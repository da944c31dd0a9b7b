/** Where a name matches, as [start, end) pairs for highlighting. */
export type Highlights = [number, number][];

/**
 * Matches names as VS Code's own pickers do, only stricter: each blank-separated word of the query must be found in the name, letter case
 * aside, as it stands or as the initials of the name's parts ("oc" finds orders.created).
 * @returns a function from a name to what to highlight, or null where the name does not match
 */
export function nameFilter(query: string): (name: string) => Highlights | null {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return (name) => {
    const lower = name.toLowerCase();
    const highlights: Highlights = [];
    for (const word of words) {
      const at = lower.indexOf(word);
      const found: Highlights | null = at >= 0 ? [[at, at + word.length]] : initials(name, lower, word);
      if (!found) return null;
      highlights.push(...found);
    }
    return merged(highlights);
  };
}

/** Takes a word's letters from the beginnings of the name's parts: a part may give more than its first letter. */
function initials(name: string, lower: string, word: string): Highlights | null {
  const found: Highlights = [];
  let taken = 0;
  for (let at = 0; at < name.length && taken < word.length; at++) {
    if (!startsPart(name, at)) continue;
    let end = at;
    while (taken < word.length && lower[end] === word[taken]) {
      end++;
      taken++;
    }
    if (end > at) {
      found.push([at, end]);
      at = end - 1;
    }
  }
  return taken === word.length ? found : null;
}

function startsPart(name: string, at: number): boolean {
  const letter = /[\p{L}\p{N}]/u;
  if (!letter.test(name[at]!)) return false;
  if (at === 0 || !letter.test(name[at - 1]!)) return true;
  return /\p{Lu}/u.test(name[at]!) && !/\p{Lu}/u.test(name[at - 1]!);
}

function merged(highlights: Highlights): Highlights {
  const result: Highlights = [];
  for (const [start, end] of highlights.sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}
