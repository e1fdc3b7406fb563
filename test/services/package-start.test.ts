import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageStartPaths } from "../../services/mysql/package-start";
import { contentOf } from "./rendered";
import { databaseNode } from "./rendered-database";

const { hooks, settings, inForce } = packageStartPaths;
const dropIn = "/etc/systemd/system/mysql.service.d/webstack.conf";
const nodes = [databaseNode(), databaseNode(1), databaseNode(3, { id: 4711, sizeGb: 40 })];

describe("a MySQL that the package's scripts start", () => {
  it("logs no statement, and keeps the log by which a crash is recovered", () => {
    for (const node of nodes) {
      const cnf = contentOf(node, settings);
      expect(cnf).toMatch(/^\[mysqld\]$/m);
      expect(cnf).toMatch(/^binlog_do_db = webstack-none$/m);
      expect(cnf).not.toMatch(/^(skip|disable)_log_bin/m);
    }
  });

  it("serves nobody, should MySQL's unit start with these settings", () => {
    const cnf = contentOf(nodes[0]!, settings);
    expect(cnf).toMatch(/^skip_networking = ON$/m);
    expect(cnf).toMatch(/^loose_group_replication = OFF$/m);
  });

  it("reads these settings last, and none of them is in the node's own settings", () => {
    const own = "/etc/mysql/mysql.conf.d/zz-webstack.cnf";
    expect(dirname(inForce)).toBe(dirname(own));
    expect(inForce > own).toBe(true);
    for (const node of nodes) expect(node.files[inForce]).toBeUndefined();
    expect(contentOf(nodes[0]!, own)).not.toMatch(/binlog_do_db|skip_networking/);
  });

  it("is none of the unit's: the unit ends the settings before each start, or does not start", () => {
    for (const node of nodes) {
      const lines = contentOf(node, dropIn).split("\n");
      expect(lines).toContain(`ExecStartPre=+/usr/bin/rm -f ${inForce}`);
    }
  });
});

describe("dpkg's hooks", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "webstack-hooks-"));
    mkdirSync(join(root, dirname(inForce)), { recursive: true });
    writeFileSync(join(root, settings), "settings");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function run(name: string): void {
    const line = contentOf(nodes[0]!, hooks)
      .split("\n")
      .find((one) => one.startsWith(`${name}=`))!;
    const script = line.slice(name.length + 1).replaceAll("/etc/", `${root}/etc/`);
    execFileSync("/bin/sh", ["-c", script], { stdio: "ignore" });
  }

  it("put the settings in force while dpkg runs, and no longer", () => {
    run("pre-invoke");
    expect(readFileSync(join(root, inForce), "utf8")).toBe("settings");
    run("post-invoke");
    expect(existsSync(join(root, inForce))).toBe(false);
  });

  it("do not stop dpkg on a host without MySQL", () => {
    rmSync(join(root, "etc/mysql"), { recursive: true });
    run("pre-invoke");
    run("post-invoke");
  });

  it("are tried before they stay on a host, because dpkg refuses an unknown option", () => {
    const checks = nodes[0]!.checks.filter(({ files }) => files.includes(hooks));
    expect(checks.map(({ command }) => command)).toEqual([["/usr/bin/dpkg", "--version"]]);
  });
});
