import type { RegistryKind } from "../api.ts";
import type { Registry } from "./api.ts";
import type { AwsAccess } from "./glue.ts";
import type { RegistryEndpoint } from "./http.ts";

/** All that is needed to talk to a registry, secrets included. */
export type RegistryConfig =
  | (RegistryEndpoint & { kind: Exclude<RegistryKind, "glue"> })
  | { kind: "glue"; access: AwsAccess; timeoutMs: number };

/** A client of the registry; nothing is asked yet. Rejects with a UserError ("bad-url") when its address cannot be one. */
export async function openRegistry(config: RegistryConfig): Promise<Registry> {
  switch (config.kind) {
    case "confluent": {
      const { ConfluentRegistry } = await import("./confluent.ts");
      return new ConfluentRegistry(config);
    }
    case "apicurio": {
      const { ApicurioRegistry } = await import("./apicurio.ts");
      return new ApicurioRegistry(config);
    }
    case "glue": {
      const { GlueRegistry } = await import("./glue.ts");
      return new GlueRegistry(config.access, config.timeoutMs);
    }
  }
}
