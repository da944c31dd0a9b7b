import type { RegisteredSchema, SchemaSource } from "../schema/api.ts";
import { UserError } from "../shared/userError.ts";
import type { FingerprintFiles } from "./fingerprintFiles.ts";

/** Where the schemas of Avro's single objects are looked up: among the workspace's files, which cost no request, and then in the registry. */
export function singleObjectSchemas(
  files: Pick<FingerprintFiles, "find">,
  registry: SchemaSource | null,
): Pick<SchemaSource, "byId"> {
  return {
    async byId(query, topic, part): Promise<RegisteredSchema> {
      const found = await files.find(String(query).slice("fingerprint:".length));
      if (found.schema) return found.schema;
      if (!registry) throw unknown(notAmong(found.files));
      try {
        return await registry.byId(query, topic, part);
      } catch (error) {
        if (!(error instanceof UserError) || error.code !== "unknown-schema") throw error;
        throw unknown(`${error.message}, and ${notAmong(found.files)}`);
      }
    },
  };
}

const unknown = (message: string): UserError => new UserError(message, { code: "unknown-schema" });

function notAmong(files: number): string {
  if (files === 0) return "the workspace has no .avsc file";
  if (files === 1) return "the one .avsc file of the workspace has another";
  return `none of the ${files} .avsc files of the workspace has it`;
}
