import assert from "node:assert/strict";
import { test } from "node:test";
import { beginsLikeXml, decodeXml, encodeXml, layOutXml, xmlText } from "../../../../src/schema/plain/xml.ts";
import { scanXml } from "../../../../src/schema/plain/xmlScan.ts";
import { processorTime, seeded } from "../support.ts";
import { fromHex, pick, type Random, refusal, textOf, upTo } from "./support.ts";

const WHOLE = Number.POSITIVE_INFINITY;

const layOut = (text: string, most = WHOLE): string => layOutXml(text, scanXml(text), most).text;

/** a document as one line per line, which is easier to compare */
const lines = (text: string): string[] => layOut(text).split("\n");

test("children of elements that hold only markup stand on lines of their own", () => {
  assert.deepEqual(
    lines(
      '<?xml version="1.0"?><o xmlns:n="u:n" n:id="1"  b=\'2\'><n:line> <sku>x</sku>\n\n<qty>3</qty></n:line><e/><!-- c --><?p i?></o>\n',
    ),
    [
      '<?xml version="1.0"?>',
      `<o xmlns:n="u:n" n:id="1"  b='2'>`,
      "  <n:line>",
      "    <sku>x</sku>",
      "    <qty>3</qty>",
      "  </n:line>",
      "  <e/>",
      "  <!-- c -->",
      "  <?p i?>",
      "</o>",
    ],
  );
});

test("what holds text, or asks for it, stays as it is to the character", () => {
  const kept = [
    "<p>some <b>bold</b>\n <i> text</i> </p>",
    '<s xml:space="preserve"> <t/>\n</s>',
    "<e>  </e>",
    "<c> <![CDATA[ <x> & ]]> </c>",
    "<r>&#32;<t/> </r>",
    "<m>\n<!-- c -->text</m>",
    "<d\n a='1'\n></d>",
  ];
  for (const each of kept) {
    assert.deepEqual(lines(`<a>${each}<z/></a>`).join("\n"), `<a>\n  ${each}\n  <z/>\n</a>`);
    assert.equal(layOut(each), each);
  }
});

test("a DOCTYPE stays as it is, and no entity is expanded", () => {
  const doctype = `<!DOCTYPE a SYSTEM "file:///etc/passwd" [<!ENTITY x "]>"> <!-- ]> ' --> <!ENTITY y SYSTEM 'http://h/'><?p ]> ?>]>`;
  assert.deepEqual(lines(`${doctype}<a b="&x;"><c>&y;</c></a>`), [doctype, '<a b="&x;">', "  <c>&y;</c>", "</a>"]);
  const laughs = Array.from({ length: 20 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join("");
  const bomb = `<!DOCTYPE a [<!ENTITY l0 "ha">${laughs}]><a>&l20;</a>`;
  assert.equal(textOf(decodeXml, Buffer.from(bomb)), bomb);
});

test("documents are read in the encoding that their mark or declaration says", () => {
  const text = (encoding: string, body: string) => `<?xml version="1.0" encoding="${encoding}"?><a>${body}</a>`;
  const utf16 = (t: string, big: boolean) => {
    const bytes = Buffer.from(t, "utf16le");
    return big ? bytes.swap16() : bytes;
  };
  for (const [bytes, expected] of [
    [Buffer.from("\ufeff<a>é</a>"), "<a>é</a>"],
    [Buffer.from(text("utf-8", "é")), text("utf-8", "é")],
    [Buffer.from(text("ISO-8859-1", "é\u0080"), "latin1"), text("ISO-8859-1", "é\u0080")],
    [
      Buffer.concat([Buffer.from(text("windows-1252", "").slice(0, -4)), fromHex("80"), Buffer.from("</a>")]),
      text("windows-1252", "€"),
    ],
    [
      Buffer.concat([Buffer.from(text("Shift_JIS", "").slice(0, -4)), fromHex("93fa"), Buffer.from("</a>")]),
      text("Shift_JIS", "日"),
    ],
    [Buffer.concat([fromHex("fffe"), utf16("<a>日😀</a>", false)]), "<a>日😀</a>"],
    [Buffer.concat([fromHex("feff"), utf16(text("UTF-16", "日"), true)]), text("UTF-16", "日")],
    [utf16(text("UTF-16", "日"), true), text("UTF-16", "日")],
    [utf16(text("UTF-16LE", "日"), false), text("UTF-16LE", "日")],
  ] as const) {
    assert.equal(textOf(decodeXml, bytes), expected);
    assert.ok(beginsLikeXml(bytes, 0));
    if (expected.includes("Shift_JIS")) assert.throws(() => encodeXml(expected), /cannot be written here/);
    else assert.equal(textOf(decodeXml, encodeXml(expected)), expected);
  }
  for (const [bytes, message] of [
    [Buffer.from(text("US-ASCII", "é")), /declared as US-ASCII, which the byte at byte 44 is not/],
    [Buffer.from(text("UTF-16", "x")), /declared as UTF-16, which it is not/],
    [Buffer.from(text("klingon", "x")), /declared as KLINGON, an encoding that is unknown here/],
    [Buffer.from("<a>é</a>", "latin1"), /not well-formed UTF-8/],
    [Buffer.concat([fromHex("fffe"), utf16("<a>\ud800</a>", false)]), /not well-formed UTF-16LE/],
  ] as const) {
    assert.match(refusal(decodeXml, bytes), message);
  }
});

test("a document is written in the encoding that it declares", () => {
  const declared = (encoding: string) => `<?xml version='1.0' encoding='${encoding}'?><a>é€</a>`;
  assert.equal(encodeXml("<a>é</a>").toString("hex"), "3c613ec3a93c2f613e");
  assert.equal(encodeXml(declared("windows-1252")).toString("hex").slice(-12), "e9803c2f613e");
  assert.equal(encodeXml(declared("UTF-16")).toString("hex").slice(0, 8), "feff003c");
  assert.equal(encodeXml(declared("UTF-16LE")).toString("hex").slice(0, 4), "3c00");
  assert.throws(() => encodeXml(declared("ISO-8859-1")), /"€" at position 47 is not in ISO-8859-1/);
  assert.throws(() => encodeXml(declared("ISO-8859-2")), /"€" at position 47 is not in ISO-8859-2/);
  assert.throws(() => encodeXml("<a>"), /not well-formed/);
});

test("what is not well-formed is one sentence with line and column", () => {
  for (const [text, message] of [
    ["<a><b></a>", "line 1, column 7: </a> where </b> is expected"],
    ["<a>\n<b></c></a>", "line 2, column 4: </c> where </b> is expected"],
    ["<a x='1' x='2'/>", "line 1, column 10: the attribute x is given twice"],
    ["<a x='1'y='2'/>", "line 1, column 9: white space is missing before an attribute"],
    ["<a x=1/>", "line 1, column 6: a value in quotes is expected here"],
    ["<a x/>", "line 1, column 5: = is expected here"],
    ["<a x='<'/>", "line 1, column 7: < may not stand in the value of an attribute"],
    ["<a>&foo;</a>", "line 1, column 4: the entity &foo; is not declared"],
    ["<a>& b</a>", "line 1, column 4: & begins a reference like &amp; here, which does not end in ;"],
    ["<a>&#0;</a>", "line 1, column 4: &#0; is no character of XML"],
    ["<a>&#xd800;</a>", "line 1, column 4: &#xd800; is no character of XML"],
    ["<a>]]></a>", "line 1, column 4: ]]> may not stand in text"],
    ["<a/><b/>", "line 1, column 5: a second root element"],
    ["<a/>text", "line 1, column 5: only markup may stand outside the root element"],
    ["<a", "line 1, column 3: the text ends where an attribute or > is expected"],
    ["<a>", "line 1, column 4: the text ends where </a> is expected"],
    ["<a>\u0001</a>", "line 1, column 4: U+0001 is not allowed in XML"],
    ["<a><!-- a -- b --></a>", "line 1, column 11: -- may not stand in a comment"],
    ["<a><?xml version='1.0'?></a>", "line 1, column 4: the XML declaration may only be the very first"],
    ["<?xml encoding='x'?><a/>", "line 1, column 1: the XML declaration is not written as it should be"],
    ["<1/>", "line 1, column 2: the name of an element is expected here"],
    ["<a/><!DOCTYPE a>", "line 1, column 5: DOCTYPE may stand once, before the root element"],
    ["<!-- only -->", "line 1, column 14: the text ends where the root element is expected"],
    ["<a><![CDATA[x</a>", "line 1, column 18: the text ends where ]]> (]]> ends CDATA) is expected"],
  ] as const) {
    assert.equal(refusal(decodeXml, Buffer.from(text)), `not well-formed at ${message}`);
  }
});

const NAMES = ["a", "b", "n:c", "é", "_x.1-2"];

function randomElement(random: Random, depth = 0): string {
  const name = pick(random, NAMES);
  const attributes = random() < 0.4 ? ` q='${pick(random, ["", "1", "&lt;", '"', " ", "&#x41;"])}' xml:lang="en"` : "";
  const keep = random() < 0.05 ? ' xml:space="preserve"' : "";
  if (random() < 0.2) return `<${name}${attributes}${keep} />`;
  const parts = Array.from({ length: upTo(random, depth > 5 ? 2 : 5) }, () => {
    switch (upTo(random, 9)) {
      case 0:
        return pick(random, ["text", " ", "\n  ", "&amp;", "é😀"]);
      case 1:
        return "<!-- - x -->";
      case 2:
        return random() < 0.3 ? "<![CDATA[<&]]>" : " ";
      case 3:
        return "<?pi some?>";
      default:
        return randomElement(random, depth + 1);
    }
  });
  return `<${name}${attributes}${keep}>${parts.join("")}</${name}\n>`;
}

test("laying out random documents changes nothing but white space between markup, and is stable", () => {
  const random = seeded(101);
  for (let i = 0; i < 300; i++) {
    const text = `${pick(random, ["", "<?xml version='1.0'?>\n", "<!-- c -->\n"])}${randomElement(random)}${pick(random, ["", "\n"])}`;
    const shown = layOut(text);
    assert.equal(shown.replace(/\s/g, ""), text.replace(/\s/g, ""));
    assert.equal(layOut(shown), shown);
    const cut = layOutXml(text, scanXml(text), 40);
    assert.ok(shown.startsWith(cut.text) && cut.text.length + cut.cut === shown.length);
  }
});

test("a document that is cut anywhere is fine as the beginning of one, and not as a whole", () => {
  const random = seeded(102);
  for (let i = 0; i < 30; i++) {
    const text = `<?xml version="1.0"?><!DOCTYPE r [<!-- x --><!ENTITY e "v">]><r>${randomElement(random)}&e;</r>`;
    for (let size = 0; size < text.length; size += 1 + upTo(random, 9)) {
      const part = text.slice(0, size);
      scanXml(part, true);
      assert.throws(() => scanXml(part), /^Error: not well-formed at line/);
    }
    assert.throws(() => scanXml(text.replace("</r>", "</x>"), true), /where <\/r> is expected/);
  }
});

test("damaged documents are refused or still well-formed, never anything else", () => {
  const random = seeded(103);
  let refused = 0;
  for (let i = 0; i < 1000; i++) {
    const text = [...randomElement(random)];
    text[upTo(random, text.length)] = pick(random, ["<", ">", "&", '"', "'", "/", "x", " ", "\u0000", ";", "]", "!"]);
    try {
      layOut(text.join(""));
    } catch (error) {
      assert.match((error as Error).message, /^not well-formed at line [0-9]+, column [0-9]+: /);
      refused++;
    }
  }
  assert.ok(refused > 250, `only ${refused} were refused`);
});

test("large and hostile documents take linear time", () => {
  const item = '<i k="v"><a>text &amp; more</a><b/></i>';
  const time = (text: string) => processorTime(() => layOut(text));
  const unit = Math.max(50, time(`<r>${item.repeat(8_000)}</r>`));
  const large = `<r>${item.repeat(32_000)}</r>`;
  assert.ok(time(large) < 30 * unit);
  const deep = "<a>".repeat(50_000) + "</a>".repeat(50_000);
  assert.ok(time(deep) < 30 * unit && layOut(deep).length < 8 * deep.length + 2_000_000);
  for (const text of [
    `<r${Array.from({ length: 20_000 }, (_, i) => ` a${i}=''`).join("")}/>`,
    `<r>${"&amp;".repeat(50_000)}</r>`,
    `<r/>${" ".repeat(1_000_000)}`,
    `<!DOCTYPE r [${"<!---->".repeat(30_000)}]><r/>`,
  ]) {
    assert.ok(time(text) < 30 * unit, text.slice(0, 20));
  }
  for (const text of [
    `<r ${"a".repeat(200_000)}`,
    `<!--${"-".repeat(200_000)}`,
    "<".repeat(200_000),
    "&".repeat(200_000),
  ]) {
    const took = processorTime(() => assert.throws(() => scanXml(text), /not well-formed/));
    assert.ok(took < 30 * unit, text.slice(0, 20));
  }
  assert.throws(() => scanXml("<a>".repeat(100_001)), /nested deeper than 100000 levels/);
});

test("a part of a document is read up to a whole character", () => {
  const bytes = Buffer.from(`<a>${"é".repeat(100)}</a>`);
  assert.equal(xmlText(bytes, 0, 10), "<a>ééé");
  const marked = Buffer.concat([fromHex("feff"), Buffer.from("<a>😀</a>", "utf16le").swap16()]);
  assert.equal(xmlText(marked, 0, 10), "<a>");
});
