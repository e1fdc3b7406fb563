import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { maxLateSeconds } from "../../host/app-job/systemd";
import { runDirectory } from "../../host/converge/directories";
import { swapDirectory } from "../../host/converge/swap";
import { jobUnitText } from "../../services/app-jobs/job-units";
import { job } from "../support/jobs";

const place = { current: "/srv/app/current", envPath: "/etc/webstack/app.env" };
const unit = jobUnitText(place, job());

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "job-wait-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the wait of the unit on files of the test; resolves with its output, and never rejects with status 0. */
function waited(seconds = maxLateSeconds): Promise<string> {
  const [, script = ""] = /^ExecStartPre=\+\/usr\/bin\/env -i \/bin\/sh -c "(.*)"$/m.exec(unit)!;
  expect(script).toContain(`${swapDirectory}/record.json`);
  expect(script).toContain(`${runDirectory}/converge.lock`);
  expect(script).toContain(`--wait ${maxLateSeconds} `);
  const here = script
    .replaceAll(swapDirectory, `${folder}/swap`)
    .replaceAll(runDirectory, folder)
    .replace(`--wait ${maxLateSeconds} `, `--wait ${seconds} `);
  return new Promise((resolve, reject) => {
    execFile("/bin/sh", ["-c", here], { env: {} }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}

/** Holds the lock as a run of converge does, until the returned function is called. */
async function converging(): Promise<() => Promise<unknown>> {
  const words = [`${folder}/converge.lock`, "/bin/sh", "-c", "echo held && exec cat >/dev/null"];
  const helper = spawn("flock", words, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(helper, "exit");
  await once(helper.stdout, "data");
  return () => {
    helper.stdin.end();
    return ended;
  };
}

function beginSwap(): void {
  mkdirSync(join(folder, "swap"));
  writeFileSync(join(folder, "swap/record.json"), "{}");
}

describe("the start of a job", () => {
  it("comes after a migration, and after the wait for converge", () => {
    expect(unit).toMatch(/^After=.* webstack-migrate\.service$/m);
    expect(unit).toMatch(/^ExecStartPre=(.|\n)*^ExecStart=/m);
    const [, limit] = /^TimeoutStartSec=(\d+)$/m.exec(unit)!;
    expect(Number(limit)).toBeGreaterThan(maxLateSeconds);
  });

  it("waits until converge has ended its change", async () => {
    beginSwap();
    const end = await converging();
    let isOver = false;
    const wait = waited().then(() => (isOver = true));
    // A second wait, with a short limit, ends while the first one goes on.
    expect(await waited(0.2)).toContain("the host was changed for");
    expect(isOver).toBe(false);
    await end();
    await wait;
  });

  it("does not wait for a converge that has not begun its change", async () => {
    const end = await converging();
    expect(await waited()).toBe("");
    await end();
  });

  it("does not wait for what an interrupted converge left", async () => {
    beginSwap();
    expect(await waited()).toBe("");
  });
});
