import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  askPending,
  askReboot,
  beginUpgrade,
  isUpgraded,
  isUpgrading,
  pendingIn,
  reasonsIn,
} from "../../rolling/os-updates";
import { FakeHosts } from "./support/fake-hosts";

const hosts = new FakeHosts();
let bin = "";

function program(name: string, ...lines: string[]): void {
  const path = join(bin, name);
  writeFileSync(path, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(path, 0o755);
}

/** Runs a command as a host's shell does, with programs that stand in for apt and systemd. */
function shell(command: string): { status: number | null; stdout: string } {
  const env = { PATH: `${bin}:/usr/bin:/bin` };
  const { status, stdout } = spawnSync("sh", ["-c", command], { env, encoding: "utf8" });
  return { status, stdout };
}

beforeAll(() => {
  bin = mkdtempSync(join(tmpdir(), "webstack-apt-"));
  program("sudo", 'case "$1" in LC_ALL=C) shift;; esac', 'exec "$@"');
  program("systemctl", "exit 3");
  program("sleep", "exit 0");
  program("dpkg", "exit 0");
  program("systemd-run", 'for one; do echo "<$one>"; done');
  program("rm", "exit 0");
});
afterAll(() => rmSync(bin, { recursive: true }));

describe("the list of what an upgrade would change", () => {
  it("has present and new versions of apt's own simulation", () => {
    program(
      "apt-get",
      'case "$*" in *update) exit 0;; esac',
      "echo 'Inst libc6 [2.41-6] (2.41-7 Ubuntu:26.04/resolute-security [amd64]) [libc-bin:amd64 ]'",
      "echo 'Inst linux-image-6.17.0-6 (6.17.0-6.6 Ubuntu:26.04/resolute-updates [amd64])'",
      "echo 'Conf libc6 (2.41-7 Ubuntu:26.04/resolute-security [amd64])'",
    );
    const { status, stdout } = shell(askPending);
    expect(status).toBe(0);
    expect(pendingIn(stdout)).toMatchObject({
      packages: [
        { name: "libc6", from: "2.41-6", to: "2.41-7" },
        { name: "linux-image-6.17.0-6", from: undefined, to: "6.17.0-6.6" },
      ],
      isHalfDone: false,
    });
  });

  it("is empty, and no failure, if there is nothing to upgrade", () => {
    program("apt-get", "exit 0");
    const { status, stdout } = shell(askPending);
    expect([status, pendingIn(stdout).packages]).toEqual([0, []]);
  });

  it("is no empty list if no mirror answers, or if apt cannot make a plan", () => {
    program("apt-get", 'case "$*" in *update) exit 100;; esac');
    expect(shell(askPending).status).not.toBe(0);
    program("apt-get", 'case "$*" in *update) exit 0;; esac', "exit 100");
    expect(shell(askPending).status).not.toBe(0);
  });

  it("tells of an upgrade that was cut off", () => {
    program("apt-get", "exit 0");
    program("dpkg", "echo 'The following packages are only half configured:'");
    expect(pendingIn(shell(askPending).stdout).isHalfDone).toBe(true);
    program("dpkg", "exit 0");
  });
});

describe("the reasons for a reboot", () => {
  it("are the distribution's, with its packages, and programs that run replaced files", () => {
    const output =
      "Reboot-required:\nReboot-package:libc6\nReboot-package:linux-base\nOld-program:node\n";
    expect(reasonsIn(output)).toEqual([
      "the distribution asks for it for libc6, linux-base",
      "replaced files still run in node",
    ]);
    expect(reasonsIn("")).toEqual([]);
  });

  it("are asked with a command that every shell reads, and that succeeds", () => {
    expect(shell(askReboot).status).toBe(0);
  });
});

describe("the upgrade", () => {
  it("runs in a unit whose commands arrive in one piece, and have nothing that systemd expands", () => {
    const words = shell(beginUpgrade(hosts.node("db-1"))).stdout.split("\n");
    const after = words.find((word) => word.includes("ExecStopPost"))!;
    const [, afterScript] = /^<--property=ExecStopPost=-\/bin\/sh -c "([^"]*)">$/.exec(after)!;
    const [, work] = /^<(set -e; .*)>$/.exec(words.find((word) => word.startsWith("<set -e"))!)!;
    for (const script of [afterScript!, work!]) {
      execFileSync("sh", ["-n", "-c", script]);
      expect(script).not.toMatch(/[$%\\]/);
    }
    expect(work).toMatch(
      /--runtime mask mysql\.service; dpkg --configure -a; apt-get -y .* upgrade/,
    );
    expect(afterScript).toMatch(/unmask mysql\.service; .*--on-active=15min systemctl start/);
  });

  it("keeps what it would start off, but for what is no package", () => {
    const masked = ["lb-1", "web-1", "app-1", "db-1"].map((name) => {
      return / mask (\S+);/.exec(beginUpgrade(hosts.node(name)))?.[1];
    });
    expect(masked).toEqual([undefined, "nginx.service", undefined, "mysql.service"]);
  });

  it("is not begun twice", () => {
    program("systemctl", "exit 0");
    expect(shell(beginUpgrade(hosts.node("web-1")))).toEqual({ status: 0, stdout: "" });
    program("systemctl", "exit 3");
  });

  it("is over once its unit is, and well only with its last step", () => {
    for (const state of ["active", "activating", "deactivating"]) {
      expect(isUpgrading(`${state}\n`), state).toBe(true);
    }
    expect([isUpgrading("inactive\ndone\n"), isUpgraded("inactive\ndone\n")]).toEqual([
      false,
      true,
    ]);
    expect([isUpgrading("failed\n"), isUpgraded("failed\n")]).toEqual([false, false]);
  });
});
