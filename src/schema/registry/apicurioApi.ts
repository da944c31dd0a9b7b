import type { SchemaKey } from "../api.ts";
import type { SchemaDraft, Version } from "./api.ts";
import type { Ask, Refusal } from "./http.ts";
import { isObject } from "./jsonObject.ts";

export interface Place {
  group: string;
  artifact: string;
}

export interface VersionMeta {
  version: Version;
  globalId: number;
  contentId: number;
  type: string | null;
}

/** Where the two versions of the API differ. Paths go after the server's URL. */
export interface ApicurioApi {
  /** "/apis/registry/v3" */
  base: string;
  /** finds the artifacts or versions of an id */
  search: string;
  /** the field of a rule that says which it is */
  ruleField: string;
  artifact(subject: string): string;
  version(subject: string, version: Version): string;
  meta(subject: string, version: Version | "latest"): string;
  content(subject: string, version: Version): string;
  /** of the artifact, or of all (null) */
  rules(subject: string | null): string;
  register(subject: string, draft: SchemaDraft): Ask;
  check(subject: string, draft: SchemaDraft): Ask;
  /** which of the ids its serializers write */
  key(meta: VersionMeta): SchemaKey;
}

const DEFAULT = "default";

/** "group/id", or the id alone in the default group; "/" and "%" in a group's name are written as in a URL. */
export function subjectName({ group, artifact }: Place): string {
  if (group === DEFAULT && !artifact.includes("/")) return artifact;
  return `${group.replaceAll("%", "%25").replaceAll("/", "%2F")}/${artifact}`;
}

function placeOf(subject: string): Place {
  const slash = subject.indexOf("/");
  if (slash < 0) return { group: DEFAULT, artifact: subject };
  const group = subject.slice(0, slash).replaceAll("%2F", "/").replaceAll("%25", "%");
  return { group, artifact: subject.slice(slash + 1) };
}

/** An artifact as lists and references name it; null when it is none. */
export function artifactOf(entry: unknown): Place | null {
  if (typeof entry !== "object" || entry === null) return null;
  const { groupId, artifactId, id } = entry as Record<string, unknown>;
  const artifact = artifactId ?? id;
  if (typeof artifact !== "string") return null;
  return { group: typeof groupId === "string" ? groupId : DEFAULT, artifact };
}

/** A version's data, also within an answer that holds it beside its artifact's; null when it is none. */
export function versionOf(entry: unknown): VersionMeta | null {
  if (typeof entry !== "object" || entry === null) return null;
  const fields = entry as Record<string, unknown>;
  const { version, globalId, contentId } = fields;
  if (typeof version === "object") return versionOf(version);
  if (typeof version !== "string" || !isId(globalId) || !isId(contentId)) return null;
  const type = fields["artifactType"] ?? fields["type"];
  const number = /^[1-9]\d{0,8}$/.test(version) ? Number(version) : version;
  return { version: number, globalId, contentId, type: typeof type === "string" ? type : null };
}

const isId = (value: unknown): value is number => typeof value === "number" && Number.isSafeInteger(value) && value > 0;

function paths(base: string) {
  const artifact = (subject: string): string => {
    const { group, artifact: id } = placeOf(subject);
    return `${base}/groups/${encodeURIComponent(group)}/artifacts/${encodeURIComponent(id)}`;
  };
  return {
    base,
    artifact,
    version: (subject: string, version: Version) => `${artifact(subject)}/versions/${encodeURIComponent(version)}`,
    rules: (subject: string | null) => (subject === null ? `${base}/admin/rules` : `${artifact(subject)}/rules`),
    group: (subject: string) => `${base}/groups/${encodeURIComponent(placeOf(subject).group)}/artifacts`,
  };
}

const references = (draft: SchemaDraft) =>
  draft.references.map(({ name, subject, version }) => {
    const { group, artifact } = placeOf(subject);
    return { name, groupId: group, artifactId: artifact, version: String(version) };
  });

const contentType = ({ type }: SchemaDraft): string =>
  type === "PROTOBUF" ? "application/x-protobuf" : "application/json";

const v2 = paths("/apis/registry/v2");

export const apicurio2: ApicurioApi = {
  ...v2,
  search: `${v2.base}/search/artifacts`,
  ruleField: "type",
  meta: (subject, version) =>
    version === "latest" ? `${v2.artifact(subject)}/meta` : `${v2.version(subject, version)}/meta`,
  content: v2.version,
  register: (subject, draft) => ({
    path: `${v2.group(subject)}?ifExists=RETURN_OR_UPDATE`,
    headers: { "x-registry-artifactid": placeOf(subject).artifact, "x-registry-artifacttype": draft.type },
    body: {
      type: "application/create.extended+json",
      text: JSON.stringify({ content: draft.schema, references: references(draft) }),
    },
  }),
  // takes the text only: one that refers to others is refused with a sentence
  check: (subject, draft) => ({
    method: "PUT",
    path: `${v2.artifact(subject)}/test`,
    body: { type: contentType(draft), text: draft.schema },
  }),
  key: ({ globalId }) => `globalId:${globalId}`,
};

const v3 = paths("/apis/registry/v3");

const version3 = (draft: SchemaDraft) => ({
  content: { content: draft.schema, contentType: contentType(draft), references: references(draft) },
});

export const apicurio3: ApicurioApi = {
  ...v3,
  search: `${v3.base}/search/versions`,
  ruleField: "ruleType",
  meta: (subject, version) => v3.version(subject, version === "latest" ? "branch=latest" : version),
  content: (subject, version) => `${v3.version(subject, version)}/content`,
  register: (subject, draft) => ({
    path: `${v3.group(subject)}?ifExists=FIND_OR_CREATE_VERSION`,
    body: {
      type: "application/json",
      text: JSON.stringify({
        artifactId: placeOf(subject).artifact,
        artifactType: draft.type,
        firstVersion: version3(draft),
      }),
    },
  }),
  check: (subject, draft) => ({
    method: "POST",
    path: `${v3.artifact(subject)}/versions?dryRun=true`,
    body: { type: "application/json", text: JSON.stringify(version3(draft)) },
  }),
  key: ({ contentId }) => `contentId:${contentId}`,
};

/** Version 2 says error_code and message, version 3 status and title; both the name of an exception, and causes of a broken rule. */
export function refusalOf(body: unknown): Refusal {
  const fields = isObject(body) ? body : {};
  const code = fields["error_code"] ?? fields["status"];
  const message = fields["message"] ?? fields["title"];
  const causes = Array.isArray(fields["causes"]) ? fields["causes"].filter(isObject) : [];
  const broken = causes.map(({ description, context }) => `${description} at ${context}`).join("; ");
  const words = broken !== "" ? broken : typeof message === "string" ? message : null;
  const name = typeof fields["name"] === "string" ? fields["name"] : "";
  return {
    code: typeof code === "number" ? code : null,
    words,
    own: /^\w+NotFoundException$/.test(name) && name !== "NotFoundException",
  };
}

/** Where the registry does not say: an artifact that was deleted since. */
export function typeOfText(text: string): string {
  if (!/^\s*["{[]/.test(text)) return "PROTOBUF";
  return /"type"\s*:\s*"(record|enum|fixed)"/.test(text) ? "AVRO" : "JSON";
}
