import { describe, expect, it, vi } from "vitest";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optionFile } from "../../../host/app-job/database";
import { commandVariables, readVariables, startCommand } from "../../../host/app-job/command";
import { appEnv } from "../../../services/app/app-environment";

describe("the app's variables", () => {
  it("are read as they were rendered", () => {
    const variables = { PLAIN: "a b", ODD: 'q"u\\o$t`e', EMPTY: "", HASH: "#;'=" };
    expect(readVariables(appEnv(variables))).toEqual(variables);
  });

  it("go to the command with those of its unit, and nothing that is meant for its keeper", () => {
    const unit = { PATH: "/usr/bin", NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "1", HOME: "/a" };
    const app = { HOME: "/b", NODE_OPTIONS: "--x", WORKER: "mine" };
    expect(commandVariables(unit, app, { WORKER: "mail" })).toEqual({
      PATH: "/usr/bin",
      HOME: "/b",
      NODE_OPTIONS: "--x",
      WORKER: "mail",
    });
  });

  it("say how a MySQL client reaches the primary, with a check of the authority", () => {
    const variables = {
      DATABASE_URL_RW: "mysql://app:s3cret@127.0.0.1:3306/app",
      DATABASE_CA_FILE: "/etc/webstack/tls/ca.pem",
    };
    expect(optionFile(variables).split("\n")).toEqual([
      "[client]",
      "host=127.0.0.1",
      "port=3306",
      "protocol=tcp",
      "user=app",
      'password="s3cret"',
      "ssl-mode=VERIFY_CA",
      "ssl-ca=/etc/webstack/tls/ca.pem",
      "[mysql]",
      "database=app",
      "",
    ]);
  });
});

const node = (code: string) => [process.execPath, "-e", code];

/** True if there is no such process, or nothing but its status that nobody has asked for. */
function hasEnded(pid: string): boolean {
  return !existsSync(`/proc/${pid}`) || / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

describe("a command of the app", () => {
  it("has the variables that it is given, and no other", async () => {
    const code = "process.exit(Object.keys(process.env).sort().join() === 'A,B' ? 7 : 1)";
    expect(await startCommand(node(code), { A: "1", B: "2" }).ended).toBe(7);
  });

  it("tells the signal that ended it", async () => {
    const running = startCommand(node("setInterval(() => 0, 1000)"), {});
    running.terminate();
    expect(await running.ended).toBe(128 + 15);
  });

  it("leaves nothing behind that it started", async () => {
    const folder = mkdtempSync(join(tmpdir(), "command-"));
    const file = join(folder, "pid");
    const start = "const { pid } = require('child_process').spawn('sleep', ['600'])";
    const code = `${start}; require('fs').writeFileSync('${file}', String(pid)); process.exit(0)`;
    await startCommand(node(code), { PATH: process.env.PATH }).ended;
    const pid = readFileSync(file, "utf8");
    rmSync(folder, { recursive: true });
    await vi.waitUntil(() => hasEnded(pid), { timeout: 5_000 });
  });

  it("is a failure if it is not there", async () => {
    expect(await startCommand(["no-such-program"], { PATH: "/usr/bin" }).ended).toBe(127);
  });
});
