import { readFileSync, rmSync, writeFileSync } from "node:fs";

/** Takes the lock file if nobody alive has it, and keeps it until it is removed. Does not wait. */
export function takeLock(file: string): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    // clears away the lock of a process that died; an empty one is being written this very moment
    const pid = readFileSync(file, "utf8");
    if (pid === "" || alive(Number(pid))) return false;
    rmSync(file, { force: true });
  }
  return false;
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
