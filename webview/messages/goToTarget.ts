import type { RecordRef } from "../../src/shared/protocol.ts";
import type { TimeInput } from "../ui/timeInput.ts";

/** What is written to go to. */
export type GoTo =
  | { kind: "record"; record: RecordRef }
  | { kind: "time"; ms: number }
  | { kind: "unclear"; problem: string };

/** What is known of the place: where it leaves something open, the selected message decides. */
interface Place {
  /** the only topic, if there is one */
  topic: string | null;
  /** that are read; empty: not known */
  partitions: readonly number[];
  selected: RecordRef | null;
}

/** more digits are no offset that a person means, but ms since the epoch */
const MOST_DIGITS = 12;

/** Understands "1204", "3@1204" (partition and offset), and whatever `time` takes. Up to twelve digits alone are an offset. */
export function goToTarget(
  text: string,
  { topic, partitions, selected }: Place,
  time: (text: string) => TimeInput,
): GoTo {
  const written = text.trim();
  const match = /^(?:(\d{1,9})\s*@\s*)?(\d{1,19})$/.exec(written);
  if (!match || (match[1] === undefined && match[2]!.length > MOST_DIGITS)) {
    const parsed = time(written);
    if (parsed.ok) return { kind: "time", ms: parsed.ms };
    return { kind: "unclear", problem: `${parsed.problem} Or an offset: 1204, or 3@1204 for partition 3.` };
  }
  const of = topic ?? selected?.topic;
  if (of === undefined) return { kind: "unclear", problem: "Select a message of the topic first." };
  const only = partitions.length === 1 ? partitions[0] : selected?.partition;
  const partition = match[1] === undefined ? only : Number(match[1]);
  if (partition === undefined)
    return { kind: "unclear", problem: "Write the partition too, as in 3@1204, or select a message of it first." };
  return { kind: "record", record: { topic: of, partition, offset: match[2]!.replace(/^0+(?=\d)/, "") } };
}
