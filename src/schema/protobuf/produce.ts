/** What producing by a Protobuf schema needs; loaded on first use, with the parser. */
export { glueIndexOf } from "../registry/wireGlue.ts";
export { encodeProtobuf } from "./encode.ts";
export { protobufExample } from "./example.ts";
export { findMessage, openMessage } from "./format.ts";
export { parseProtobuf } from "./schema.ts";
