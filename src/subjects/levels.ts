import type { RegistryKind } from "../schema/api.ts";

/** A compatibility level with what it asks of a new version. */
export interface Level {
  value: string;
  about: string;
}

// short enough for one line of a list: what to do stands first
const newReads = "upgrade consumers first: the new version reads what was written with";
const oldRead = "upgrade producers first: what the new version writes is read with";

/** Confluent's levels, which Apicurio has too. */
const confluent: readonly Level[] = [
  { value: "BACKWARD", about: `${newReads} the last one` },
  { value: "BACKWARD_TRANSITIVE", about: `${newReads} any earlier one` },
  { value: "FORWARD", about: `${oldRead} the last one` },
  { value: "FORWARD_TRANSITIVE", about: `${oldRead} any earlier one` },
  { value: "FULL", about: "upgrade in any order: both, with the last version" },
  { value: "FULL_TRANSITIVE", about: "upgrade in any order: both, with every earlier version" },
  { value: "NONE", about: "nothing is checked: any schema may follow" },
];

const glue: readonly Level[] = [
  { value: "BACKWARD", about: `${newReads} the last one` },
  { value: "BACKWARD_ALL", about: `${newReads} any earlier one` },
  { value: "FORWARD", about: `${oldRead} the last one` },
  { value: "FORWARD_ALL", about: `${oldRead} any earlier one` },
  { value: "FULL", about: "upgrade in any order: both, with the last version" },
  { value: "FULL_ALL", about: "upgrade in any order: both, with every earlier version" },
  { value: "NONE", about: "nothing is checked: any schema may follow" },
  { value: "DISABLED", about: "no further version can be registered" },
];

export const levelsOf = (kind: RegistryKind): readonly Level[] => (kind === "glue" ? glue : confluent);
