import type { Uri } from "vscode";
import type { Connection } from "../connections/model.ts";
import type { Ctx } from "../context.ts";
import { back, type PickItem } from "../platform/ui.ts";
import type { Registry } from "../schema/registry/api.ts";
import { CancelledError, UserError } from "../shared/userError.ts";
import { likelySubjects, type SchemaFile } from "./schemaFile.ts";

const title = "Check Compatibility";

/** What a file was checked against before: it is asked for again at the top. */
interface Former {
  connectionId: string;
  subject: string;
}

/** Asks whose registry and which subject is meant, likely ones first. One connection with a registry is not asked for. */
export async function askSubject(
  ctx: Ctx,
  uri: Uri,
  file: SchemaFile,
): Promise<{ registry: Registry; subject: string }> {
  const key = `compatibility:${uri.toString()}`;
  const former = ctx.extension.workspaceState.get<Former>(key);
  const connection = await askConnection(ctx, former);
  const registry = await ctx.registries.get(connection.id);
  if (!registry) throw noRegistry();
  const load = async (): Promise<PickItem<string>[]> => {
    const subjects = await registry.subjects();
    if (subjects.length === 0)
      throw new UserError(`The registry of ${connection.name} has no subject yet: there is nothing to check against.`, {
        code: "no-subject",
      });
    const before = subjects.filter((subject) => subject === former?.subject);
    const likely = [...new Set([...before, ...likelySubjects(file, subjects)])];
    const item = (section: string) => (subject: string) => ({ label: subject, section, value: subject });
    const rest = subjects.filter((subject) => !likely.includes(subject)).sort();
    return [...likely.map(item("likely")), ...rest.map(item("all others"))];
  };
  const subject = await ctx.ui.pick({
    title,
    placeholder: `Subject that ${file.name} is to be a new version of`,
    items: load(),
  });
  if (subject === back) throw new CancelledError();
  const asked: Former = { connectionId: connection.id, subject };
  await ctx.extension.workspaceState.update(key, asked);
  return { registry, subject };
}

async function askConnection(ctx: Ctx, former: Former | undefined): Promise<Connection> {
  const connections = ctx.connections.list().filter(({ registry }) => registry !== null);
  const [only, ...others] = connections;
  if (!only) throw noRegistry();
  if (others.length === 0) return only;
  const before = connections.find(({ id }) => id === former?.connectionId);
  const picked = await ctx.ui.pick({
    title,
    placeholder: "Connection whose schema registry is asked",
    items: connections.map((connection) => ({ label: connection.name, icon: "plug", value: connection })),
    ...(before && { active: before }),
  });
  if (picked === back) throw new CancelledError();
  return picked;
}

const noRegistry = (): UserError =>
  new UserError("No connection has a schema registry: add one with “Kafka: Edit Connection…”.", {
    code: "no-registry",
  });
