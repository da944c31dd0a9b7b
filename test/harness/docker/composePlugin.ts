import { chmod, cp, mkdir, mkdtemp, readdir, rename, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../lock.ts";
import { onPath } from "../tools.ts";
import { engineEnv, folders } from "./folders.ts";
import { Impossible } from "./impossible.ts";
import { must, run } from "./sh.ts";

/** The last version that builds with Go 1.24–1.26 and works with engines from 20.10 on; 2 minutes on two cores. */
const version = process.env["KW_COMPOSE_VERSION"] ?? "v5.0.2";

/**
 * Sees to it that `docker compose` works for the private engine: uses the one that is installed, else builds it, once, from the
 * Go module proxy. Resolves to what it did, for the log.
 */
export async function ensureCompose(): Promise<string> {
  const env = { ...process.env, ...engineEnv };
  if (process.env["KW_COMPOSE_VERSION"] === undefined) {
    const there = await run("docker", ["compose", "version", "--short"], { env });
    if (there.code === 0) return `Docker Compose ${there.stdout.trim()}`;
  }
  const program = join(folders.config, `docker-compose-${version}`);
  await withLock(join(folders.run, "compose.lock"), async () => {
    if (!(await exists(program))) await build(program);
    const plugins = join(folders.config, "cli-plugins");
    await mkdir(plugins, { recursive: true });
    await rm(join(plugins, "docker-compose"), { force: true });
    await symlink(program, join(plugins, "docker-compose"));
  });
  return `Docker Compose ${(await must("docker", ["compose", "version", "--short"], { env })).trim()} (own build)`;
}

async function build(program: string): Promise<void> {
  const path = `${process.env["PATH"]}:/usr/local/go/bin`;
  if (onPath("go") === null && !(await exists("/usr/local/go/bin/go"))) {
    throw new Impossible("Docker Compose is not installed, and building it needs Go (package golang, or go.dev)");
  }
  await mkdir(folders.work, { recursive: true });
  const work = await mkdtemp(join(folders.work, "compose-"));
  const env = {
    ...process.env,
    PATH: path,
    GOPATH: join(work, "go"),
    GOCACHE: join(work, "cache"),
    GOTOOLCHAIN: "local",
    GOFLAGS: "-buildvcs=false -modcacherw",
    CGO_ENABLED: "0",
  };
  const module = `github.com/docker/compose/${version.split(".")[0]}`;
  try {
    console.error(`Building Docker Compose ${version} (once; about two minutes) …`);
    const found = await must("go", ["mod", "download", "-json", `${module}@${version}`], { env, timeoutMs: 300_000 });
    // `go install module@version` is refused: the module excludes versions of others. From a copy its own go.mod applies.
    const source = join(work, "source");
    await cp((JSON.parse(found) as { Dir: string }).Dir, source, { recursive: true });
    const linker = `-s -w -X ${module}/internal.Version=${version}`;
    const args = ["build", "-trimpath", "-ldflags", linker, "-o", `${program}.new`, "./cmd"];
    await mkdir(folders.config, { recursive: true });
    await must("go", args, { env, cwd: source, timeoutMs: 15 * 60_000 });
    await chmod(`${program}.new`, 0o755);
    await rename(`${program}.new`, program);
  } finally {
    // 2 GB of modules and object files that nothing needs any more
    await rm(work, { recursive: true, force: true });
    if ((await readdir(folders.work)).length === 0) await rm(folders.work, { recursive: true });
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
