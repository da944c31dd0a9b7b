import type { Connection } from "../connections/model.ts";
import { type ConnectionTarget, connectionOf } from "../connections/target.ts";
import type { Ctx } from "../context.ts";
import { ConnectionError } from "../platform/connectionError.ts";
import { back } from "../platform/ui.ts";
import type { Registry, Version } from "../schema/registry/api.ts";
import { asSentence } from "../shared/sentence.ts";
import { CancelledError, UserError } from "../shared/userError.ts";

/** What a command about a subject is given: a node of the tree, or whatever else names one. */
export interface SubjectTarget extends ConnectionTarget {
  readonly subject?: string;
  /** the subject, or the version where there is one, is deleted softly */
  readonly isDeleted?: boolean;
}

export interface VersionTarget extends SubjectTarget {
  readonly version?: Version;
}

export interface Subject {
  connectionId: string;
  subject: string;
}

export interface SchemaVersion extends Subject {
  version: Version;
}

const byName = new Intl.Collator(undefined, { numeric: true }).compare;

/**
 * Asks the registry of a connection. Rejects with a UserError that stands by itself as a sentence: "no-registry" where the connection has
 * none, otherwise with the registry's own codes.
 */
export async function askRegistry<T>(
  ctx: Pick<Ctx, "connections" | "registries">,
  connectionId: string,
  ask: (registry: Registry) => Promise<T>,
): Promise<T> {
  try {
    const registry = await ctx.registries.get(connectionId);
    if (!registry) {
      const name = ctx.connections.get(connectionId)?.name ?? "this connection";
      throw new UserError(`${name} has no schema registry: edit the connection and enter its URL.`, {
        code: "no-registry",
      });
    }
    return await ask(registry);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, detail } = error;
    const message = asSentence(error.message);
    const more = { code, detail, cause: error };
    throw refusals.has(code) ? new UserError(message, more) : new ConnectionError(connectionId, message, more);
  }
}

/** Codes of what the registry says no to: editing the connection would not help. */
const refusals = new Set([
  "unknown-subject",
  "unknown-schema",
  "unknown-reference",
  "missing",
  "incompatible",
  "invalid-schema",
  "unsupported",
  "one-version",
  "too-long",
]);

/** The connection that a command is about: the given one, or one with a registry that the user picks. */
export async function registryConnectionOf(
  ctx: Ctx,
  target: ConnectionTarget | undefined,
  title: string,
): Promise<Connection> {
  if (target?.connectionId) return connectionOf(ctx, target, title);
  const connections = ctx.connections.list().filter(({ registry }) => registry !== null);
  if (connections.length === 0)
    throw new UserError("No connection has a schema registry: edit one, and enter the URL of its registry.", {
      code: "no-registry",
    });
  if (connections.length === 1) return connections[0]!;
  const picked = await ctx.ui.pick({
    title,
    placeholder: "Connection whose schema registry is meant",
    items: connections.map((connection) => ({ label: connection.name, icon: "plug", value: connection })),
  });
  if (picked === back) throw new CancelledError();
  return picked;
}

/** The subject that a command is about: the given one, or one that the user picks. */
export async function subjectOf(ctx: Ctx, target: SubjectTarget | undefined, title: string): Promise<Subject> {
  if (target?.connectionId && target.subject !== undefined)
    return { connectionId: target.connectionId, subject: target.subject };
  const connection = await registryConnectionOf(ctx, target, title);
  const load = async () => {
    const subjects = await askRegistry(ctx, connection.id, (registry) => registry.subjects());
    return subjects.sort(byName).map((subject) => ({ label: subject, icon: "symbol-structure", value: subject }));
  };
  const subject = await ctx.ui.pick({ title, placeholder: `Subject in ${connection.name}`, items: load() });
  if (subject === back) throw new CancelledError();
  return { connectionId: connection.id, subject };
}

/** The version that a command is about: the given one, or one that the user picks. */
export async function versionOf(
  ctx: Ctx,
  target: VersionTarget | undefined,
  title: string,
  placeholder = "Version",
): Promise<SchemaVersion> {
  const subject = await subjectOf(ctx, target, title);
  if (target?.version !== undefined) return { ...subject, version: target.version };
  return { ...subject, version: await pickVersion(ctx, subject, title, placeholder) };
}

/** One of a subject's versions, the newest first. @param but this one is not offered */
export async function pickVersion(
  ctx: Ctx,
  { connectionId, subject }: Subject,
  title: string,
  placeholder: string,
  but?: Version,
): Promise<Version> {
  const load = async () => {
    const versions = await askRegistry(ctx, connectionId, (registry) => registry.versions(subject));
    const others = versions.filter((version) => version !== but);
    if (others.length === 0)
      throw new UserError(`${subject} has no other version than v${but}.`, { code: "one-version" });
    return others.reverse().map((version) => ({ label: `v${version}`, icon: "history", value: version }));
  };
  const version = await ctx.ui.pick<Version>({ title, placeholder: `${placeholder} of ${subject}`, items: load() });
  if (version === back) throw new CancelledError();
  return version;
}

/** The version that a command is about (of a subject: the latest) and the one before it. */
export async function previousOf(
  ctx: Ctx,
  target: VersionTarget | undefined,
  title: string,
): Promise<{ older: SchemaVersion; newer: SchemaVersion }> {
  const subject = await subjectOf(ctx, target, title);
  const version = target?.version;
  const versions = await askRegistry(ctx, subject.connectionId, async (registry) => {
    const deleted = registry.features.softDelete && target?.isDeleted === true;
    return registry.versions(subject.subject, undefined, { deleted });
  });
  const at = version === undefined ? versions.length - 1 : versions.indexOf(version);
  const [older, newer] = [versions[at - 1], versions[at]];
  if (older === undefined || newer === undefined)
    throw new UserError(
      `There is nothing to compare with: v${newer ?? version ?? 1} is the first version of ${subject.subject}.`,
      { code: "one-version" },
    );
  return { older: { ...subject, version: older }, newer: { ...subject, version: newer } };
}
