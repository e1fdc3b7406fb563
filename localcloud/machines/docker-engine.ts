import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { attempt } from "./command";

const log = "/var/log/webstack-dockerd.log";
/** Longest wait for the engine, seconds. */
const startSeconds = 60;

async function answers(): Promise<boolean> {
  const format = ["version", "--format", "{{.Server.Version}}"];
  return (await attempt("docker", format, { timeoutSeconds: 10 })) !== undefined;
}

/**
 * Starts Docker Engine in the background if none answers.
 *
 * @throws Error if this process may not, or the engine does not come up.
 */
export async function ensureDocker({
  progress,
}: {
  progress: (line: string) => void;
}): Promise<void> {
  if (await answers()) return;
  if (process.getuid?.() !== 0) {
    throw new Error("Docker Engine does not answer; start it, or run this command as root");
  }
  progress("starting Docker Engine");
  const output = openSync(log, "a", 0o600);
  const child = spawn("dockerd", [], { detached: true, stdio: ["ignore", output, output] });
  closeSync(output);
  child.on("error", () => undefined);
  child.unref();
  for (const end = Date.now() + startSeconds * 1000; Date.now() < end; await pause(250)) {
    if (await answers()) return;
  }
  throw new Error(`Docker Engine does not answer after ${startSeconds} s; see ${log}`);
}
