/** the first few are enough to act on */
const MOST = 5;

/** Paths are for a person: deep ones show their end. */
const MAX_STEPS = 20;

/** Nesting within which is looked: each open object remembers its names. */
const MAX_DEPTH = 1000;

interface Open {
  /** names so far, of an object; null for an array */
  names: Set<string> | null;
  /** the item being read, of an array */
  index: number;
  /** the name being read, of an object */
  name: string;
}

/**
 * Paths of the members whose name an earlier member of the same object has, in JSON's bytes [start, end): readers differ in which of the two they
 * take (RFC 8259, 4). At most `most` of them, in the order of the text; an escaped name is the same as one that is not. The bytes must have passed
 * `scanJson` as a whole. Linear in time; remembers the names of the objects that are open, and gives up where they are nested deeper than 1000 levels.
 */
export function duplicateKeys(bytes: Buffer, start = 0, end = bytes.length, most = MOST): string[] {
  const found: string[] = [];
  const open: Open[] = [];
  let top: Open | null = null;
  /** a string here is the name of a member */
  let atName = false;
  for (let i = start; i < end; i++) {
    switch (bytes[i]) {
      case 0x7b:
      case 0x5b: {
        if (open.length === MAX_DEPTH) return found;
        const isObject = bytes[i] === 0x7b;
        top = { names: isObject ? new Set() : null, index: 0, name: "" };
        open.push(top);
        atName = isObject;
        break;
      }
      case 0x7d:
      case 0x5d:
        open.pop();
        top = open.at(-1) ?? null;
        atName = false;
        break;
      case 0x2c:
        if (top?.names) atName = true;
        else if (top) top.index++;
        break;
      case 0x22: {
        const from = i + 1;
        let isEscaped = false;
        for (i = from; bytes[i] !== 0x22; i++) {
          if (bytes[i] === 0x5c) {
            isEscaped = true;
            i++;
          }
        }
        if (!atName || !top?.names) break;
        atName = false;
        const raw = bytes.toString("utf8", from, i);
        top.name = isEscaped ? (JSON.parse(`"${raw}"`) as string) : raw;
        if (top.names.has(top.name)) {
          found.push(pathOf(open));
          if (found.length >= most) return found;
        } else top.names.add(top.name);
      }
    }
  }
  return found;
}

function pathOf(open: Open[]): string {
  const steps = open.slice(-MAX_STEPS).map(({ names, index, name }) => {
    if (!names) return `[${index}]`;
    const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(shown) ? `.${shown}` : `[${JSON.stringify(shown)}]`;
  });
  return `${open.length > MAX_STEPS ? "$…" : "$"}${steps.join("")}`;
}
