import assert from "node:assert/strict";
import type { TestApi } from "../../../src/testApi.ts";
import { stack } from "./api.ts";

/** Registers a version of a subject in the stack's registry, by its API alone; gives the schema's id. */
export async function registerSchema(subject: string, schema: string, schemaType = "AVRO"): Promise<number> {
  const answer = await request("POST", `/subjects/${subject}/versions`, { schemaType, schema });
  assert.equal(typeof answer["id"], "number");
  return answer["id"] as number;
}

export const setCompatibility = (subject: string, compatibility: string): Promise<unknown> =>
  request("PUT", `/config/${subject}`, { compatibility });

export async function deleteSubject(subject: string): Promise<void> {
  for (const how of ["", "?permanent=true"]) await request("DELETE", `/subjects/${subject}${how}`);
}

/** Stores a connection to the stack's broker and registry for one suite. */
export async function connectionWithRegistry(
  api: TestApi,
  name: string,
): Promise<{ id: string; remove(): Promise<void> }> {
  const id = `test-${name}-${Date.now()}`;
  const { kraft, registry } = stack();
  await api.ctx.connections.save({
    id,
    name,
    bootstrapServers: [kraft.bootstrap],
    tls: null,
    sasl: null,
    registry: { kind: "confluent", urls: [registry.url], signIn: { kind: "none" }, tls: null },
  });
  return { id, remove: () => api.ctx.connections.remove(id) };
}

async function request(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/vnd.schemaregistry.v1+json" };
  const response = await fetch(`${stack().registry.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
  return method === "DELETE" ? {} : (JSON.parse(text) as Record<string, unknown>);
}
