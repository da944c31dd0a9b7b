import { defineApi } from "./defineApi.ts";

/**
 * DeleteTopics (API key 20), one topic by name, to the controller.
 * Source: DeleteTopicsRequest.json / DeleteTopicsResponse.json.
 */
export const deleteTopics = defineApi<{ name: string; timeoutMs: number }, { error: number; message: string | null }>({
  name: "DeleteTopics",
  key: 20,
  versions: [1, 5],
  flexibleFrom: 4,
  changes: true,
  encode: (w, { name, timeoutMs }) => {
    w.array([name], (topic) => w.string(topic));
    w.int32(timeoutMs).tags();
  },
  decode: (r, version) => {
    r.int32();
    if (r.arrayLength() < 1) return { error: 0, message: null };
    r.string();
    return { error: r.int16(), message: version >= 5 ? r.nullableString() : null };
  },
  errors: (answer) => [answer.error],
});
