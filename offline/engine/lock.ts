import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** How often a waiting process looks whether the lock is free. */
const pollMs = 500;

/** How a lock is taken. */
export interface LockOptions {
  /** Longest wait for another holder. */
  timeoutMs: number;
  /** Told once, with the holder's process id, when the lock is taken by another. */
  waiting: (holder: number) => void;
}

/** Process id in a lock file; `undefined` if there is no readable one. */
function holderOf(file: string): number | undefined {
  try {
    const id = Number(readFileSync(file, "utf8"));
    return Number.isInteger(id) && id > 0 ? id : undefined;
  } catch {
    return undefined;
  }
}

/**
 * True for a process that has ended, and whose parent has not asked how. In a container without an init such a process
 * keeps its id for long. False where there is no `/proc`.
 */
function isZombie(id: number): boolean {
  try {
    // The name of the program, in parentheses, may hold anything; the state follows it (proc(5)).
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}

/** True while a process with this id runs. */
export function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return !isZombie(id);
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const holder = holderOf(file);
    if (holder === undefined || !isAlive(holder)) rmSync(file, { force: true });
    return false;
  }
}

/**
 * Runs `work` while holding the lock `file`. A lock whose holder has died is taken over.
 *
 * @throws Error if another process holds it longer than `timeoutMs`.
 */
export async function withLock<T>(
  file: string,
  { timeoutMs, waiting }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const deadline = Date.now() + timeoutMs;
  let isReported = false;
  while (!take(file)) {
    const holder = holderOf(file);
    if (holder !== undefined && !isReported) {
      isReported = true;
      waiting(holder);
    }
    if (Date.now() > deadline) {
      throw new Error(`${file} is still held by process ${holder}; end it or delete the file`);
    }
    await new Promise((done) => setTimeout(done, holder === undefined ? 10 : pollMs));
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
