import { join } from "node:path";
import { registryJar } from "./jars.ts";
import { folderFor, onPorts, startJava, stopAll } from "./kafka.ts";
import type { Started } from "./process.ts";
import { ensureTools } from "./tools.ts";

export interface Registry {
  /** base URL of Confluent's API */
  readonly url: string;
  /** base URL of the server: Apicurio's own API is under /apis/registry/v2 */
  readonly base: string;
  readonly process: Started;
  stop(): Promise<void>;
}

/**
 * A schema registry with Confluent's API. Ready in about 5 s. What is registered goes with it, unless a folder is given to keep it in.
 */
export async function startRegistry(options: { folder?: string; port?: number } = {}): Promise<Registry> {
  await ensureTools(["java"]);
  const { folder, jar } = await registryJar();
  const place = folderFor(options.folder, "registry");
  const kept =
    options.folder === undefined ? [] : [`-DREGISTRY_DATASOURCE_URL=jdbc:h2:file:${join(place.path, "schemas")}`];
  return onPorts(options.port === undefined ? undefined : [options.port], 1, async ([port]) => {
    const process = startJava({
      name: "the schema registry",
      folder: place.path,
      keep: options.folder !== undefined,
      java: ["-Xmx384m", `-Dquarkus.http.port=${port}`, "-Dquarkus.http.host=127.0.0.1", ...kept],
      run: { jar: join(folder, jar) },
    });
    await process.printed(/Listening on: http/, 90_000);
    const base = `http://127.0.0.1:${port}`;
    return { base, url: `${base}/apis/ccompat/v7`, process, stop: () => stopAll([process], place) };
  });
}
