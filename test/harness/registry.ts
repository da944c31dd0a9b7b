import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
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
 *
 * @param options.settings further ones of Java: "-Dname=value"
 */
export async function startRegistry(
  options: { folder?: string; port?: number; version?: string; settings?: string[] } = {},
): Promise<Registry> {
  await ensureTools(["java"]);
  const { folder, jar } = await registryJar(options.version);
  const place = folderFor(options.folder, "registry");
  const kept =
    options.folder === undefined ? [] : [`-DREGISTRY_DATASOURCE_URL=jdbc:h2:file:${join(place.path, "schemas")}`];
  return onPorts(options.port === undefined ? undefined : [options.port], 1, async ([port]) => {
    const process = startJava({
      name: "the schema registry",
      folder: place.path,
      keep: options.folder !== undefined,
      java: [
        "-Xmx384m",
        `-Dquarkus.http.port=${port}`,
        "-Dquarkus.http.host=127.0.0.1",
        ...kept,
        ...(options.settings ?? []),
      ],
      run: { jar: join(folder, jar) },
    });
    // version 3 does not say when it listens, only when it is about to
    await process.printed(/Listening on: http|Using the following RegistryStorage/, 90_000);
    const base = `http://127.0.0.1:${port}`;
    await answering(`${base}/apis/ccompat/v7/subjects`, 30_000);
    return { base, url: `${base}/apis/ccompat/v7`, process, stop: () => stopAll([process], place) };
  });
}

async function answering(url: string, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const left = end - Date.now();
    const status = await fetch(url, { signal: AbortSignal.timeout(Math.max(left, 1)) }).then(
      (response) => response.status,
      (error: unknown) => String(error),
    );
    if (status === 200) return;
    if (Date.now() >= end) throw new Error(`${url} did not answer in time: ${status}`);
    await sleep(100);
  }
}
