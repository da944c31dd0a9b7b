import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { withLock } from "./lock.ts";
import { runCommand } from "./run.ts";

/** What the harness needs from the system. */
export type Tool = "java" | "maven" | "chromium" | "kcat" | "python";

interface ToolInfo {
  /** whether the system has it, new enough */
  present(): boolean;
  /** Debian packages: the first of each list that the system knows */
  debian: readonly (readonly string[])[];
  /** how a person would call it in "Install …" */
  words: string;
}

const tools: Record<Tool, ToolInfo> = {
  java: {
    present: () => javaVersion() >= 17,
    debian: [["openjdk-21-jdk-headless", "openjdk-17-jdk-headless", "default-jdk-headless"]],
    words: "a JDK, version 17 or newer",
  },
  maven: { present: () => works(mavenCommand(), "--version"), debian: [["maven"]], words: "Maven" },
  chromium: { present: () => systemBrowser() !== null, debian: [["chromium"]], words: "Chromium or Chrome" },
  kcat: { present: () => works(["kcat"], "-V"), debian: [["kcat", "kafkacat"]], words: "kcat" },
  python: {
    present: () =>
      spawnSync(pythonCommand, ["-c", "import sys, venv, ensurepip; assert sys.version_info >= (3, 10)"], {
        stdio: "ignore",
      }).status === 0,
    debian: [["python3"], ["python3-venv"]],
    words: "Python 3.10 or newer with its venv module",
  },
};

/**
 * Makes sure that the system has these tools: installs what is missing with apt-get (Debian and Ubuntu, as root), saying so.
 * Anywhere else rejects with one sentence that lists what to install.
 */
export async function ensureTools(wanted: readonly Tool[]): Promise<void> {
  const missing = () => wanted.filter((tool) => !tools[tool].present());
  if (missing().length === 0) return;
  if (!canApt()) throw new Error(sentence(missing()));
  await withLock(join(cacheFolder(), "apt.lock"), async () => {
    const now = missing();
    if (now.length === 0) return;
    await apt(["update"]);
    const packages = now.flatMap((tool) => tools[tool].debian.map(firstKnown));
    console.error(`Installing with apt-get: ${packages.join(" ")} …`);
    await apt(["install", "-y", "--no-install-recommends", ...packages]);
  });
  const still = missing();
  if (still.length > 0) throw new Error(sentence(still));
}

/** All that the tests need, in one go: one apt-get, or one sentence that lists everything. */
export async function ensureTestTools(browser: boolean): Promise<void> {
  const wantsChromium = browser && aptBrowser() && !systemBrowser() && !(await playwrightBrowser());
  await ensureTools(["java", "maven", "kcat", ...(wantsChromium ? (["chromium"] as const) : [])]);
  if (browser) await ensureBrowser();
}

/** The sentence that tells a person what to install. */
export function sentence(missing: readonly Tool[]): string {
  const words = missing.map((tool) => tools[tool].words);
  const list = words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words[0];
  return `Install ${list}, put ${words.length > 1 ? "them" : "it"} on the PATH, and run the command again.`;
}

/** Java's command: of JAVA_HOME where that is set, else the one on the PATH. */
export function javaCommand(): string {
  const home = process.env["JAVA_HOME"];
  const inHome = home ? join(home, "bin", process.platform === "win32" ? "java.exe" : "java") : "";
  return inHome && existsSync(inHome) ? inHome : "java";
}

/** Java's major version, 0 when there is none. */
function javaVersion(): number {
  const { stderr, status } = spawnSync(javaCommand(), ["-version"], { encoding: "utf8" });
  if (status !== 0) return 0;
  const [, major, minor] = /version "(\d+)(?:\.(\d+))?/.exec(stderr) ?? [];
  return major === "1" ? Number(minor) : Number(major ?? 0);
}

/** Maven's command with its first arguments: on Windows it is a batch file, which only the command interpreter starts. */
export function mavenCommand(): [string, ...string[]] {
  return process.platform === "win32" ? ["cmd.exe", "/d", "/s", "/c", "mvn"] : ["mvn"];
}

/** Python's command; on Windows its installer puts no python3 on the PATH. */
export const pythonCommand = process.platform === "win32" ? "python" : "python3";

/** npm's command with its first arguments: the npm that runs this, else the one on the PATH. */
export function npmCommand(): [string, ...string[]] {
  const self = process.env["npm_execpath"];
  if (self && /npm-cli\.[cm]?js$/.test(self) && existsSync(self)) return [process.execPath, self];
  return process.platform === "win32" ? ["cmd.exe", "/d", "/s", "/c", "npm"] : ["npm"];
}

/** Where a program is on the PATH, or null. */
export function onPath(name: string): string | null {
  const ends = process.platform === "win32" ? (process.env["PATHEXT"] ?? ".EXE;.CMD;.BAT").split(";") : [""];
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const end of ends) {
      const path = join(folder, name + end);
      if (folder && existsSync(path)) return path;
    }
  }
  return null;
}

/** A Chromium that the system has; CHROME_PATH comes first. */
function systemBrowser(): string | null {
  const given = process.env["CHROME_PATH"];
  if (given) return given;
  const names = ["chromium", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"];
  for (const name of names) {
    const path = onPath(name);
    if (path) return path;
  }
  const places =
    process.platform === "darwin"
      ? [
          "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
          "/Applications/Chromium.app/Contents/MacOS/Chromium",
          "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
        ]
      : process.platform === "win32"
        ? [process.env["ProgramFiles"], process.env["ProgramFiles(x86)"], process.env["LOCALAPPDATA"]].flatMap(
            (root) =>
              root
                ? [
                    join(root, "Google", "Chrome", "Application", "chrome.exe"),
                    join(root, "Microsoft", "Edge", "Application", "msedge.exe"),
                  ]
                : [],
          )
        : [];
  return places.find((path) => existsSync(path)) ?? null;
}

/**
 * The browser to test with: the system's, else Debian's chromium by apt-get, else Playwright's own, downloaded to its usual cache.
 */
export async function ensureBrowser(): Promise<string> {
  const there = systemBrowser() ?? (await playwrightBrowser());
  if (there) return there;
  if (aptBrowser()) {
    await ensureTools(["chromium"]);
    const installed = systemBrowser();
    if (installed) return installed;
  }
  console.error("Downloading a browser with Playwright …");
  const cli = join(import.meta.dirname, "..", "..", "node_modules", "playwright-core", "cli.js");
  try {
    await runCommand(process.execPath, [cli, "install", ...(canApt() ? ["--with-deps"] : []), "chromium"], {
      timeoutMs: 15 * 60_000,
    });
  } catch (error) {
    throw new Error(sentence(["chromium"]), { cause: error });
  }
  const downloaded = await playwrightBrowser();
  if (!downloaded) throw new Error(sentence(["chromium"]));
  return downloaded;
}

async function playwrightBrowser(): Promise<string | null> {
  const { chromium } = await import("playwright-core");
  const path = chromium.executablePath();
  return path && existsSync(path) ? path : null;
}

const works = ([command, ...before]: readonly [string, ...string[]], argument: string) =>
  spawnSync(command, [...before, argument], { stdio: "ignore" }).status === 0;

function canApt(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && onPath("apt-get") !== null;
}

/** Whether apt-get brings a browser: Ubuntu's chromium package is only a pointer to a snap, which root in a container cannot run. */
const aptBrowser = () => canApt() && !/^ID=ubuntu$/m.test(readFileSync("/etc/os-release", "utf8"));

const apt = (args: string[]) =>
  runCommand("apt-get", ["-o", "DPkg::Lock::Timeout=300", ...args], {
    timeoutMs: 15 * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });

/** The first package of the list that this system's archive has. */
function firstKnown(names: readonly string[]): string {
  const known = names.find((name) => {
    const { stdout } = spawnSync("apt-cache", ["policy", name], { encoding: "utf8" });
    return /Candidate: (?!\(none\))\S/.test(stdout ?? "");
  });
  return known ?? names[0]!;
}
