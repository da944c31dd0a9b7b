import { type AvroInput, AvroProblem } from "./input.ts";
import type { AvroField, AvroType } from "./schema.ts";

/** Passes over one value: what a reader does not ask for, or what is beyond the text that is wanted. Bounded as reading is. */
export function skipValue(input: AvroInput, type: AvroType): void {
  switch (type.kind) {
    case "null":
      return;
    case "boolean":
      input.take(1);
      return;
    case "int":
    case "enum":
      input.int();
      return;
    case "long":
      input.long();
      return;
    case "float":
      input.take(4);
      return;
    case "double":
      input.take(8);
      return;
    case "string":
      input.take(input.length("a string"));
      return;
    case "bytes":
      input.take(input.length("bytes"));
      return;
    case "fixed":
      input.take(type.size);
      return;
    case "array":
      skipBlocks(input, type.items, false);
      return;
    case "map":
      skipBlocks(input, type.values, true);
      return;
    case "union": {
      const index = input.int();
      const branch = type.branches[index];
      if (!branch) throw new AvroProblem(`a union has no branch number ${index}`);
      skipValue(input, branch);
      return;
    }
    case "record": {
      input.enter();
      const since = input.pos;
      skipFields(input, type.fields, 0);
      input.depth--;
      input.took(since);
      return;
    }
  }
}

/** The rest of a record's fields, from `first` on. */
export function skipFields(input: AvroInput, fields: AvroField[], first: number): void {
  for (let i = first; i < fields.length; i++) {
    const field = fields[i]!;
    try {
      skipValue(input, field.type);
    } catch (error) {
      if (!(error instanceof AvroProblem)) throw error;
      error.read = { done: i, of: fields.length };
      throw error.step(`.${field.name}`);
    }
  }
}

function skipBlocks(input: AvroInput, type: AvroType, isMap: boolean): void {
  input.enter();
  let index = 0;
  for (;;) {
    const count = input.long();
    if (count === 0) break;
    if (count < 0) {
      // the block says its size
      const size = input.long();
      if (size < 0) throw new AvroProblem(`a block of ${size} bytes`);
      input.take(Number(size));
      continue;
    }
    for (let i = 0; i < count; i++) {
      skipItem(input, type, isMap, index);
      index++;
    }
  }
  input.depth--;
}

/** One item of an array or entry of a map. */
export function skipItem(input: AvroInput, type: AvroType, isMap: boolean, index: number): void {
  const since = input.pos;
  try {
    if (isMap) input.take(input.length("a map's key"));
    skipValue(input, type);
  } catch (error) {
    throw error instanceof AvroProblem ? error.step(`[${index}]`) : error;
  }
  input.took(since);
}
