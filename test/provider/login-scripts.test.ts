import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { foreignAccount, loginScripts, notConfigured } from "../../provider/login-scripts";

/** Programs of a host that the scripts call, as far as the scripts depend on them. */
const programs: Record<string, string> = {
  useradd: 'for name; do :; done; echo "$name:x:1:1::$ROOT/home/$name:/bin/bash" >>"$ROOT/passwd"',
  usermod: 'sed -i "s#^\\($3:.*\\):[^:]*\\$#\\1:$2#" "$ROOT/passwd"',
  getent: 'grep "^$2:" "$ROOT/passwd"',
  visudo: "exit 0",
  sshd: 'test ! -e "$ROOT/broken"',
  systemctl: 'echo "systemctl $*" >>"$ROOT/log"',
  "systemd-run": 'for last; do :; done; echo "$last" >"$ROOT/undo"; echo "armed $*" >>"$ROOT/log"',
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "login-"));
  for (const path of [
    "bin",
    "etc/ssh/sshd_config.d",
    "etc/sudoers.d",
    "var/lib/webstack",
    "home",
  ]) {
    mkdirSync(join(root, path), { recursive: true });
  }
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(root, "bin", name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(root, "bin", name), 0o755);
  }
  write("passwd", `mail:x:8:8::/:/bin/sh\nwebstack:x:1:1::${root}/home/webstack:/bin/bash\n`);
  write("etc/sudoers.d/90-cloud-init-users", "# rules\nwebstack ALL=(ALL) NOPASSWD:ALL\n");
  mkdirSync(join(root, "home/webstack/.ssh"), { recursive: true });
  write("home/webstack/.ssh/authorized_keys", "a key\n");
  configured("webstack");
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (path: string, content: string) => writeFileSync(join(root, path), content);
const read = (path: string) => readFileSync(join(root, path), "utf8");
const extraPath = "etc/ssh/sshd_config.d/20-webstack-logins.conf";
const configured = (user: string) =>
  write("etc/ssh/sshd_config.d/10-webstack.conf", `PermitRootLogin no\nAllowUsers ${user}\n`);
const account = (user: string) => read("passwd").match(new RegExp(`^${user}:.*:(.*)$`, "m"))?.[1];

/** The text with the host's paths and programs below the folder of the test. */
function here(text: string): string {
  return (
    text
      .replaceAll(/(?<![\w/])\/(etc|var|run)\//g, `${root}/$1/`)
      .replaceAll("/usr/sbin/sshd ", `${root}/bin/sshd `)
      // The names in rendered settings are the host's own.
      .replaceAll(`'${root}/etc/ssh/authorized_keys.d/`, "'/etc/ssh/authorized_keys.d/")
  );
}

function run(name: keyof typeof loginScripts, user: string): number | null {
  const env = { ...process.env, PATH: `${root}/bin:${process.env.PATH}`, ROOT: root };
  const input = here(loginScripts[name]);
  const { status, stderr } = spawnSync("sh", ["-s", "--", user], { input, env, encoding: "utf8" });
  if (status !== 0 && stderr !== "") write("complaint", stderr);
  return status;
}

/** What systemd's timer does if nobody confirms. */
function undo(): void {
  const env = { ...process.env, PATH: `${root}/bin:${process.env.PATH}`, ROOT: root };
  expect(spawnSync("sh", ["-c", read("undo")], { env }).status).toBe(0);
}

describe("a login name that is added", () => {
  it("is an account with sudo, accepted beside the present one with the keys of both", () => {
    expect(run("mayAdd", "alice")).toBe(0);
    expect(run("add", "alice")).toBe(0);
    expect(read(extraPath).split("\n").slice(1)).toEqual([
      "AllowUsers alice webstack",
      "Match User alice,webstack",
      "  AuthorizedKeysFile /etc/ssh/authorized_keys.d/alice /etc/ssh/authorized_keys.d/webstack",
      "",
    ]);
    expect(read("etc/sudoers.d/91-webstack-alice")).toBe("alice ALL=(ALL) NOPASSWD:ALL\n");
    expect(account("alice")).toBe("/bin/bash");
  });

  it("goes by itself without a confirmation, and stays with one", () => {
    run("add", "alice");
    const armed = read("log")
      .split("\n")
      .findIndex((line) => line.includes("--on-active=110"));
    const reloaded = read("log").split("\n").indexOf("systemctl reload ssh.service");
    expect(armed).toBeGreaterThanOrEqual(0);
    expect(reloaded).toBeGreaterThan(armed);
    undo();
    expect(existsSync(join(root, extraPath))).toBe(false);
    run("add", "alice");
    run("keep", "alice");
    expect(read("log")).toMatch(/stop webstack-undo-login.timer webstack-undo-login.service\n$/);
    expect(existsSync(join(root, "var/lib/webstack/logins-before"))).toBe(false);
  });

  it("is no account of something else, but one that an interrupted run added", () => {
    expect(run("mayAdd", "mail")).toBe(foreignAccount);
    expect(run("add", "mail")).toBe(foreignAccount);
    expect(existsSync(join(root, extraPath))).toBe(false);
    run("add", "alice");
    expect(run("mayAdd", "alice")).toBe(0);
    expect(run("add", "alice")).toBe(0);
  });

  it("changes nothing where sshd does not take its settings", () => {
    write("broken", "");
    expect(run("add", "alice")).toBe(1);
    expect(readdirSync(join(root, "etc/ssh/sshd_config.d"))).toEqual(["10-webstack.conf"]);
    expect(read("log")).not.toMatch(/^systemctl reload/m);
  });
});

describe("the end of the former login name", () => {
  beforeEach(() => {
    run("add", "alice");
    run("keep", "alice");
  });

  it("waits for the host's configuration", () => {
    expect(run("mayEnd", "alice")).toBe(notConfigured);
    expect(run("end", "alice")).toBe(notConfigured);
    expect(existsSync(join(root, extraPath))).toBe(true);
  });

  it("comes back by itself without a confirmation, also if the next run begins before", () => {
    configured("alice");
    expect(run("end", "alice")).toBe(0);
    expect(existsSync(join(root, extraPath))).toBe(false);
    undo();
    expect(read(extraPath)).toContain("AllowUsers alice webstack");
    run("end", "alice");
    run("end", "alice");
    undo();
    expect(read(extraPath)).toContain("AllowUsers alice webstack");
  });

  it("takes shell, sudo and keys from the account, which the stack may use again", () => {
    configured("alice");
    run("end", "alice");
    run("keep", "alice");
    expect(run("retire", "alice")).toBe(0);
    expect([account("webstack"), account("alice"), account("mail")]).toEqual([
      ...["/usr/sbin/nologin", "/bin/bash", "/bin/sh"],
    ]);
    expect(read("etc/sudoers.d/90-cloud-init-users")).toBe("# rules\n");
    expect(readdirSync(join(root, "home/webstack/.ssh"))).toEqual([]);
    expect(run("mayAdd", "webstack")).toBe(0);
    run("add", "webstack");
    configured("webstack");
    run("end", "webstack");
    run("keep", "webstack");
    run("retire", "webstack");
    expect([account("webstack"), account("alice")]).toEqual(["/bin/bash", "/usr/sbin/nologin"]);
    expect(existsSync(join(root, "etc/sudoers.d/91-webstack-alice"))).toBe(false);
  });
});
