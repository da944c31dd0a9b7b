import { RE2JS } from "re2js";

/** A pattern in RE2's engine: linear in the text, whatever the pattern. */
export interface Pattern {
  matches(text: string): boolean;
}

/** Patterns of one schema, each compiled once; a sentence for those that RE2 does not have. */
export class PatternCache {
  readonly #known: Map<string, Pattern | string>;

  constructor(known: Map<string, Pattern | string>) {
    this.#known = known;
  }

  get(pattern: string): Pattern | string {
    let found = this.#known.get(pattern);
    if (found === undefined) this.#known.set(pattern, (found = compile(pattern)));
    return found;
  }
}

const MAX_LENGTH = 5000;

function compile(pattern: string): Pattern | string {
  const shown = pattern.length > 60 ? `${pattern.slice(0, 60)}…` : pattern;
  if (pattern.length > MAX_LENGTH) return `the pattern ${shown} is too long to be checked`;
  try {
    const compiled = RE2JS.compile(translated(pattern));
    return { matches: (text) => compiled.matcher(text).find() };
  } catch {
    // RE2 has neither lookaround nor back references, whose time has no bound
    return `the pattern ${shown} was not checked: it looks ahead or back, or is not a regular expression`;
  }
}

/** ECMAScript's escapes that RE2 writes otherwise. */
function translated(pattern: string): string {
  return pattern.replace(
    /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|c([A-Za-z])|([/\-"'#%&,:;<=>@_`~ !])|([\s\S]))/g,
    (whole, ...groups) => {
      const [braced, plain, control, punctuation] = groups as (string | undefined)[];
      const code = braced ?? plain;
      if (code !== undefined) return `\\x{${code}}`;
      if (control !== undefined) return `\\x{${(control.charCodeAt(0) % 32).toString(16)}}`;
      if (punctuation !== undefined) return `\\x{${punctuation.charCodeAt(0).toString(16)}}`;
      return whole;
    },
  );
}
