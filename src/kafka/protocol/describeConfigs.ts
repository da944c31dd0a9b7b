import { defineApi } from "./defineApi.ts";

export interface ConfigEntry {
  name: string;
  /** null: not set, or secret */
  value: string | null;
  readOnly: boolean;
  sensitive: boolean;
  /** 1 set on the topic, 4 on the broker, 5 default, … (ConfigSource in DescribeConfigsResponse) */
  source: number;
}

/**
 * DescribeConfigs (API key 32), one resource: a topic (type 2) or a broker (type 4, to be asked of that broker).
 * Source: DescribeConfigsRequest.json / DescribeConfigsResponse.json.
 */
export const describeConfigs = defineApi<
  { type: 2 | 4; name: string /** null: all */; keys: string[] | null },
  { error: number; message: string | null; configs: ConfigEntry[] }
>({
  name: "DescribeConfigs",
  key: 32,
  versions: [1, 4],
  flexibleFrom: 4,
  encode: (w, request, version) => {
    w.array([request], ({ type, name, keys }) => {
      w.int8(type).string(name);
      w.nullableArray(keys, (key) => w.string(key));
      w.tags();
    });
    w.boolean(false);
    if (version >= 3) w.boolean(false);
    w.tags();
  },
  decode: (r, version) => {
    r.int32();
    if (r.arrayLength() < 1) return { error: 0, message: null, configs: [] };
    const error = r.int16();
    const message = r.nullableString();
    r.int8();
    r.string();
    const configs = r.array(() => {
      const name = r.string();
      const value = r.nullableString();
      const readOnly = r.boolean();
      const source = r.int8();
      const sensitive = r.boolean();
      r.array(() => {
        r.string();
        r.nullableString();
        r.int8();
        r.tags();
      });
      if (version >= 3) {
        r.int8();
        r.nullableString();
      }
      r.tags();
      return { name, value, readOnly, sensitive, source };
    });
    return { error, message, configs };
  },
});
