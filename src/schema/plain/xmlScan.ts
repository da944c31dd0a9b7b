import { shortened } from "../problemWords.ts";
import { TextProblem } from "./textProblem.ts";

/**
 * XML (1.0, fifth edition) checked to be well-formed, over its own characters: no tree, no value, no entity is ever made of them, and nothing is
 * fetched. Iterative: nesting costs a few bytes per level.
 *
 * Not checked: the declarations within a DOCTYPE, and whether prefixes of namespaces are declared.
 */
export interface XmlScan {
  /** what each token is, in the order of the text */
  kinds: Uint8Array;
  /** where each token begins; one more for the end */
  starts: Uint32Array;
  count: number;
}

/** also white space outside the root element */
export const TEXT = 0;
const DECLARATION = 1;
const DOCTYPE = 2;
const COMMENT = 3;
const INSTRUCTION = 4;
const CDATA = 5;
const EMPTY = 6;
export const CLOSE = 7;
/** a start tag of an element that has text of its own, no content, or xml:space="preserve": its content stays as it is */
export const OPEN = 8;
/** a start tag of an element with nothing but markup and white space in it */
export const OPEN_ELEMENTS = 9;

const MAX_DEPTH = 100_000;

/** Well-formed up to where text was cut: thrown within the scanner only. */
class CutHere extends Error {}

/**
 * Scans a document. Throws a TextProblem, with line and column (from 1) in its sentence, where it is not well-formed.
 *
 * @param partial the text was cut at its end: it is fine as long as nothing in it is wrong
 */
export function scanXml(text: string, partial = false): XmlScan {
  const scanner = new Scanner(text, partial);
  try {
    scanner.document();
  } catch (error) {
    if (!(error instanceof CutHere)) throw error;
  }
  return scanner.result();
}

const NAME_START =
  ":A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}";
const NAME = new RegExp(`[${NAME_START}][${NAME_START}\\-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040]*`, "uy");
const SPACE = /[ \t\r\n]*/y;
const IN_DOUBLE = /[^<&"]*/y;
const IN_SINGLE = /[^<&']*/y;
const CONTENT = /[^<&]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;
const REFERENCE = /&(?:#([0-9]{1,7})|#x([0-9a-fA-F]{1,6})|([^;<&\s]{1,200}));/y;
const PREDEFINED = new Set(["amp", "lt", "gt", "quot", "apos"]);
const XML_DECLARATION =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.[0-9]+"|'1\.[0-9]+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/y;

interface Open {
  name: string;
  token: number;
  hasText: boolean;
  hasMarkup: boolean;
  preserve: boolean;
}

class Scanner {
  readonly #text: string;
  readonly #partial: boolean;
  #at = 0;
  #kinds = new Uint8Array(256);
  #starts = new Uint32Array(257);
  #count = 0;
  #open: Open[] = [];
  #hasDoctype = false;

  constructor(text: string, partial: boolean) {
    this.#text = text;
    this.#partial = partial;
  }

  result(): XmlScan {
    this.#starts[this.#count] = this.#text.length;
    return { kinds: this.#kinds, starts: this.#starts, count: this.#count };
  }

  document(): void {
    const text = this.#text;
    const wrong = text.search(FORBIDDEN);
    if (wrong >= 0 && !(this.#partial && wrong === text.length - 1)) {
      throw this.#error(wrong, `U+${text.charCodeAt(wrong).toString(16).padStart(4, "0")} is not allowed in XML`);
    }
    if (/^<\?xml[ \t\r\n]/.test(text)) {
      const from = this.#at;
      this.#need(XML_DECLARATION, "the XML declaration is not written as it should be");
      this.#token(DECLARATION, from);
    }
    let roots = 0;
    for (;;) {
      const from = this.#at;
      if (this.#space()) this.#token(TEXT, from);
      if (this.#at === text.length) break;
      if (text[this.#at] !== "<") throw this.#error(this.#at, "only markup may stand outside the root element");
      if (this.#comment() || this.#instruction()) continue;
      if (this.#startsWith("<!DOCTYPE")) {
        if (roots > 0 || this.#hasDoctype)
          throw this.#error(this.#at, "DOCTYPE may stand once, before the root element");
        this.#doctype();
      } else {
        if (roots++ > 0) throw this.#error(this.#at, "a second root element");
        if (/[!/]/.test(text[this.#at + 1] ?? "")) throw this.#missing(this.#at, "the root element");
        this.#element();
      }
    }
    if (roots === 0) throw this.#ended("the root element");
  }

  /** the root element with all that is in it */
  #element(): void {
    do {
      const from = this.#at;
      if (this.#text[from] !== "<") this.#content();
      else if (this.#comment() || this.#instruction()) this.#top().hasMarkup = true;
      else if (this.#startsWith("<![CDATA[")) {
        this.#through("]]>", "]]> ends CDATA");
        this.#token(CDATA, from);
        this.#top().hasText = true;
      } else if (this.#text[from + 1] === "/") this.#endTag();
      else this.#startTag();
    } while (this.#open.length > 0);
  }

  #top(): Open {
    // comments before the root element are not in an element
    return this.#open.at(-1) ?? { name: "", token: 0, hasText: false, hasMarkup: false, preserve: false };
  }

  #content(): void {
    const text = this.#text;
    const from = this.#at;
    const top = this.#top();
    for (;;) {
      const start = this.#at;
      CONTENT.lastIndex = start;
      this.#at += CONTENT.exec(text)![0].length;
      const piece = text.slice(start, this.#at);
      const end = piece.indexOf("]]>");
      if (end >= 0) throw this.#error(start + end, "]]> may not stand in text");
      top.hasText ||= /[^ \t\r\n]/.test(piece);
      if (text[this.#at] !== "&") break;
      this.#reference();
      top.hasText = true;
    }
    if (this.#at === text.length) throw this.#ended(`</${top.name}>`);
    this.#token(TEXT, from);
  }

  #startTag(): void {
    const text = this.#text;
    const from = this.#at++;
    const name = this.#name("the name of an element");
    const names = new Set<string>();
    let preserve = this.#open.length > 0 && this.#top().preserve;
    let isEmpty = false;
    for (;;) {
      const spaced = this.#space();
      const c = text[this.#at];
      if (c === ">") break;
      if (c === "/") {
        if (text[this.#at + 1] !== ">") throw this.#missing(this.#at + 1, ">");
        isEmpty = true;
        this.#at++;
        break;
      }
      const at = this.#at;
      const attribute = this.#name("an attribute or >");
      if (!spaced) throw this.#error(at, "white space is missing before an attribute");
      if (names.has(attribute)) throw this.#error(at, `the attribute ${shortened(attribute)} is given twice`);
      names.add(attribute);
      this.#space();
      if (text[this.#at] !== "=") throw this.#missing(this.#at, "=");
      this.#at++;
      this.#space();
      const valueAt = this.#at + 1;
      this.#attributeValue();
      if (attribute === "xml:space") preserve = text.startsWith("preserve", valueAt);
    }
    this.#at++;
    this.#top().hasMarkup = true;
    if (isEmpty) this.#token(EMPTY, from);
    else {
      if (this.#open.length >= MAX_DEPTH)
        throw this.#error(from, `elements are nested deeper than ${MAX_DEPTH} levels`);
      this.#open.push({ name, token: this.#count, hasText: false, hasMarkup: false, preserve });
      this.#token(OPEN, from);
    }
  }

  #attributeValue(): void {
    const text = this.#text;
    const quote = text[this.#at];
    if (quote !== '"' && quote !== "'") throw this.#missing(this.#at, "a value in quotes");
    const inside = quote === '"' ? IN_DOUBLE : IN_SINGLE;
    this.#at++;
    for (;;) {
      inside.lastIndex = this.#at;
      this.#at += inside.exec(text)![0].length;
      const c = text[this.#at];
      if (c === undefined) throw this.#ended(quote);
      if (c === "<") throw this.#error(this.#at, "< may not stand in the value of an attribute");
      if (c === quote) break;
      this.#reference();
    }
    this.#at++;
  }

  #endTag(): void {
    const from = this.#at;
    const { name, token, hasText, hasMarkup, preserve } = this.#top();
    this.#at += 2;
    const given = this.#name("the name of an element");
    if (given !== name) throw this.#error(from, `</${shortened(given)}> where </${shortened(name)}> is expected`);
    this.#space();
    if (this.#text[this.#at] !== ">") throw this.#missing(this.#at, ">");
    this.#at++;
    if (hasMarkup && !hasText && !preserve) this.#kinds[token] = OPEN_ELEMENTS;
    this.#open.pop();
    this.#token(CLOSE, from);
  }

  #reference(): void {
    const at = this.#at;
    REFERENCE.lastIndex = at;
    const found = REFERENCE.exec(this.#text);
    if (!found) {
      if (this.#partial && this.#text.length - at < 210 && !this.#text.includes(";", at)) throw new CutHere();
      throw this.#error(at, "& begins a reference like &amp; here, which does not end in ;");
    }
    const [whole, decimal, hex, name] = found;
    if (name === undefined) {
      const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
      if (code > 0x10ffff || code === 0 || FORBIDDEN.test(String.fromCodePoint(code)))
        throw this.#error(at, `${whole} is no character of XML`);
    } else if (!PREDEFINED.has(name)) {
      NAME.lastIndex = 0;
      if (NAME.exec(name)?.[0] !== name) throw this.#error(at, `${shortened(whole)} is no reference`);
      // one that a DOCTYPE may declare is kept as it is
      if (!this.#hasDoctype) throw this.#error(at, `the entity ${shortened(whole)} is not declared`);
    }
    this.#at += whole.length;
  }

  #comment(): boolean {
    if (!this.#startsWith("<!--")) return false;
    const from = this.#at;
    this.#at += 4;
    this.#through("--", "--> ends a comment");
    if (this.#at === this.#text.length) throw this.#ended("-->");
    if (this.#text[this.#at] !== ">") throw this.#error(this.#at - 2, "-- may not stand in a comment");
    this.#at++;
    this.#token(COMMENT, from);
    return true;
  }

  #instruction(): boolean {
    if (!this.#startsWith("<?")) return false;
    const from = this.#at;
    this.#at += 2;
    const name = this.#name("the name of a processing instruction");
    if (name.toLowerCase() === "xml") throw this.#error(from, "the XML declaration may only be the very first");
    if (!this.#space() && !this.#text.startsWith("?>", this.#at)) throw this.#missing(this.#at, "white space");
    this.#through("?>", "?> ends a processing instruction");
    this.#token(INSTRUCTION, from);
    return true;
  }

  /** to its end, over literals, comments and what stands in brackets */
  #doctype(): void {
    const text = this.#text;
    const from = this.#at;
    this.#at += 9;
    if (!this.#space()) throw this.#missing(this.#at, "white space");
    this.#name("the name of the root element");
    let inside = false;
    let declarations = 0;
    const notable = /["'[\]<>]/g;
    for (;;) {
      notable.lastIndex = this.#at;
      const found = notable.exec(text);
      if (!found) throw this.#ended("the end of the DOCTYPE");
      const at = (this.#at = found.index);
      const c = found[0];
      if (c === '"' || c === "'") {
        this.#at++;
        this.#through(c, `${c} ends a literal`);
        continue;
      }
      if (text.startsWith("<!--", at)) {
        this.#at += 4;
        this.#through("-->", "--> ends a comment");
        continue;
      }
      if (text.startsWith("<?", at)) {
        this.#through("?>", "?> ends a processing instruction");
        continue;
      }
      this.#at++;
      if (c === "[" && declarations === 0) inside = true;
      else if (c === "]" && declarations === 0) inside = false;
      else if (c === "<") {
        if (!inside) throw this.#error(at, "< may not stand here in a DOCTYPE");
        declarations++;
      } else if (c === ">") {
        if (!inside) break;
        if (--declarations < 0) throw this.#error(at, "> may not stand here in a DOCTYPE");
      }
    }
    this.#hasDoctype = true;
    this.#token(DOCTYPE, from);
  }

  /** over white space; whether there was any */
  #space(): boolean {
    SPACE.lastIndex = this.#at;
    const size = SPACE.exec(this.#text)![0].length;
    this.#at += size;
    return size > 0;
  }

  #name(what: string): string {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined) throw this.#missing(this.#at, what);
    this.#at += name.length;
    // a name may go on beyond the cut
    if (this.#partial && this.#at === this.#text.length) throw new CutHere();
    return name;
  }

  /** over the next `end`, which has to be there */
  #through(end: string, message: string): void {
    const found = this.#text.indexOf(end, this.#at);
    if (found < 0) throw this.#ended(`${end} (${message})`);
    this.#at = found + end.length;
  }

  #need(pattern: RegExp, message: string): void {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) {
      if (this.#partial && !this.#text.includes("?>")) throw new CutHere();
      throw this.#error(this.#at, message);
    }
    this.#at += found[0].length;
  }

  /** whether `mark` stands here; a text that was cut within it is at its end */
  #startsWith(mark: string): boolean {
    if (this.#text.startsWith(mark, this.#at)) return true;
    if (this.#partial && mark.startsWith(this.#text.slice(this.#at))) throw new CutHere();
    return false;
  }

  #missing(at: number, what: string): Error {
    return at >= this.#text.length ? this.#ended(what) : this.#error(at, `${what} is expected here`);
  }

  #ended(what: string): Error {
    if (this.#partial) return new CutHere();
    return this.#error(this.#text.length, `the text ends where ${shortened(what)} is expected`);
  }

  #error(at: number, message: string): Error {
    let line = 1;
    let lineAt = 0;
    for (let next: number; (next = this.#text.indexOf("\n", lineAt)) >= 0 && next < at; lineAt = next + 1) line++;
    return new TextProblem(`not well-formed at line ${line}, column ${at - lineAt + 1}: ${message}`, at);
  }

  #token(kind: number, from: number): void {
    if (this.#count === this.#kinds.length) {
      const kinds = new Uint8Array(2 * this.#count);
      kinds.set(this.#kinds);
      this.#kinds = kinds;
      const starts = new Uint32Array(2 * this.#count + 1);
      starts.set(this.#starts);
      this.#starts = starts;
    }
    this.#kinds[this.#count] = kind;
    this.#starts[this.#count++] = from;
  }
}
