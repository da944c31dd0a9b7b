import { languages, type TextDocument } from "vscode";
import { languageIds } from "../ids.ts";

/** Extensions bring a language for .proto files under one of these names. */
const protobuf = ["proto3", "proto", "protobuf"];

/** VS Code's id of the language that a schema of this type is written in, as far as one is installed. */
export async function languageOf(type: string): Promise<string> {
  if (type === "AVRO") return languageIds.avroSchema;
  if (type !== "PROTOBUF") return "json";
  const known = new Set(await languages.getLanguages());
  return protobuf.find((id) => known.has(id)) ?? "plaintext";
}

export async function inLanguage(document: TextDocument, languageId: string): Promise<TextDocument> {
  return document.languageId === languageId ? document : languages.setTextDocumentLanguage(document, languageId);
}
