import type { Ctx } from "../context.ts";
import type { TextDocuments } from "../platform/textDocuments.ts";
import type { PayloadPart, RecordDetail } from "../shared/messages.ts";
import { UserError } from "../shared/userError.ts";
import { languageOf, partOf, placeOf, recordText } from "./recordText.ts";
import type { TopicReader } from "./topicReader.ts";

/** of a payload that is opened, and of each that is compared, characters: VS Code shows larger texts badly or not at all */
const mostOpened = 20_000_000;
const mostCompared = 5_000_000;
/** of a header, in a title, characters */
const longestName = 60;

/** Records and payloads as documents in VS Code's editors. */
export class RecordDocuments {
  private readonly ctx: Pick<Ctx, "ui">;
  private readonly reader: TopicReader;
  private readonly documents: TextDocuments;

  constructor(ctx: Pick<Ctx, "ui">, reader: TopicReader, documents: TextDocuments) {
    this.ctx = ctx;
    this.reader = reader;
    this.documents = documents;
  }

  async compare(left: number, right: number, signal?: AbortSignal): Promise<void> {
    const [first, second] = [
      await this.detail(left, mostCompared, signal),
      await this.detail(right, mostCompared, signal),
    ];
    const document = (detail: RecordDetail) => ({
      text: recordText(detail),
      languageId: "json",
      title: `${placeOf(detail)}.json`,
    });
    await this.documents.diff(document(first), document(second), `${placeOf(first)} ↔ ${placeOf(second)}`);
  }

  async openPayload(seq: number, part: PayloadPart, signal?: AbortSignal): Promise<void> {
    const detail = await this.detail(seq, mostOpened, signal);
    const payload = partOf(detail, part);
    const what =
      typeof part === "string" ? part : `header ${(detail.headers[part.header]?.key ?? "").slice(0, longestName)}`;
    if (!payload) throw new UserError(`This message has no ${what}: it is Kafka's null.`, { code: "null-payload" });
    const { id, extension } = languageOf(payload);
    const title = `${placeOf(detail)} ${what.replaceAll(/[/\\]/g, "_")}.${extension}`;
    await this.documents.open({ text: payload.text, languageId: id, title });
    if (payload.textCut > 0)
      void this.ctx.ui.warn(
        `Only the first ${count(payload.text.length)} characters ${payload.shownBytes === undefined ? `are shown; ${count(payload.textCut)} more are not` : `of ${count(payload.size)} bytes are shown`}. Export the message as a raw value to get all of it.`,
      );
  }

  private async detail(seq: number, maxChars: number, signal?: AbortSignal): Promise<RecordDetail> {
    const detail = await this.reader.call("detail", [seq, maxChars], signal);
    if (!detail)
      throw new UserError(
        "This message is no longer kept: newer ones took its place. Read from its offset to see it.",
        {
          code: "not-kept",
        },
      );
    return detail;
  }
}

const count = (n: number): string => n.toLocaleString("en");
