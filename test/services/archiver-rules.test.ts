import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyFolder } from "../../host/archiver/base/copy-folder";
import { dumpRequest, runFolder } from "../../host/archiver/status";
import { checksPort } from "../../host/supervisor/wire/checks-server";
import { knownHosts } from "../../host/archiver/store/ssh-channel";
import { archiverPath } from "../../services/archiver/archiver";
import { basePaths, leftCopyPath } from "../../services/archiver/base-units";
import { archiver } from "../../services/archiver/service";
import { backedUpNode, backups, databaseNode, sftpBackups } from "./rendered-database";

describe("backups", () => {
  const { files, packages, services, secretFiles } = backedUpNode();
  const text = (path: string) => files[path]!.content;

  it("leave a node without them as it is", () => {
    const without = databaseNode();
    const paths = Object.keys(without.files).filter((path) => /archiver|base/.test(path));
    expect(paths).toEqual([]);
    expect(without.packages).not.toContain("age");
    expect(without.files["/etc/mysql/webstack-init.sql"]!.content).not.toContain("archiver");
  });

  it("bring the programs that compress and encrypt, and the archiver with its secret", () => {
    expect(packages).toEqual(expect.arrayContaining(["age", "zstd"]));
    expect(services.map(({ unit }) => unit)).toEqual(
      expect.arrayContaining([
        "webstack-archiver.service",
        "webstack-base.timer",
        "webstack-base.path",
      ]),
    );
    expect(secretFiles["/etc/webstack/archiver-secret"]).toEqual({
      owner: "root",
      group: "root",
      mode: "0600",
    });
    expect(JSON.stringify(files)).not.toContain("secretAccessKey");
  });

  it("give MySQL two users without passwords, neither of which writes what is not its own", () => {
    const sql = text("/etc/mysql/webstack-init.sql");
    expect(sql).toContain(
      "'archiver'@'localhost' IDENTIFIED WITH auth_socket AS 'webstack-archiver'",
    );
    expect(sql).toContain("GRANT REPLICATION SLAVE ON *.* TO 'archiver'@'localhost';");
    expect(sql).toContain(
      "GRANT BACKUP_ADMIN, SELECT, SHOW VIEW, TRIGGER, EVENT ON *.* TO 'base'@'localhost';",
    );
    const grants = sql.split("\n").filter((line) => /^GRANT.*'(archiver|base)'/.test(line));
    expect(grants.filter((line) => /ALL|DELETE|DROP|SUPER|WITH GRANT/.test(line))).toEqual([]);
  });

  it("let the archiver out to the bucket's port, and nobody else but the system", () => {
    expect(text("/etc/nftables.conf")).toContain(
      'meta skuid "webstack-archiver" tcp dport 443 accept',
    );
    const other = archiver({ ...backups.target, endpoint: "http://198.18.2.1:9000" }).callsOut;
    expect(other).toEqual([{ user: "webstack-archiver", port: 9000 }]);
  });

  it("tell the archiver the public key alone, and nothing of the nodes but names and addresses", () => {
    const config = JSON.parse(text("/etc/webstack/archiver.json"));
    expect(Object.keys(config)).toEqual([
      ...["node", "nodes", "root", "target", "publicKey", "dumpOn", "confirm"],
    ]);
    expect(config.publicKey).toBe(backups.publicKey);
    expect(Object.keys(config.nodes[0])).toEqual(["name", "privateIp"]);
  });

  it("tell the archiver where its own node's supervisor answers, which no rule of the firewall stops", () => {
    const { node, nodes, confirm } = JSON.parse(text("/etc/webstack/archiver.json"));
    const own = nodes.find(({ name }: { name: string }) => name === node);
    expect(confirm).toBe(`http://${own.privateIp}:${checksPort}`);
    const rules = text("/etc/nftables.conf")
      .split("\n")
      .map((line) => line.trim());
    // The kernel sends what goes to an address of the host over the loopback interface.
    for (const chain of ["input", "output"]) {
      const at = rules.findIndex((line) => line.startsWith(`chain ${chain} `));
      expect(rules[at + 2]).toBe(`${chain === "input" ? "iif" : "oif"} "lo" accept`);
    }
    expect(text(archiverPath)).not.toContain("IPAddressDeny");
    expect(text(archiverPath)).not.toContain("PrivateNetwork");
  });

  it("take a base at its time, on the node that archives alone", () => {
    expect(text("/etc/systemd/system/webstack-base.timer")).toContain(
      "OnCalendar=*-*-* 03:15:00 UTC",
    );
    expect(text(basePaths.copy)).toContain("ConditionPathExists=/run/webstack-archiver/active");
    // As root, who sees a copy that the upload cannot read: the upload then fails, and is not left out.
    expect(text(basePaths.base)).toContain(
      `ExecCondition=+/usr/bin/test -e ${runFolder}/active -a -e ${copyFolder}/info.json`,
    );
  });

  it("take no copy away from an upload that reads it", () => {
    expect(text(basePaths.base)).toContain("RuntimeDirectory=webstack-base\n");
    expect(text(basePaths.copy)).toContain("ConditionPathExists=!/run/webstack-base\n");
  });
});

describe("the copy of a base", () => {
  const text = (path: string) => backedUpNode().files[path]!.content;

  it("goes after a copy that failed, as its own unit's last step, and stays after one that succeeded", () => {
    const after = /^ExecStopPost=\/bin\/sh -c '([^']*)'$/m.exec(text(basePaths.copy))![1]!;
    const script = after.replaceAll("$$", "$").replace("/usr/bin/node", "/bin/echo");
    const outputAfter = (result: string) =>
      execFileSync("/bin/sh", ["-c", script], {
        env: { SERVICE_RESULT: result },
        encoding: "utf8",
      });
    expect(outputAfter("success")).toBe("");
    for (const result of ["exit-code", "signal", "timeout"]) {
      expect(outputAfter(result)).toBe("/usr/local/lib/webstack/base-clean.js\n");
    }
  });

  it("goes after each upload: no condition of the unit keeps its last step from running", () => {
    expect(text(basePaths.base)).not.toMatch(/^(Condition|Assert)/m);
    expect(text(basePaths.base)).toContain(`ExecStopPost=+/usr/bin/rm -rf ${copyFolder} `);
  });

  it("goes at boot alone if a former boot left it", () => {
    const rules = text(leftCopyPath).split("\n");
    expect(rules.filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
      `R! ${copyFolder}`,
    ]);
  });
});

describe("a dump", () => {
  const text = (path: string) => backedUpNode().files[path]!.content;

  it("is taken on its day, or not", () => {
    const config = JSON.parse(text("/etc/webstack/archiver.json"));
    expect(config.dumpOn).toBe("sunday");
    const off = backedUpNode({ ...backups, dumpOn: "off" }).files["/etc/webstack/archiver.json"];
    expect(JSON.parse(off!.content).dumpOn).toBe("off");
  });

  it("is asked for once: the request goes with the copy", () => {
    const request = join(runFolder, dumpRequest);
    expect(text("/etc/systemd/system/webstack-base.service")).toContain(
      `ExecStopPost=+/usr/bin/rm -rf ${copyFolder} ${request}`,
    );
  });

  it("has its time beside the longest copy", () => {
    expect(text("/etc/systemd/system/webstack-base-copy.service")).toContain("TimeoutStartSec=10h");
  });
});

describe("backups to an SFTP server", () => {
  const { files, packages, secretFiles } = backedUpNode(sftpBackups);

  it("pin its host key under the name by which the archiver calls it", () => {
    const known = files["/etc/webstack/archiver-known-hosts"]!.content;
    const lines = known.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines).toEqual([knownHosts(sftpBackups.target.sftp).trim()]);
  });

  it("tell the archiver where it is, and its key as a secret file alone", () => {
    const config = JSON.parse(files["/etc/webstack/archiver.json"]!.content);
    expect(config.target).toEqual(sftpBackups.target);
    expect(secretFiles["/etc/webstack/archiver-secret"]).toMatchObject({ mode: "0600" });
    expect(packages).toContain("openssh-client");
  });

  it("let the archiver out to its port alone", () => {
    expect(archiver(sftpBackups.target).callsOut).toEqual([
      { user: "webstack-archiver", port: 23 },
    ]);
    expect(files["/etc/nftables.conf"]!.content).toContain(
      'meta skuid "webstack-archiver" tcp dport 23 accept',
    );
  });
});
