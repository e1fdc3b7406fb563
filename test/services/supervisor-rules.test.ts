import { describe, expect, it } from "vitest";
import { longestSwitchMs } from "../../host/supervisor/actions/planned-switch";
import { forwardedMs } from "../../host/supervisor/actions/requested-switch";
import type { Bundle } from "../../services/bundle";
import { handOverSeconds } from "../../services/supervisor/supervisor-ports";
import { contentOf } from "./rendered";
import { backedUpNode, databaseNode } from "./rendered-database";

const db = databaseNode();

const mysql = contentOf(db, "/etc/mysql/mysql.conf.d/zz-webstack.cnf");

describe("the supervisor", () => {
  const unit = contentOf(db, "/etc/systemd/system/webstack-supervisor.service");

  it("runs under its own user, with the one capability that its programs need", () => {
    expect(db.users).toContainEqual({ name: "webstack-supervisor", home: "/nonexistent" });
    expect(unit).toContain("\nUser=webstack-supervisor\n");
    expect(unit.match(/^CapabilityBoundingSet=.*$/gm)).toEqual([
      "CapabilityBoundingSet=CAP_NET_ADMIN",
    ]);
    expect(unit).toContain("\nAmbientCapabilities=CAP_NET_ADMIN\n");
    expect(unit).toContain("\nNoNewPrivileges=yes\n");
  });

  it("gives the primary role to another node that stays before it restarts, if it has it itself or a member that goes", () => {
    const asideOf = ({ services }: Bundle) =>
      services.find(({ unit: name }) => name === "webstack-supervisor.service")!.aside;
    expect(asideOf(databaseNode(1))).toBeUndefined();
    const leave = asideOf(db)!.leave.join(" ");
    expect(leave).toContain("MEMBER_HOST NOT IN ('10.0.4.12', '10.0.4.13')");
    expect(leave).toContain(
      "MEMBER_HOST IN ('10.0.4.12', '10.0.4.13') ORDER BY INET_ATON(MEMBER_HOST) DESC",
    );
    // The supervisor first, so that writes wait; then the statements, which find nothing to do if it did.
    expect(leave).toMatch(
      /control\.sock --request POST --json '\{"to":"db-3","among":\["db-2","db-3"\]\}' http:\/\/supervisor\/hand-over && \S+sleep 2; \S+timeout 15 \S+mysql /,
    );
    const statements = leave.slice(leave.indexOf("mysql "));
    expect(statements).not.toMatch(/[$"`].*[$"`].*[$"`]/);
  });

  it("stops after MySQL, whose stop requests the hand-over, and sees a volume that is mounted before", () => {
    expect(unit.match(/^(After|Before|Requires|Wants|PartOf|BindsTo|Conflicts)=.*$/gm)).toEqual([
      "After=webstack-network-ready.service webstack-data.service",
      "Before=mysql.service",
    ]);
    const dropIn = contentOf(db, "/etc/systemd/system/mysql.service.d/webstack.conf");
    expect(dropIn.match(/^(After|Before|Requires|PartOf|BindsTo)=.*$/gm)).toEqual([
      "After=webstack-network-ready.service",
    ]);
  });

  it("is given longer for a hand-over than any hand-over takes, also one of a peer", () => {
    expect(handOverSeconds * 1_000).toBeGreaterThan(forwardedMs);
    expect(forwardedMs).toBeGreaterThan(longestSwitchMs);
  });

  it("has its secrets from systemd alone", () => {
    const loaded = [...unit.matchAll(/^LoadCredential=(\w+):(.*)$/gm)];
    expect(loaded.map(([, name]) => name)).toEqual(["passwords", "ca", "cert", "key"]);
    const service = db.services.find(({ unit: name }) => name === "webstack-supervisor.service")!;
    expect(service.needs).toEqual(loaded.map(([, , path]) => path));
  });

  it("logs in without a password, and can give nobody more than the two users get", () => {
    const sql = contentOf(db, "/etc/mysql/webstack-init.sql");
    expect(mysql).toContain("init_file = /etc/mysql/webstack-init.sql\n");
    expect(sql).toContain("IDENTIFIED WITH auth_socket AS 'webstack-supervisor'");
    expect(sql).not.toMatch(/IDENTIFIED BY|SUPER|SYSTEM_USER|ALL PRIVILEGES ON \*/);
    expect(sql.match(/^GRANT .* WITH GRANT OPTION;$/gm)).toEqual([
      "GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, CLONE_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO 'supervisor'@'localhost' WITH GRANT OPTION;",
      "GRANT ALL PRIVILEGES ON app.* TO 'supervisor'@'localhost' WITH GRANT OPTION;",
    ]);
  });

  it("is told of backups, so that it deletes no log that is not archived", () => {
    const settings = (node: Bundle) =>
      JSON.parse(contentOf(node, "/etc/webstack/supervisor.json")) as object;
    expect(settings(backedUpNode())).toMatchObject({ backups: true });
    expect(settings(db)).not.toHaveProperty("backups");
  });

  it("leaves operators who read nothing to write with, and no way to the group's own tables", () => {
    const sql = contentOf(db, "/etc/mysql/webstack-init.sql");
    const given = sql.match(/^GRANT .* TO 'webstack_.*$/gm);
    expect(given).toEqual([
      "GRANT SELECT, SHOW VIEW ON app.* TO 'webstack_read'@'localhost';",
      "GRANT ALL PRIVILEGES ON app.* TO 'webstack_write'@'localhost';",
    ]);
    expect(sql.match(/^CREATE USER .*'webstack_.*$/gm)).toEqual(
      ["read", "write"].map(
        (kind) =>
          `CREATE USER IF NOT EXISTS 'webstack_${kind}'@'localhost' IDENTIFIED WITH auth_socket AS 'root';`,
      ),
    );
  });

  it("makes its MySQL user before anything else, and not in the log", () => {
    const statements = contentOf(db, "/etc/mysql/webstack-init.sql")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(statements[0]).toBe("SET SESSION sql_log_bin = 0;");
    expect(statements.at(-1)).toBe("DROP USER IF EXISTS 'admin'@'%', 'monitor'@'%';");
  });

  it("has MySQL killed by a file that is there, of which nothing is read", () => {
    const path = contentOf(db, "/etc/systemd/system/webstack-mysql-kill.path");
    const kill = contentOf(db, "/etc/systemd/system/webstack-mysql-kill.service");
    expect(path).toContain("PathExists=/run/webstack-supervisor/kill-mysql\n");
    expect(kill.match(/^ExecStart=.*$/gm)).toEqual([
      'ExecStart=/bin/sh -c "rm -f /run/webstack-supervisor/kill-mysql && exec systemctl kill --signal=KILL mysql.service"',
    ]);
  });
});
