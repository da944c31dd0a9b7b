/** A phrase as a sentence of its own: a capital at its beginning, a full stop at its end. */
export function asSentence(phrase: string): string {
  const text = phrase.trim();
  if (text === "") return "";
  // an address or a code is what it is: "http://…"
  const capital = /^[a-z]+(?![\w:/.-])/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}
