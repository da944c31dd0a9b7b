import type { InternalFormat } from "./coordinatorRecords.ts";
import type { LayoutInput } from "./input.ts";
import { bare, decodeLayout, int32, int64, message, millis, string } from "./layout.ts";

/**
 * MirrorMaker 2's own topics: connect/mirror's Heartbeat.java, Checkpoint.java and OffsetSync.java. Keys have no version; values of
 * heartbeats and checkpoints do.
 */
function mirrorFormat(
  name: string,
  key: (input: LayoutInput) => void,
  value: (input: LayoutInput) => void,
): InternalFormat {
  return {
    name,
    reserved: false,
    key: (bytes, maxChars) => exactly(bytes, maxChars, key),
    value: (bytes, _key, maxChars) => exactly(bytes, maxChars, value),
  };
}

/** A record of somebody else's topic of that name may begin like one of MirrorMaker: to its last byte it is not one. */
function exactly(bytes: Buffer, maxChars: number, read: (input: LayoutInput) => void) {
  return decodeLayout(bytes, maxChars, (input) => input.within(bytes.length, () => read(input)));
}

/** heartbeats: that mirroring is alive. */
export const heartbeats = mirrorFormat(
  "a heartbeat of MirrorMaker",
  bare({ sourceClusterAlias: string, targetClusterAlias: string }),
  message("Heartbeat", { highest: 0 }, { timestamp: millis }).read,
);

/** ALIAS.checkpoints.internal: a group's offset at the source, and the one at the target that is the same place. */
export const checkpoints = mirrorFormat(
  "a checkpoint of MirrorMaker",
  bare({ group: string, topic: string, partition: int32 }),
  message("Checkpoint", { highest: 0 }, { upstreamOffset: int64, offset: int64, metadata: string }).read,
);

/** mm2-offset-syncs.ALIAS.internal: offsets at the source and the target that are the same record. */
export const offsetSyncs = mirrorFormat(
  "an offset sync of MirrorMaker",
  bare({ topic: string, partition: int32 }),
  bare({ upstreamOffset: int64, offset: int64 }),
);
