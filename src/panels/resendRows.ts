import type { Ctx } from "../context.ts";
import { MessageProducer, type OutgoingMessage } from "../kafka/produce/producer.ts";
import { back } from "../platform/ui.ts";
import type { HeaderView, PayloadPart } from "../shared/messages.ts";
import { CancelledError, isCancelled, messageOf, UserError } from "../shared/userError.ts";
import { topicNames } from "./clusterLists.ts";
import { counted, type Landed, landedText } from "./resendTexts.ts";
import type { PanelSubject } from "./subject.ts";
import type { TopicReader } from "./topicReader.ts";

/** at once: each is sent, and acknowledged, on its own */
const most = 1000;
/** of a payload, asked of the worker at a time, bytes */
const piece = 8 * 1024 * 1024;

/** null: each to the topic that it came from */
type Target = { topic: string | null };

/**
 * Asks for the topic and for a yes, then produces the bytes of messages again, in the order given, and says where they went. Never holds more
 * than one message. Rejects with a UserError that says how many were sent before it failed.
 */
export async function resendRows(ctx: Ctx, reader: TopicReader, subject: PanelSubject, seqs: number[]): Promise<void> {
  if (seqs.length === 0) throw new UserError("Select the messages to resend first.", { code: "nothing" });
  if (seqs.length > most)
    throw new UserError(
      `At most ${counted(most)} can be resent at once, and ${seqs.length.toLocaleString("en")} are selected: select fewer.`,
      { code: "too-many" },
    );
  const { connectionId, connectionName } = subject;
  const { topic } = await askTopic(ctx, subject, seqs.length);
  const where = topic ?? "the topics they came from";
  const yes = await ctx.ui.confirm({
    message: `Resend ${counted(seqs.length)} to ${where} of ${connectionName}?`,
    detail: `Keys, values and headers are written again as they are, with the time of now. A message goes to the partition it came from, or in another topic to that of its key.`,
    action: "Resend",
  });
  if (!yes) throw new CancelledError();

  const producer = new MessageProducer(await ctx.clusters.get(connectionId));
  const landed: Landed[] = [];
  let gone = 0;
  try {
    await ctx.ui.progress(`Resending to ${where}`, async (signal, report) => {
      for (const [i, seq] of seqs.entries()) {
        const message = await outgoing(reader, seq, topic, signal);
        if (!message) gone++;
        else {
          const { partition, offset } = await producer.send(message, signal);
          landed.push({ topic: message.topic, partition, offset });
        }
        report(`${(i + 1).toLocaleString("en")} of ${seqs.length.toLocaleString("en")}`);
      }
    });
  } catch (error) {
    if (landed.length === 0) throw error;
    // what was sent stays sent: it has to be said
    const why = isCancelled(error) ? "It was cancelled" : messageOf(error);
    throw new UserError(`Only part was resent. ${landedText(landed, gone)} Then: ${why.replace(/\.$/, "")}.`, {
      code: "partly",
      cause: error,
    });
  } finally {
    producer.close();
  }
  void ctx.ui.info(landedText(landed, gone));
}

async function askTopic(ctx: Ctx, subject: PanelSubject, messages: number): Promise<Target> {
  const { connectionId, connectionName, topics, pattern } = subject;
  const own = pattern === null && topics.length === 1 ? topics[0]! : null;
  const load = async () => {
    const others = (await topicNames(ctx, connectionId)).filter((name) => name !== own);
    const same = own
      ? { label: own, description: "the same topic" }
      : { label: "The topics they came from", description: "each to its own" };
    return [
      { ...same, icon: "reply", value: { topic: own } },
      ...others.map((name) => ({ label: name, section: "Another topic", icon: "list-flat", value: { topic: name } })),
    ];
  };
  const picked = await ctx.ui.pick<Target>({
    title: `Resend ${counted(messages)}`,
    placeholder: `Topic of ${connectionName}`,
    items: load(),
  });
  if (picked === back) throw new CancelledError();
  return picked;
}

/** A message as it is to be sent again. null: no longer kept, or not a message but a line that says what could not be read */
export async function outgoing(
  reader: TopicReader,
  seq: number,
  topic: string | null,
  signal: AbortSignal,
): Promise<OutgoingMessage | null> {
  // its texts are of no use here
  const detail = await reader.call("detail", [seq, 1], signal);
  if (!detail || detail.headers.some(isNoHeader)) return null;
  const bytes = (part: PayloadPart, isNull: boolean) => (isNull ? null : payload(reader, seq, part, signal));
  try {
    const key = await bytes("key", detail.key === null);
    const value = await bytes("value", detail.value === null);
    const headers: { key: string; value: Uint8Array | null }[] = [];
    for (const [i, header] of detail.headers.entries())
      headers.push({ key: header.key, value: await bytes({ header: i }, header.value === null) });
    const same = topic === null || topic === detail.topic;
    return { topic: topic ?? detail.topic, partition: same ? detail.partition : null, key, value, headers };
  } catch (error) {
    if (error === notKept) return null;
    throw error;
  }
}

/** What the engine says in place of headers that it could not read, or not all of: such a message cannot be sent as it was. */
const isNoHeader = ({ key, value }: HeaderView): boolean =>
  key === "" && value?.size === 0 && value.problems.length > 0;

const notKept = new Error("The message is no longer kept.");

/** All bytes of a payload, piece by piece. Rejects with `notKept`. */
async function payload(reader: TopicReader, seq: number, part: PayloadPart, signal: AbortSignal): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const view = await reader.call("bytes", [seq, part, at, at + piece], signal);
    if (!view) throw notKept;
    pieces.push(view.bytes);
    at += view.bytes.length;
    if (at >= view.size) return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    if (view.bytes.length === 0) throw notKept;
  }
}
