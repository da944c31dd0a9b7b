import { defineApi } from "./defineApi.ts";

/**
 * FindCoordinator (API key 10), one key at a time: the broker that keeps a group (keyType 0) or a transactional id (1). On a cluster that
 * never had a group the broker creates its offsets topic to answer, so ask only once that topic exists.
 * Source: FindCoordinatorRequest.json / FindCoordinatorResponse.json.
 */
export const findCoordinator = defineApi<
  { key: string; keyType: number },
  { error: number; message: string | null; node: number }
>({
  name: "FindCoordinator",
  key: 10,
  versions: [0, 3],
  flexibleFrom: 3,
  encode: (w, { key, keyType }, version) => {
    w.string(key);
    if (version >= 1) w.int8(keyType);
    w.tags();
  },
  decode: (r, version) => {
    if (version >= 1) r.int32();
    const error = r.int16();
    const message = version >= 1 ? r.nullableString() : null;
    return { error, message, node: r.int32() };
  },
  errors: (answer) => [answer.error],
});
