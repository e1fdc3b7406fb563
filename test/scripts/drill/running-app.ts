import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "../../../rolling/wait-until";
import { writeRelease } from "../../../scripts/drill/release-app";
import { freePort } from "../../../scripts/hostless/memory-cloud";

/** The drills' app as a process on this machine, without any proxy. */
export interface RunningApp {
  url: string;
  process: ChildProcess;
  end(): Promise<void>;
}

/** Starts the drills' app. @throws Error if it does not answer within 5 s. */
export async function runningApp(): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), "drilled-app-"));
  writeRelease(folder, "works", "1.0.0");
  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), NODE_NAME: "here" };
  const child = spawn(process.execPath, ["server.js"], { cwd: folder, env, stdio: "ignore" });
  const url = `http://127.0.0.1:${port}/`;
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  };
  await waitUntil("the app", async () => (await fetch(url)).ok || undefined, {
    timeoutSeconds: 5,
    intervalMs: 50,
  });
  return { url, process: child, end };
}
