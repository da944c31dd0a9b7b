import { Uri } from "vscode";
import type { Ctx } from "../context.ts";
import type { SchemaSource } from "../schema/api.ts";
import { draftHeader, draftOf } from "../schema/draftOf.ts";
import { lookupIn } from "../schema/registry/wire.ts";
import type { DraftField, ProduceDraft } from "../shared/draft.ts";
import { UserError } from "../shared/userError.ts";
import { outgoing } from "./resendRows.ts";
import { schemaFileOf } from "./schemaFiles.ts";
import type { TopicDecodings } from "./topicDecodings.ts";
import type { TopicReader } from "./topicReader.ts";

/** bytes of a key or value that a form is fit for */
const most = 512 * 1024;

interface EditParts {
  ctx: Pick<Ctx, "log">;
  topic: string;
  decodings: TopicDecodings;
  /** null: no registry can be asked */
  schemas: SchemaSource | null;
}

/** A kept record as a draft that gives the same bytes to the same partition until it is changed. Rejects with a UserError. */
export async function draftOfRow(
  reader: TopicReader,
  seq: number,
  { ctx, topic, decodings, schemas }: EditParts,
  signal = new AbortController().signal,
): Promise<ProduceDraft> {
  const detail = await reader.call("detail", [seq, 1], signal);
  if (Math.max(detail?.key?.size ?? 0, detail?.value?.size ?? 0) > most)
    throw new UserError(
      "Keys and values of more than 512 KB cannot be edited here: resend the message as it is, or export it.",
      {
        code: "too-large",
      },
    );
  const message = detail && (await outgoing(reader, seq, null, signal));
  if (!message)
    throw new UserError("The message is no longer kept, or could not be read as a whole.", { code: "gone" });
  const field = async (part: "key" | "value"): Promise<DraftField> => {
    const kept = decodings.kept(topic)[part];
    const { field, why } = await draftOf(message[part], {
      topic,
      part,
      headers: lookupIn(message.headers),
      schemas,
      choice: await decodings.one(topic, part),
      file: kept.kind === "file" ? schemaFileOf(Uri.parse(kept.uri)) : null,
    });
    if (why !== null) ctx.log.warn(`The ${part} is edited as bytes: ${why}`);
    return field;
  };
  return {
    key: await field("key"),
    value: await field("value"),
    headers: message.headers.map(({ key, value }) => draftHeader(key, value)),
    partition: message.partition,
  };
}
