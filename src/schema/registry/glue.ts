import { setTimeout as sleep } from "node:timers/promises";
import { CancelledError, UserError } from "../../shared/userError.ts";
import type { RegisteredSchema, SchemaKey } from "../api.ts";
import type {
  Compatibility,
  Deletion,
  Registry,
  SchemaDraft,
  SchemaText,
  Setting,
  SubjectVersion,
  Version,
} from "./api.ts";
import { isLoopback } from "./host.ts";
import { type Refusal, RegistryHttp } from "./http.ts";
import { isUnanswered } from "./httpProblem.ts";
import { isObject } from "./jsonObject.ts";
import { type AwsCredentials, signV4 } from "./sigv4.ts";
import { unsupported } from "./unsupported.ts";

/** Where AWS's Glue is asked, and as whom. */
export interface AwsAccess extends AwsCredentials {
  /** "eu-central-1" */
  region: string;
  /** null: AWS's own for the region */
  endpoint: string | null;
  /** null: "default-registry" */
  registryName: string | null;
}

/** Entries of one page of a list, and pages at most. */
const PAGE = 100;
const MAX_PAGES = 200;

/** How often and how long a new version's check is waited for. */
const CHECKS = 20;
const CHECK_MS = 250;

/**
 * A registry of the AWS Glue Schema Registry. A subject is a schema's name, which is the topic's unless a producer says otherwise. Glue has
 * no references between schemas.
 * Source: AWS Glue Web API reference, "Schema registry"; errors: "Common errors" there.
 */
export class GlueRegistry implements Registry {
  readonly kind = "glue";
  readonly features = {
    softDelete: false,
    modes: false,
    globalCompatibility: false,
    compatibilityCheck: false,
    contexts: false,
  };
  readonly identity: string;
  readonly shortLived: boolean;
  readonly #http: RegistryHttp;
  readonly #name: string;

  /** Throws a UserError "bad-url" when the endpoint or region cannot be one. */
  constructor(access: AwsAccess, timeoutMs: number) {
    const { region, endpoint, registryName } = access;
    if (!/^[a-z0-9-]+$/.test(region)) {
      throw new UserError(`"${region}" is not a region of AWS: they look like eu-central-1`, { code: "bad-url" });
    }
    this.#name = registryName ?? "default-registry";
    const url = endpoint ?? `https://glue.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
    this.#http = new RegistryHttp(
      {
        urls: [url],
        auth: {
          kind: "signed",
          words: "the access key",
          sign: (request) => signV4(request, access, { region, service: "glue", now: new Date() }),
        },
        tls: null,
        timeoutMs,
      },
      refusalOf,
    );
    this.identity = `glue ${this.#http.url} ${this.#name}`;
    this.shortLived = isLoopback(this.#http.url);
  }

  get url(): string {
    return this.#http.url;
  }

  close(): void {
    this.#http.close();
  }

  async test(signal?: AbortSignal): Promise<{ subjects: number }> {
    return { subjects: (await this.subjects(signal)).length };
  }

  async subjects(signal?: AbortSignal, { prefix = "" }: { prefix?: string } = {}): Promise<string[]> {
    const missing = { message: `the registry ${this.#name} is not there`, code: "not-a-registry" };
    const found = await this.#pages("ListSchemas", { RegistryId: { RegistryName: this.#name } }, missing, signal);
    const names = found.map(({ SchemaName }) => SchemaName).filter((name) => typeof name === "string");
    return names.filter((name) => name.startsWith(prefix));
  }

  async versions(subject: string, signal?: AbortSignal): Promise<number[]> {
    const found = await this.#pages("ListSchemaVersions", this.#schemaId(subject), noSubject(subject), signal);
    const numbers = found.map(({ VersionNumber }) => VersionNumber).filter((number) => typeof number === "number");
    return numbers.sort((a, b) => a - b);
  }

  latest(subject: string, signal?: AbortSignal): Promise<RegisteredSchema> {
    return this.version(subject, "latest", signal);
  }

  async version(subject: string, version: Version | "latest", signal?: AbortSignal): Promise<RegisteredSchema> {
    const latest = version === "latest";
    const number = latest ? { LatestVersion: true } : { VersionNumber: Number(version) };
    const missing = latest
      ? noSubject(subject)
      : { message: `${subject} has no version ${version}`, code: "unknown-subject" };
    const fields = { ...this.#schemaId(subject), SchemaVersionNumber: number };
    return this.#version(await this.#call("GetSchemaVersion", fields, missing, signal));
  }

  async schema(key: SchemaKey, signal?: AbortSignal): Promise<SchemaText> {
    const { subject: _, version: __, ...schema } = this.#version(await this.#byId(key, signal));
    return schema;
  }

  async versionsOf(key: SchemaKey, signal?: AbortSignal): Promise<SubjectVersion[]> {
    try {
      const { subject, version } = this.#version(await this.#byId(key, signal));
      return subject === null || version === null ? [] : [{ subject, version }];
    } catch (error) {
      if (error instanceof UserError && !isUnanswered(error)) return [];
      throw error;
    }
  }

  contexts(): Promise<string[]> {
    return unsupported("AWS Glue has no contexts");
  }

  /** Waits until the version has been checked, which Glue does on its own time. */
  async register(subject: string, draft: SchemaDraft, signal?: AbortSignal): Promise<RegisteredSchema> {
    if (draft.references.length > 0) return unsupported("AWS Glue has no references between schemas");
    const id = await this.#registerVersion(subject, draft, signal);
    for (let check = 0; ; check++) {
      const answer = await this.#byId(`glue:${id}`, signal);
      const { Status: status } = answer;
      if (status === "AVAILABLE") return this.#version(answer);
      if (status === "FAILURE" || check === CHECKS) {
        const message =
          status === "FAILURE"
            ? `the schema registry refuses the schema: it is not compatible with ${subject} as it is`
            : `the schema registry has not finished checking the new version of ${subject}`;
        throw new UserError(message, { code: "incompatible" });
      }
      try {
        await sleep(CHECK_MS, undefined, signal ? { signal } : {});
      } catch (error) {
        if (signal?.aborted) throw new CancelledError();
        throw error;
      }
    }
  }

  checkCompatibility(): Promise<Compatibility> {
    return unsupported("AWS Glue checks a schema only when it is registered");
  }

  async compatibility(subject: string | null, signal?: AbortSignal): Promise<Setting> {
    if (subject === null) return unsupported("AWS Glue has a compatibility level for each schema only");
    const answer = await this.#call("GetSchema", this.#schemaId(subject), noSubject(subject), signal);
    if (typeof answer["Compatibility"] !== "string") throw this.#unexpected();
    return { value: answer["Compatibility"], inherited: false };
  }

  async setCompatibility(subject: string | null, level: string, signal?: AbortSignal): Promise<void> {
    if (subject === null) return unsupported("AWS Glue has a compatibility level for each schema only");
    const fields = { ...this.#schemaId(subject), SchemaVersionNumber: { LatestVersion: true }, Compatibility: level };
    await this.#call("UpdateSchema", fields, noSubject(subject), signal);
  }

  clearCompatibility(): Promise<void> {
    return unsupported("AWS Glue has a compatibility level for each schema only");
  }

  mode(): Promise<Setting> {
    return unsupported("AWS Glue has no modes");
  }

  setMode(): Promise<void> {
    return unsupported("AWS Glue has no modes");
  }

  clearMode(): Promise<void> {
    return unsupported("AWS Glue has no modes");
  }

  async deleteVersion(subject: string, version: Version, deletion: Deletion, signal?: AbortSignal): Promise<void> {
    if (deletion === "soft") return unsupported("AWS Glue deletes for good only");
    const missing = { message: `${subject} has no version ${version}`, code: "unknown-subject" };
    const fields = { ...this.#schemaId(subject), Versions: String(version) };
    const answer = await this.#call("DeleteSchemaVersions", fields, missing, signal);
    const [failure] = listOf(answer, "SchemaVersionErrors");
    if (!failure) return;
    const details = isObject(failure["ErrorDetails"]) ? failure["ErrorDetails"] : {};
    throw new UserError(`version ${version} of ${subject} was not deleted: ${String(details["ErrorMessage"] ?? "")}`, {
      code: "registry-failed",
    });
  }

  async deleteSubject(subject: string, deletion: Deletion, signal?: AbortSignal): Promise<void> {
    if (deletion === "soft") return unsupported("AWS Glue deletes for good only");
    await this.#call("DeleteSchema", this.#schemaId(subject), noSubject(subject), signal);
  }

  async #registerVersion(subject: string, draft: SchemaDraft, signal: AbortSignal | undefined): Promise<string> {
    const definition = { SchemaDefinition: draft.schema };
    try {
      const fields = { ...this.#schemaId(subject), ...definition };
      return this.#uuid(await this.#call("RegisterSchemaVersion", fields, noSubject(subject), signal));
    } catch (error) {
      if (!(error instanceof UserError && error.code === "unknown-subject")) throw error;
      const fields = {
        RegistryId: { RegistryName: this.#name },
        SchemaName: subject,
        DataFormat: draft.type,
        Compatibility: "BACKWARD",
        ...definition,
      };
      const missing = { message: `the registry ${this.#name} is not there`, code: "not-a-registry" };
      return this.#uuid(await this.#call("CreateSchema", fields, missing, signal));
    }
  }

  #byId(key: SchemaKey, signal: AbortSignal | undefined): Promise<Answer> {
    if (typeof key === "number" || !key.startsWith("glue:")) {
      return Promise.reject(
        new UserError("the payload does not name its schema as AWS Glue does", { code: "other-registry" }),
      );
    }
    const id = key.slice(5);
    const missing = { message: `schema version ${id} is unknown to the registry`, code: "unknown-schema" };
    return this.#call("GetSchemaVersion", { SchemaVersionId: id }, missing, signal);
  }

  #version(answer: Answer): RegisteredSchema {
    const { SchemaDefinition: schema, DataFormat: type, VersionNumber: version, SchemaArn: arn } = answer;
    if (typeof schema !== "string" || typeof type !== "string") throw this.#unexpected();
    const id = this.#uuid(answer);
    // arn:aws:glue:region:account:schema/registry/name
    const subject = typeof arn === "string" ? (/:schema\/[^/]+\/(.+)$/.exec(arn)?.[1] ?? null) : null;
    const number = typeof version === "number" ? version : null;
    return { id, key: `glue:${id}`, type, schema, references: [], subject, version: number };
  }

  #uuid({ SchemaVersionId: id }: Answer): string {
    if (typeof id !== "string" || !/^[0-9a-f-]{36}$/i.test(id)) throw this.#unexpected();
    return id.toLowerCase();
  }

  #schemaId = (subject: string) => ({ SchemaId: { RegistryName: this.#name, SchemaName: subject } });

  async #pages(action: string, fields: object, missing: Missing, signal: AbortSignal | undefined): Promise<Answer[]> {
    const all: Answer[] = [];
    let token: unknown;
    for (let page = 0; page < MAX_PAGES; page++) {
      const more = typeof token === "string" ? { NextToken: token } : {};
      const answer = await this.#call(action, { ...fields, MaxResults: PAGE, ...more }, missing, signal);
      all.push(...listOf(answer, "Schemas"));
      token = answer["NextToken"];
      if (typeof token !== "string" || token === "") break;
    }
    return all;
  }

  #call(action: string, fields: object, missing: Missing, signal: AbortSignal | undefined): Promise<Answer> {
    return this.#http.object({
      method: "POST",
      path: "/",
      headers: { "x-amz-target": `AWSGlue.${action}` },
      body: { type: "application/x-amz-json-1.1", text: JSON.stringify(fields) },
      repeatable: /^(Get|List)/.test(action),
      missing,
      signal,
    });
  }

  #unexpected(): UserError {
    return this.#http.unexpected({ method: "POST", path: "/" });
  }
}

type Answer = Record<string, unknown>;
type Missing = { message: string; code: string };

const noSubject = (subject: string): Missing => ({
  message: `the schema ${subject} is unknown to the registry`,
  code: "unknown-subject",
});

const listOf = (answer: Answer, field: string): Answer[] =>
  Array.isArray(answer[field]) ? answer[field].filter(isObject) : [];

/** Nearly all of AWS's errors have the status 400, and a type that says what is meant. */
const STATUS: Record<string, number> = {
  EntityNotFoundException: 404,
  AccessDeniedException: 403,
  NotAuthorized: 403,
  OptInRequired: 403,
  UnrecognizedClientException: 401,
  InvalidClientTokenId: 401,
  InvalidSignatureException: 401,
  SignatureDoesNotMatch: 401,
  IncompleteSignature: 401,
  ExpiredTokenException: 401,
  MissingAuthenticationTokenException: 401,
  AlreadyExistsException: 409,
  InvalidInputException: 422,
  ValidationException: 422,
  ThrottlingException: 503,
};

function refusalOf(body: unknown): Refusal {
  const fields = isObject(body) ? body : {};
  const { __type: full } = fields;
  const type = typeof full === "string" ? full.slice(full.lastIndexOf("#") + 1) : "";
  const message = fields["message"] ?? fields["Message"];
  const words = typeof message === "string" && message !== "" ? message : type === "" ? null : type;
  const status = Object.hasOwn(STATUS, type) ? STATUS[type] : undefined;
  return { code: null, words, own: status === 404, ...(status === undefined ? {} : { status }) };
}
