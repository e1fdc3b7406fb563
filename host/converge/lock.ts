import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { runDirectory } from "./manifest";
import { pause, say } from "./run";

const path = `${runDirectory}/converge.lock`;
/** Longest wait for another run, seconds: a first boot may be installing packages. */
const waitSeconds = 600;

function holder(): number | undefined {
  const pid = existsSync(path) ? Number(readFileSync(path, "utf8")) : Number.NaN;
  return Number.isInteger(pid) && existsSync(`/proc/${pid}`) ? pid : undefined;
}

/**
 * Runs `work` while no other converge works on this host.
 *
 * @throws Error if another one does not end within ten minutes.
 */
export async function withLock<T>(work: () => Promise<T>): Promise<T> {
  mkdirSync(runDirectory, { recursive: true, mode: 0o755 });
  for (let waited = 0; ; waited++) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx", mode: 0o600 });
      break;
    } catch {
      const pid = holder();
      if (pid === undefined) rmSync(path, { force: true });
      else if (waited === 0) say("wait", `another run (process ${pid}) is at work`);
      else if (waited > waitSeconds * 5) throw new Error(`process ${pid} still holds ${path}`);
      if (pid !== undefined) await pause(200);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
