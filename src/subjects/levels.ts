import type { RegistryKind } from "../schema/api.ts";

/** A compatibility level with what it asks of a new version. */
export interface Level {
  value: string;
  about: string;
}

const newReads = "readers with the new version can read what was written with";
const oldRead = "what is written with the new version can be read with";

/** Confluent's levels, which Apicurio has too. */
const confluent: readonly Level[] = [
  { value: "BACKWARD", about: `${newReads} the last one: upgrade consumers first` },
  { value: "BACKWARD_TRANSITIVE", about: `${newReads} any earlier one: upgrade consumers first` },
  { value: "FORWARD", about: `${oldRead} the last one: upgrade producers first` },
  { value: "FORWARD_TRANSITIVE", about: `${oldRead} any earlier one: upgrade producers first` },
  { value: "FULL", about: "both ways with the last version: upgrade in any order" },
  { value: "FULL_TRANSITIVE", about: "both ways with every earlier version: upgrade in any order" },
  { value: "NONE", about: "nothing is checked: any schema may follow" },
];

const glue: readonly Level[] = [
  { value: "BACKWARD", about: `${newReads} the last one: upgrade consumers first` },
  { value: "BACKWARD_ALL", about: `${newReads} any earlier one: upgrade consumers first` },
  { value: "FORWARD", about: `${oldRead} the last one: upgrade producers first` },
  { value: "FORWARD_ALL", about: `${oldRead} any earlier one: upgrade producers first` },
  { value: "FULL", about: "both ways with the last version: upgrade in any order" },
  { value: "FULL_ALL", about: "both ways with every earlier version: upgrade in any order" },
  { value: "NONE", about: "nothing is checked: any schema may follow" },
  { value: "DISABLED", about: "no further version can be registered" },
];

export const levelsOf = (kind: RegistryKind): readonly Level[] => (kind === "glue" ? glue : confluent);
