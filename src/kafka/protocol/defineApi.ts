import type { Reader, Writer } from "./wire.ts";

/**
 * One Kafka API: how its request is written and its answer read, for a range of versions. Versions are chosen per broker: the highest that
 * both sides know (Cluster.request).
 */
export interface Api<Q, A> {
  /** as Kafka calls it: "ListOffsets" */
  readonly name: string;
  readonly key: number;
  /** lowest and highest version that encode and decode know, inclusive */
  readonly versions: readonly [min: number, max: number];
  /** first version with compact types and tagged fields (KIP-482); Infinity for an API without one */
  readonly flexibleFrom: number;
  /** changes something on the cluster: never sent twice on its own, since the first one may have arrived */
  readonly changes: boolean;
  encode(w: Writer, request: Q, version: number): void;
  decode(r: Reader, version: number): A;
  /** the error codes in an answer that decide whether it is asked again elsewhere (not the controller, not the coordinator, …) */
  errors(answer: A): readonly number[];
}

/**
 * Defines an API; see the message definitions of Apache Kafka (clients/src/main/resources/common/message) for what each version holds.
 * `encode` and `decode` handle the body only; the header is written by the connection.
 */
export function defineApi<Q, A>(definition: {
  name: string;
  key: number;
  versions: readonly [min: number, max: number];
  flexibleFrom?: number;
  changes?: boolean;
  encode: (w: Writer, request: Q, version: number) => unknown;
  decode: (r: Reader, version: number) => A;
  errors?: (answer: A) => readonly number[];
}): Api<Q, A> {
  const { encode, decode, errors } = definition;
  return {
    name: definition.name,
    key: definition.key,
    versions: definition.versions,
    flexibleFrom: definition.flexibleFrom ?? Number.POSITIVE_INFINITY,
    changes: definition.changes ?? false,
    encode: (w, request, version) => void encode(w, request, version),
    decode,
    errors: errors ?? (() => []),
  };
}
