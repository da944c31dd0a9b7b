import type { FixedFormat } from "../shared/decoding.ts";
import type { DraftFormat } from "../shared/draft.ts";

/** The format to write what is read as a format that a person fixed; null where there is none, since it is only read. */
export function formatLike(format: FixedFormat): DraftFormat | null {
  switch (format) {
    case "protobuf-raw":
    case "avro-container":
      return null;
    case "java":
      return { encoding: "hex" };
    case "gzip":
    case "zlib":
    case "zstd":
    case "lz4":
    case "snappy":
    case "base64":
      return { encoding: "json", wrap: format };
    default:
      return { encoding: format };
  }
}
