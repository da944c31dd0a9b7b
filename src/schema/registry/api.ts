import type { RegisteredSchema, RegistryKind, SchemaKey } from "../api.ts";

/** As a registry counts versions: numbers, but for Apicurio, where they may be any text. */
export type Version = number | string;

export interface SubjectVersion {
  subject: string;
  version: Version;
}

/** A schema with all that it refers to, without the place where it is registered. */
export type SchemaText = Omit<RegisteredSchema, "subject" | "version">;

/** A reference as a schema names it: `name` is what the text says (an Avro full name, a .proto path, a JSON Schema $ref). */
export interface SchemaReference extends SubjectVersion {
  name: string;
}

/** A schema that is to be registered or checked. */
export interface SchemaDraft {
  /** "AVRO", "PROTOBUF", "JSON" */
  type: string;
  schema: string;
  references: readonly SchemaReference[];
}

export interface Compatibility {
  compatible: boolean;
  /** what is not, in the registry's words */
  messages: string[];
}

/** A setting of a subject, or of the registry (subject null). */
export interface Setting {
  /** in the registry's own words: "BACKWARD", "READWRITE" */
  value: string;
  /** the subject has none of its own: this is the registry's */
  inherited: boolean;
}

/** "soft": still there for those who know the id, and can be brought back; "hard": gone. */
export type Deletion = "soft" | "hard";

/** What a kind of registry has; the methods for the rest reject with a UserError "unsupported". */
interface RegistryFeatures {
  /** deleted subjects and versions are kept until they are deleted for good */
  softDelete: boolean;
  /** read-only and import modes */
  modes: boolean;
  /** a compatibility level for all subjects */
  globalCompatibility: boolean;
  /** checks a schema against what is registered without registering it */
  compatibilityCheck: boolean;
  contexts: boolean;
}

/** Paths, subjects and versions are as the registry names them; see the kinds for what a subject is there. */
interface Reading {
  readonly kind: RegistryKind;
  readonly features: RegistryFeatures;
  /** the URL that answers, or else the first; without credentials */
  readonly url: string;
  /** the same for the same registry, whoever asks: what is kept of it is filed under this. No secrets. */
  readonly identity: string;
  /** its schemas live no longer than the machine's: a number may mean another schema tomorrow */
  readonly shortLived: boolean;

  /** Asks for the subjects, the one thing that every registry can answer, to see that this is one and lets us in. */
  test(signal?: AbortSignal): Promise<{ subjects: number }>;
  /**
   * Names of all subjects, in the registry's order.
   *
   * @param options.deleted with those that are deleted, where the registry still has them
   * @param options.prefix only those that begin so; Confluent: ":*:" is all contexts
   */
  subjects(signal?: AbortSignal, options?: { deleted?: boolean; prefix?: string }): Promise<string[]>;
  /** Versions of a subject, oldest first. */
  versions(subject: string, signal?: AbortSignal, options?: { deleted?: boolean }): Promise<Version[]>;
  /** The newest version of a subject, with the schemas that it refers to. */
  latest(subject: string, signal?: AbortSignal): Promise<RegisteredSchema>;
  /** One version of a subject, with the schemas that it refers to. */
  version(
    subject: string,
    version: Version | "latest",
    signal?: AbortSignal,
    options?: { deleted?: boolean },
  ): Promise<RegisteredSchema>;
  /** The schema that a payload names, with the schemas that it refers to. Rejects with "unknown-schema" where there is none. */
  schema(key: SchemaKey, signal?: AbortSignal): Promise<SchemaText>;
  /** Where a schema is registered; empty where the registry does not tell. */
  versionsOf(key: SchemaKey, signal?: AbortSignal): Promise<SubjectVersion[]>;
  /** Names of the contexts; Confluent: "." is the default one. */
  contexts(signal?: AbortSignal): Promise<string[]>;
}

interface Writing {
  /** Registers a schema under a subject, which is made where there is none. The same text again gives the same version. */
  register(subject: string, draft: SchemaDraft, signal?: AbortSignal): Promise<RegisteredSchema>;
  /** Whether a version may follow what is registered. A subject that is not there yet takes everything. */
  checkCompatibility(
    subject: string,
    draft: SchemaDraft,
    version: Version | "latest",
    signal?: AbortSignal,
  ): Promise<Compatibility>;
  /** The compatibility level of a subject, or the registry's (null). */
  compatibility(subject: string | null, signal?: AbortSignal): Promise<Setting>;
  setCompatibility(subject: string | null, level: string, signal?: AbortSignal): Promise<void>;
  /** The subject has the registry's level again. */
  clearCompatibility(subject: string, signal?: AbortSignal): Promise<void>;
  /** "READWRITE", "READONLY", "IMPORT", … of a subject, or the registry's (null). */
  mode(subject: string | null, signal?: AbortSignal): Promise<Setting>;
  setMode(subject: string | null, mode: string, signal?: AbortSignal): Promise<void>;
  clearMode(subject: string, signal?: AbortSignal): Promise<void>;
  deleteVersion(subject: string, version: Version, deletion: Deletion, signal?: AbortSignal): Promise<void>;
  deleteSubject(subject: string, deletion: Deletion, signal?: AbortSignal): Promise<void>;
}

/**
 * A schema registry, whichever it is. Every method rejects with a UserError (codes of RegistryHttp, "unknown-schema", "unknown-subject",
 * "unknown-reference", "unsupported"), or a CancelledError once `signal` is aborted. Nothing is cached here: see source.ts.
 */
export interface Registry extends Reading, Writing {
  /** Closes the connections that are kept. */
  close(): void;
}
