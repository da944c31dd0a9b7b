/** Enough of CEL's lexer for colours and completion. Never throws: what is not whole yet (an open string) is a token all the same. */
export interface CelToken {
  kind: "name" | "field" | "string" | "number" | "word" | "operator" | "space";
  text: string;
  /** index of its first character */
  at: number;
}

const words: ReadonlySet<string> = new Set(["true", "false", "null", "in"]);

const pattern =
  /(?<string>[rRbB]{0,2}(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?))|(?<number>(?:0[xX][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)[uU]?)|(?<name>[A-Za-z_]\w*)|(?<space>\s+)|(?<operator>[^\w\s"']+?(?=[\w\s"'.()[\]]|$)|[\s\S])/y;

/** The tokens of an expression, without gaps: their texts are the expression. */
export function celTokens(expression: string): CelToken[] {
  const tokens: CelToken[] = [];
  pattern.lastIndex = 0;
  let former = "";
  while (pattern.lastIndex < expression.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(expression)?.groups;
    if (!groups) break;
    const text = expression.slice(at, pattern.lastIndex);
    const kind = groups["string"]
      ? "string"
      : groups["number"]
        ? "number"
        : groups["space"]
          ? "space"
          : groups["name"]
            ? former === "."
              ? "field"
              : words.has(text)
                ? "word"
                : "name"
            : "operator";
    tokens.push({ kind, text, at });
    if (kind !== "space") former = text;
  }
  return tokens;
}
