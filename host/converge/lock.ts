import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { runDirectory } from "./directories";
import { reportStep } from "./run";

const path = `${runDirectory}/converge.lock`;
/** Longest wait for another run, seconds: a first boot may be installing packages. */
const waitSeconds = 600;

/** Another run of converge has the lock of this host. */
export class LockHeld extends Error {}

/**
 * Runs `work` while no other converge run works on this host. The kernel holds the lock for a helper
 * process that ends with this process in every case, so a lock is never stale.
 *
 * @throws LockHeld if another run does not end within `seconds`; with 0 at once.
 */
export async function withLock<T>(work: () => Promise<T>, seconds = waitSeconds): Promise<T> {
  mkdirSync(runDirectory, { recursive: true, mode: 0o755 });
  const held = ["/bin/sh", "-c", "echo held && exec cat >/dev/null"];
  const helper = spawn("/usr/bin/flock", ["-w", String(seconds), path, ...held], {
    stdio: ["pipe", "pipe", "inherit"],
    // A hangup of the terminal or connection must not reach the helper before this process.
    detached: true,
  });
  const slow = setTimeout(
    () => reportStep("wait", "another converge run is working on this host"),
    500,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      helper.stdout.once("data", () => resolve());
      helper.once("error", reject);
      helper.once("exit", () =>
        reject(
          new LockHeld(
            `another run still holds ${path} after ${seconds} s; it finishes by itself; run \`up\` again after that`,
          ),
        ),
      );
    });
    clearTimeout(slow);
    return await work();
  } finally {
    clearTimeout(slow);
    helper.stdin.end();
  }
}
