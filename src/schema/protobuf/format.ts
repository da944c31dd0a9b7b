import { messageOf } from "../../shared/userError.ts";
import type { RegisteredSchema } from "../api.ts";
import type { SchemaFormat } from "../schemaFormats.ts";
import { protobufFormat } from "./decode.ts";
import { parseProtobuf } from "./schema.ts";

/** The format of a registered Protobuf schema. Loaded on first use: the parser is larger than all other formats together. */
export function loadProtobuf(schema: RegisteredSchema): SchemaFormat {
  try {
    return protobufFormat(parseProtobuf(schema));
  } catch (error) {
    throw new Error(`schema id ${schema.id} cannot be used: ${messageOf(error)}`);
  }
}
