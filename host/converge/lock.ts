import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { runDirectory } from "./places";
import { say } from "./run";

const path = `${runDirectory}/converge.lock`;
/** Longest wait for another run, seconds: a first boot may be installing packages. */
const waitSeconds = 600;

/** That another run works on this host. */
export class LockHeld extends Error {}

/**
 * Runs `work` while no other converge works on this host. The kernel holds the lock for a helper
 * that ends with this process, whatever ends it, so there is never a stale one.
 *
 * @throws LockHeld if another run does not end within `seconds`; 0: if there is one.
 */
export async function withLock<T>(work: () => Promise<T>, seconds = waitSeconds): Promise<T> {
  mkdirSync(runDirectory, { recursive: true, mode: 0o755 });
  const held = ["/bin/sh", "-c", "echo held && exec cat >/dev/null"];
  const helper = spawn("/usr/bin/flock", ["-w", String(seconds), path, ...held], {
    stdio: ["pipe", "pipe", "inherit"],
    // The terminal's or the connection's end must not reach the helper before its master.
    detached: true,
  });
  const slow = setTimeout(() => say("wait", "another run is at work"), 500);
  try {
    await new Promise<void>((resolve, reject) => {
      helper.stdout.once("data", () => resolve());
      helper.once("error", reject);
      helper.once("exit", () =>
        reject(
          new LockHeld(
            `another run still holds ${path} after ${seconds} s; it goes on by itself: run \`up\` again when it has ended`,
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
