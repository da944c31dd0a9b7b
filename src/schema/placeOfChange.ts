import { placeOfAvroPath } from "./avro/language/placeOfPath.ts";
import type { TextSpan } from "./changePath.ts";
import { placeOfJsonPath } from "./jsonSchema/placeOfPath.ts";
import { placeOfProtobufName } from "./protobuf/placeOfName.ts";

/**
 * Where in the text of the newer schema a difference stands: at the field, or, where that is gone, at what it was in.
 *
 * @param path of a SchemaDifference
 */
export function placeOfChange(type: string, text: string, path: string): TextSpan | null {
  switch (type) {
    case "AVRO":
      return placeOfAvroPath(text, path);
    case "PROTOBUF":
      return placeOfProtobufName(text, path);
    default:
      return placeOfJsonPath(text, path);
  }
}
