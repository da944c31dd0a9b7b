import { type Piece, pieceOf } from "../jsonText.ts";
import type { Read } from "./decode.ts";
import { type AvroInput, AvroProblem } from "./input.ts";
import type { AvroRecord } from "./schema.ts";
import { skipFields, skipValue } from "./skip.ts";

/** Where a reader's field comes from: the writer's field number `from`, or the text of its default. */
export type FieldSource = { name: string } & ({ from: number; read: Read } | { text: string });

/** A writer's record as the reader's: its fields in the reader's order, what is not asked for skipped. */
export function readResolvedRecord(writer: AvroRecord, sources: FieldSource[]): Read {
  let last = -1;
  let inOrder = true;
  for (const source of sources) {
    if ("text" in source) continue;
    if (source.from <= last) inOrder = false;
    last = source.from;
  }
  const read = inOrder ? straight(writer, sources) : reordered(writer, sources);
  return (input) => {
    input.enter();
    const since = input.pos;
    read(input);
    input.depth--;
    input.took(since);
  };
}

const NOTHING = pieceOf("");
const CLOSE = 0x7d;

const prefix = (i: number, name: string): string => `${i === 0 ? "{" : ","}${JSON.stringify(name)}:`;

/** The usual case: text goes out while bytes come in. */
function straight(writer: AvroRecord, sources: FieldSource[]): Read {
  // for each of the writer's fields: the text before it (defaults, its name), and how it is read; null: skipped
  const steps: { before: Piece; read: Read | null }[] = [];
  let before = "";
  let next = 0;
  const defaults = (): void => {
    for (let source = sources[next]; source && "text" in source; source = sources[++next])
      before += prefix(next, source.name) + source.text;
  };
  for (const index of writer.fields.keys()) {
    defaults();
    const source = sources[next];
    if (source && "from" in source && source.from === index) {
      steps.push({ before: pieceOf(before + prefix(next++, source.name)), read: source.read });
      before = "";
    } else steps.push({ before: NOTHING, read: null });
  }
  defaults();
  const after = pieceOf(`${before}${sources.length === 0 ? "{}" : "}"}`);
  return (input) => {
    let i = 0;
    try {
      for (; i < steps.length; i++) {
        if (input.out.length > input.max) {
          if (!input.whole) return;
          break;
        }
        const step = steps[i]!;
        input.out.piece(step.before);
        if (step.read) step.read(input);
        else skipValue(input, writer.fields[i]!.type);
      }
    } catch (error) {
      throw placed(error, writer, i);
    }
    if (i < steps.length) skipFields(input, writer.fields, i);
    input.out.piece(after);
  };
}

/** Each field's text is held back until all are there. Fields are read to their ends, however long their text is. */
function reordered(writer: AvroRecord, sources: FieldSource[]): Read {
  const targets: { place: number; read: Read }[][] = writer.fields.map(() => []);
  for (const [place, source] of sources.entries())
    if ("from" in source) targets[source.from]!.push({ place, read: source.read });
  const names = sources.map((source, i) => pieceOf(prefix(i, source.name)));
  const template = sources.map((source) => ("text" in source ? source.text : ""));
  return (input: AvroInput) => {
    const { out, whole } = input;
    const mark = out.mark();
    const texts = [...template];
    input.whole = true;
    let i = 0;
    try {
      for (; i < targets.length; i++) {
        const wanted = targets[i]!;
        const start = input.pos;
        for (const { place, read } of wanted) {
          // by an alias, two fields may take their value from one
          input.pos = start;
          read(input);
          texts[place] = input.hold(input.out.take(mark));
        }
        if (wanted.length === 0) skipValue(input, writer.fields[i]!.type);
      }
    } catch (error) {
      throw placed(error, writer, i);
    }
    input.whole = whole;
    for (const [place, text] of texts.entries()) {
      out.piece(names[place]!);
      out.put(text);
    }
    out.char(CLOSE);
  };
}

function placed(error: unknown, writer: AvroRecord, index: number): unknown {
  if (!(error instanceof AvroProblem)) return error;
  error.read = { done: index, of: writer.fields.length };
  return error.step(`.${writer.fields[index]!.name}`);
}
