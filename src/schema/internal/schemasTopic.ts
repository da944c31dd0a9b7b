import { isUtf8 } from "node:buffer";
import { outlineChildren, outlineRoot, unescaped } from "../../shared/jsonOutline.ts";
import { scanJson } from "../json.ts";
import { compactJson } from "../jsonLayout.ts";
import type { Decoded } from "../schemaFormats.ts";
import { characterStart } from "../text.ts";
import type { InternalFormat } from "./coordinatorRecords.ts";

const KEY_TYPES = ["SCHEMA", "CONFIG", "MODE", "DELETE_SUBJECT", "CLEAR_SUBJECT", "NOOP", "CONTEXT"];

/** Keys are small: a subject's name and a few fields. */
const MAX_KEY = 65_536;

/**
 * _schemas, where Confluent's Schema Registry keeps what it knows (SchemaRegistryKey.java and the *Key.java, *Value.java beside it):
 * JSON, shown as it is. A key's keytype says what its value is.
 */
export const schemasTopic: InternalFormat = {
  name: "a record of Schema Registry",
  reserved: false,
  key(bytes, maxChars) {
    const decoded = json(bytes, maxChars);
    const type = keyType(bytes);
    if (type === null) throw new Error("the key is not a JSON object with a keytype");
    if (KEY_TYPES.includes(type)) return decoded;
    return { ...decoded, problems: [`the keytype ${JSON.stringify(type)} is not known`] };
  },
  value: (bytes, keyBytes, maxChars) => {
    if (!keyBytes || keyType(keyBytes) === null) throw new Error("the record's key has no keytype");
    return json(bytes, maxChars);
  },
};

function keyType(bytes: Buffer): string | null {
  if (bytes.length > MAX_KEY || !isUtf8(bytes)) return null;
  const text = bytes.toString("utf8");
  const root = outlineRoot(text);
  if (root?.kind !== "object") return null;
  const node = outlineChildren(text, root, 100).nodes.findLast(({ name }) => name === "keytype");
  return node?.kind === "string" ? unescaped(text.slice(node.start, node.end)) : null;
}

function json(bytes: Buffer, maxChars: number): Decoded {
  const most = 3 * maxChars + 4;
  const whole = bytes.length <= most;
  const end = whole ? bytes.length : characterStart(bytes, 0, most);
  if (!isUtf8(bytes.subarray(0, end))) throw new Error("it is not UTF-8 text");
  const scan = scanJson(bytes, 0, end, !whole);
  if (!scan.ok) throw new Error(`${scan.message} at byte ${scan.at}`);
  return { text: compactJson(bytes, 0, end, scan.spaces, most), cut: !whole, problems: [] };
}
