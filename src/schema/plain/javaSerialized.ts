import { isUtf8 } from "node:buffer";
import { doubleText, floatText } from "../numberText.ts";
import type { Decoded } from "../schemaFormats.ts";
import { type BinaryInput, decodeWith } from "./binaryInput.ts";

/**
 * An outline of objects that Java has serialized (Object Serialization Stream Protocol, version 5), read from what the stream says of their
 * classes; nothing is made of them. For reading only: it cannot be encoded.
 *
 * An object is {"$class":"shop.Order","id":1,…} with the fields of all its classes, "$written" holding what a class has written besides (bytes
 * as "0x…", and objects); an enum {"$class":"shop.State","$name":"PAID"}; an array of bytes "0x…", another array its items; an object seen
 * before {"$again":"shop.Order"}. What only the class itself could read on leaves an outline of the class alone, with a problem.
 */
export function decodeJavaSerialized(bytes: Buffer, start: number, maxChars: number): Decoded {
  let reader: JavaReader | undefined;
  try {
    return decodeWith("Java", bytes, start, maxChars, (input) => {
      if (!isJavaSerialized(bytes, start))
        throw new Error(`bytes ${start} to ${start + 3} are not the header of Java's serialization`);
      input.pos = start + 4;
      reader = new JavaReader(input);
      reader.stream();
    });
  } catch (error) {
    const name = reader?.firstClass;
    if (name === undefined || name === null) throw error;
    const problem = `only the class is shown: ${(error as Error).message}`;
    return { text: `{"$class":${JSON.stringify(name)}}`, cut: false, problems: [problem] };
  }
}

/** Whether the bytes begin with the magic number and version 5 of Java's serialization. */
export const isJavaSerialized = (bytes: Buffer, start: number): boolean =>
  bytes.length > start + 4 && bytes.readUInt32BE(start) === 0xaced0005;

const TC = {
  NULL: 0x70,
  REFERENCE: 0x71,
  CLASSDESC: 0x72,
  OBJECT: 0x73,
  STRING: 0x74,
  ARRAY: 0x75,
  CLASS: 0x76,
  BLOCKDATA: 0x77,
  ENDBLOCKDATA: 0x78,
  RESET: 0x79,
  BLOCKDATALONG: 0x7a,
  LONGSTRING: 0x7c,
  PROXYCLASSDESC: 0x7d,
  ENUM: 0x7e,
};

const [WRITE_METHOD, SERIALIZABLE, EXTERNALIZABLE, BLOCK_DATA] = [1, 2, 4, 8];
const FIRST_HANDLE = 0x7e0000;
/** classes between an object's and Object: a hostile class may be its own ancestor */
const MAX_ANCESTORS = 100;

interface JavaClass {
  name: string;
  flags: number;
  fields: { type: string; name: string }[];
  parent: JavaClass | null;
}

/** what a reference may mean */
type Handle = { string: string } | { class: JavaClass } | { object: string };

class JavaReader {
  /** the first class whose name was read: the outermost object's */
  firstClass: string | null = null;
  readonly #input: BinaryInput;
  #handles: Handle[] = [];

  constructor(input: BinaryInput) {
    this.#input = input;
  }

  /** all that was written to the stream: mostly one object; several become an array */
  stream(): void {
    const input = this.#input;
    let count = 0;
    while (input.left > 0 && !input.full) {
      if (count > 0) input.put(",");
      if (!this.#content(input.byte("an object"))) continue;
      count++;
    }
    if (count === 0 && !input.full) throw new Error("the header of Java's serialization is followed by nothing");
    if (count > 1) input.enclose();
  }

  /** one object, or data between objects; false for what is not part of the value */
  #content(token: number): boolean {
    const input = this.#input;
    switch (token) {
      case TC.BLOCKDATA:
      case TC.BLOCKDATALONG: {
        const size =
          token === TC.BLOCKDATA ? input.byte("a length") : input.bytes.readUInt32BE(input.take(4, "a length"));
        this.#hex(input.take(size, "data"), input.pos);
        return true;
      }
      case TC.RESET:
        this.#handles = [];
        return false;
      default:
        this.#object(token);
        return true;
    }
  }

  #hex(from: number, to: number): void {
    const input = this.#input;
    input.put(`"0x${input.bytes.toString("hex", from, Math.min(to, from + input.max + 1))}"`);
  }

  #object(token: number): void {
    const input = this.#input;
    input.enter();
    switch (token) {
      case TC.NULL:
        input.put("null");
        break;
      case TC.REFERENCE: {
        const handle = this.#reference();
        if ("string" in handle) input.put(JSON.stringify(handle.string));
        else if ("class" in handle) this.#put({ $class: "java.lang.Class", name: handle.class.name });
        else this.#put({ $again: handle.object });
        break;
      }
      case TC.STRING:
      case TC.LONGSTRING:
        input.put(JSON.stringify(this.#newString(token)));
        break;
      case TC.CLASS: {
        const described = this.#class();
        const name = described?.name ?? null;
        this.#handles.push({ object: "java.lang.Class" });
        this.#put({ $class: "java.lang.Class", name });
        break;
      }
      case TC.CLASSDESC:
      case TC.PROXYCLASSDESC:
        this.#put({ $class: "java.io.ObjectStreamClass", name: this.#newClass(token).name });
        break;
      case TC.ENUM: {
        const described = this.#known();
        this.#handles.push({ object: described.name });
        this.#put({ $class: described.name, $name: this.#string() });
        break;
      }
      case TC.ARRAY:
        this.#array();
        break;
      case TC.OBJECT:
        this.#instance();
        break;
      default:
        throw this.#unknown(token, "object");
    }
    input.leave();
  }

  #put(value: object): void {
    this.#input.put(JSON.stringify(value));
  }

  #unknown(token: number, what: string): Error {
    const byte = token.toString(16).padStart(2, "0");
    return new Error(`the byte 0x${byte} at byte ${this.#input.pos - 1} begins no ${what} in Java's serialization`);
  }

  #reference(): Handle {
    const input = this.#input;
    const number = input.bytes.readUInt32BE(input.take(4, "a reference"));
    const handle = this.#handles[number - FIRST_HANDLE];
    if (!handle) throw new Error(`the reference before byte ${input.pos} is to nothing that was seen before`);
    return handle;
  }

  #utf(size: number): string {
    const { bytes } = this.#input;
    const from = this.#input.take(size, "a string");
    const part = bytes.subarray(from, from + size);
    return isUtf8(part) ? part.toString("utf8") : modifiedUtf8(part, from);
  }

  #shortUtf(): string {
    return this.#utf(this.#input.bytes.readUInt16BE(this.#input.take(2, "a length")));
  }

  #newString(token: number): string {
    const handle = { string: "" };
    this.#handles.push(handle);
    if (token === TC.STRING) handle.string = this.#shortUtf();
    else {
      const size = this.#input.bytes.readBigUInt64BE(this.#input.take(8, "a length"));
      handle.string = this.#utf(this.#input.count(size, 1, "a string", "byte"));
    }
    return handle.string;
  }

  /** a string where only one may stand */
  #string(): string {
    const token = this.#input.byte("a string");
    if (token === TC.STRING || token === TC.LONGSTRING) return this.#newString(token);
    const handle = token === TC.REFERENCE ? this.#reference() : null;
    if (handle && "string" in handle) return handle.string;
    throw this.#unknown(token, "string");
  }

  /** the description of a class; null where there is none */
  #class(): JavaClass | null {
    const token = this.#input.byte("the description of a class");
    switch (token) {
      case TC.NULL:
        return null;
      case TC.REFERENCE: {
        const handle = this.#reference();
        if (!("class" in handle)) throw new Error(`the reference before byte ${this.#input.pos} is not to a class`);
        return handle.class;
      }
      case TC.CLASSDESC:
      case TC.PROXYCLASSDESC:
        return this.#newClass(token);
      default:
        throw this.#unknown(token, "description of a class");
    }
  }

  #known(): JavaClass {
    const described = this.#class();
    if (!described) throw new Error(`the object before byte ${this.#input.pos} has no class`);
    return described;
  }

  #newClass(token: number): JavaClass {
    const input = this.#input;
    const { bytes } = input;
    const made: JavaClass = { name: "", flags: SERIALIZABLE!, fields: [], parent: null };
    input.enter();
    if (token === TC.PROXYCLASSDESC) {
      this.#handles.push({ class: made });
      const count = input.count(bytes.readUInt32BE(input.take(4, "a number")), 2, "a list", "interface");
      const names = Array.from({ length: count }, () => this.#shortUtf());
      made.name = `proxy of ${names.join(", ")}`;
      this.firstClass ??= made.name;
    } else {
      made.name = this.#shortUtf();
      this.firstClass ??= made.name;
      input.take(8, "a serial version");
      this.#handles.push({ class: made });
      made.flags = input.byte("the flags of a class");
      const count = bytes.readUInt16BE(input.take(2, "a number"));
      for (let i = 0; i < count; i++) {
        const type = String.fromCharCode(input.byte("the type of a field"));
        made.fields.push({ type, name: this.#shortUtf() });
        if (type === "L" || type === "[") this.#string();
        else if (!Object.hasOwn(PRIMITIVES, type)) throw this.#unknown(type.charCodeAt(0), "field");
      }
    }
    // what annotates a class says nothing of the objects
    this.#aside(() => this.#annotations());
    made.parent = this.#class();
    input.leave();
    return made;
  }

  /** reads without writing */
  #aside(read: () => void): void {
    const input = this.#input;
    const outer = input.quiet;
    input.quiet = true;
    read();
    input.quiet = outer;
  }

  /** objects and data up to their end mark, as the items of an array */
  #annotations(): number {
    const input = this.#input;
    for (let i = 0; ; ) {
      const token = input.byte("an object or the end of what a class has written");
      if (token === TC.ENDBLOCKDATA) return i;
      if (input.full) return i;
      if (i > 0) input.put(",");
      if (this.#content(token)) i++;
    }
  }

  #primitive(type: string): void {
    const { size, read } = PRIMITIVES[type]!;
    this.#input.put(read(this.#input.bytes, this.#input.take(size, "a field")));
  }

  #array(): void {
    const input = this.#input;
    const { name } = this.#known();
    this.#handles.push({ object: name });
    const type = name[1] ?? "";
    const primitive = Object.hasOwn(PRIMITIVES, type) ? PRIMITIVES[type]! : null;
    const claimed = input.bytes.readUInt32BE(input.take(4, "a number"));
    const count = input.count(claimed, primitive?.size ?? 1, "an array", "item");
    if (type === "B") {
      this.#hex(input.take(count, "an array"), input.pos);
      return;
    }
    for (let i = 0; i < count && !input.full; i++) {
      input.put(i === 0 ? "[" : ",");
      if (primitive) this.#primitive(type);
      else this.#object(input.byte("an item"));
    }
    input.put(count === 0 ? "[]" : "]");
  }

  #instance(): void {
    const input = this.#input;
    const described = this.#known();
    this.#handles.push({ object: described.name });
    const classes: JavaClass[] = [];
    for (let each: JavaClass | null = described; each; each = each.parent) {
      classes.unshift(each);
      if (classes.length > MAX_ANCESTORS) throw new Error(`a class has more than ${MAX_ANCESTORS} ancestors`);
    }
    input.put(`{"$class":${JSON.stringify(described.name)}`);
    for (const each of classes) {
      if (input.full) return;
      if (each.flags & SERIALIZABLE!) {
        for (const { type, name } of each.fields) {
          if (input.full) return;
          input.put(`,${JSON.stringify(name)}:`);
          if (type === "L" || type === "[") this.#object(input.byte("a field"));
          else this.#primitive(type);
        }
        if (each.flags & WRITE_METHOD!) this.#written();
      } else if (each.flags & EXTERNALIZABLE!) {
        if (!(each.flags & BLOCK_DATA!))
          throw new Error(`only ${each.name} itself can read on what it has written (at byte ${input.pos})`);
        this.#written();
      }
    }
    input.put("}");
  }

  /** what the class has written itself, where there is anything */
  #written(): void {
    const input = this.#input;
    const before = input.out.mark();
    input.put(',"$written":[');
    if (this.#annotations() > 0) input.put("]");
    else if (!input.full) input.out.take(before);
  }
}

const PRIMITIVES: Record<string, { size: number; read: (bytes: Buffer, at: number) => string }> = {
  B: { size: 1, read: (bytes, at) => String(bytes.readInt8(at)) },
  C: { size: 2, read: (bytes, at) => JSON.stringify(String.fromCharCode(bytes.readUInt16BE(at))) },
  D: { size: 8, read: (bytes, at) => doubleText(bytes.readDoubleBE(at)) },
  F: { size: 4, read: (bytes, at) => floatText(bytes.readFloatBE(at)) },
  I: { size: 4, read: (bytes, at) => String(bytes.readInt32BE(at)) },
  J: { size: 8, read: (bytes, at) => String(bytes.readBigInt64BE(at)) },
  S: { size: 2, read: (bytes, at) => String(bytes.readInt16BE(at)) },
  Z: { size: 1, read: (bytes, at) => (bytes[at] === 0 ? "false" : "true") },
};

/** Java's own UTF-8 (DataInput): NUL in two bytes, characters beyond the basic plane as two surrogates of three bytes each. */
function modifiedUtf8(bytes: Buffer, at: number): string {
  const units: string[] = [];
  for (let i = 0; i < bytes.length; ) {
    const c = bytes[i]!;
    const size = c < 0x80 ? 1 : c >> 5 === 6 ? 2 : c >> 4 === 14 ? 3 : 0;
    if (size === 0 || i + size > bytes.length) throw new Error(`the string is malformed at byte ${at + i}`);
    let unit = size === 1 ? c : c & (size === 2 ? 0x1f : 0x0f);
    for (let k = 1; k < size; k++) unit = (unit << 6) | (bytes[i + k]! & 0x3f);
    units.push(String.fromCharCode(unit));
    i += size;
  }
  return units.join("");
}
