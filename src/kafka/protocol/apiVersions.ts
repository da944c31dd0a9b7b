import { defineApi } from "./defineApi.ts";

/** What a broker speaks: API key → lowest and highest version. */
export type ApiVersions = ReadonlyMap<number, { min: number; max: number }>;

/**
 * ApiVersions (API key 18), version 0: every broker since 0.10 answers it, the newest too, and it is allowed before signing in.
 * Source: ApiVersionsRequest.json / ApiVersionsResponse.json.
 */
export const apiVersions = defineApi<null, { error: number; versions: ApiVersions }>({
  name: "ApiVersions",
  key: 18,
  versions: [0, 0],
  encode: () => {},
  decode: (r) => {
    const error = r.int16();
    const versions = new Map(r.array(() => [r.int16(), { min: r.int16(), max: r.int16() }] as const));
    return { error, versions };
  },
});
