export interface Landed {
  topic: string;
  partition: number;
  offset: bigint;
}

/** so many places are named */
const named = 4;

export const counted = (messages: number): string =>
  `${messages.toLocaleString("en")} ${messages === 1 ? "message" : "messages"}`;

/** Where messages went: "2 messages were resent: orders-0 at offsets 5 to 6." `gone`: how many could not be sent. */
export function landedText(landed: readonly Landed[], gone: number): string {
  const ranges = new Map<string, { first: bigint; last: bigint }>();
  for (const { topic, partition, offset } of landed) {
    const place = `${topic}-${partition}`;
    const range = ranges.get(place);
    if (!range) ranges.set(place, { first: offset, last: offset });
    else if (offset < range.first) range.first = offset;
    else if (offset > range.last) range.last = offset;
  }
  const places = [...ranges].map(([place, { first, last }]) =>
    first === last ? `${place} at offset ${first}` : `${place} at offsets ${first} to ${last}`,
  );
  const more = places.length > named ? ` and ${places.length - named} more partitions` : "";
  const sent = `${counted(landed.length)} ${landed.length === 1 ? "was" : "were"} resent`;
  const where = places.length > 0 ? `: ${places.slice(0, named).join(", ")}${more}.` : ".";
  const left = `${counted(gone)} ${gone === 1 ? "was" : "were"} not: no longer kept, or not readable as a whole.`;
  return gone > 0 ? `${sent}${where} ${left}` : `${sent}${where}`;
}
