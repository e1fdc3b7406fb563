import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { runDirectory } from "./manifest";
import { say } from "./run";

const path = `${runDirectory}/converge.lock`;
/** Longest wait for another run, seconds: a first boot may be installing packages. */
const waitSeconds = 600;

/**
 * Runs `work` while no other converge works on this host. The kernel holds the lock for a helper
 * that ends with this process, whatever ends it, so there is never a stale one.
 *
 * @throws Error if another run does not end within ten minutes.
 */
export async function withLock<T>(work: () => Promise<T>): Promise<T> {
  mkdirSync(runDirectory, { recursive: true, mode: 0o755 });
  const held = ["/bin/sh", "-c", "echo held && exec cat >/dev/null"];
  const helper = spawn("/usr/bin/flock", ["-w", String(waitSeconds), path, ...held], {
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
          new Error(
            `another run still holds ${path} after ${waitSeconds} s; it goes on by itself: run \`up\` again when it has ended`,
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
