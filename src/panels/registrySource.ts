import type { Ctx } from "../context.ts";
import type { SchemaSource } from "../schema/api.ts";
import type { Registry } from "../schema/registry/api.ts";
import { schemaSource } from "../schema/registry/source.ts";

/** What the registry of a panel's connection has, fetched once for the panel's rows, comparisons and drafts, until the connection changes. */
export class RegistrySource {
  private readonly ctx: Pick<Ctx, "registries">;
  private readonly connectionId: string;
  private opened: { registry: Registry; source: SchemaSource } | null = null;

  constructor(ctx: Pick<Ctx, "registries">, connectionId: string) {
    this.ctx = ctx;
    this.connectionId = connectionId;
  }

  /** null: the connection has no registry. Rejects with a UserError when it cannot even be addressed. */
  async get(): Promise<SchemaSource | null> {
    const { registries } = this.ctx;
    const registry = await registries.get(this.connectionId);
    if (!registry) return null;
    const cache = await registries.cache();
    if (this.opened?.registry !== registry) this.opened = { registry, source: schemaSource(registry, { cache }) };
    return this.opened.source;
  }
}
