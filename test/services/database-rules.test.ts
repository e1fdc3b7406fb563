import { describe, expect, it } from "vitest";
import type { Bundle } from "../../services/bundle";
import { mysql as mysqlService } from "../../services/mysql/service";
import { nodeFacts, plan } from "../support/tier-args";
import { contentOf } from "./rendered";
import { databaseNode } from "./rendered-database";

const db = databaseNode();
const onVolume = databaseNode(3, { id: 4711, sizeGb: 40 });

const mysql = contentOf(db, "/etc/mysql/mysql.conf.d/zz-webstack.cnf");

describe("database node", () => {
  it("acknowledges nothing that is not on disk", () => {
    expect(mysql).toContain("sync_binlog = 1");
    expect(mysql).toContain("innodb_flush_log_at_trx_commit = 1");
  });

  it("lets migrations create triggers and stored functions, also with a MySQL that has no such variable", () => {
    expect(mysql).toContain("\nloose_log_bin_trust_function_creators = ON\n");
    // Only with logs of rows is that safe: the default, which is deprecated to change.
    expect(mysql).not.toContain("binlog_format");
  });

  it("never starts or makes a group by itself", () => {
    expect(mysql).toContain("loose_group_replication_start_on_boot = OFF");
    expect(mysql).toContain("loose_group_replication_bootstrap_group = OFF");
  });

  it("does not restart MySQL when the number of nodes changes, and keeps out no member that is about to leave", () => {
    const members = { ...nodeFacts("db", 0), mysqlServerId: 1, groupName: "g", bufferPoolMib: 128 };
    const three = mysqlService.part({ ...members, nodes: plan.db });
    const more = [...plan.db, { name: "db-4", privateIp: "10.0.4.14" }];
    expect(mysqlService.part({ ...members, nodes: more })).toEqual(three);
    expect(mysql).toContain("group_replication_ip_allowlist = 10.0.4.0/24\n");
  });

  it("expels a dead member at once, and a killed secondary stalls nobody", () => {
    expect(mysql).toContain("loose_group_replication_member_expel_timeout = 0");
    expect(mysql).toContain("loose_group_replication_paxos_single_leader = ON");
  });

  it("answers as the new primary only once it has what the old one acknowledged", () => {
    expect(mysql).toContain("consistency = BEFORE_ON_PRIMARY_FAILOVER");
  });

  it("gives its role away and says that it leaves before it stops, unless it is alone", () => {
    const dropIn = "/etc/systemd/system/mysql.service.d/webstack.conf";
    const stops = (bundle: Bundle) => contentOf(bundle, dropIn).match(/^ExecStop=.*$/gm) ?? [];
    const [asked, handOver, leave, ...others] = stops(db);
    // If the supervisor does not answer, the statements that follow make the switch.
    expect(asked).toMatch(/^ExecStop=-\+.* --request POST http:\/\/supervisor\/hand-over && /);
    expect(handOver).toContain("group_replication_set_as_primary(@heir)");
    // As root: nobody else reaches the supervisor.
    expect(leave).toMatch(/^ExecStop=-\+/);
    expect(leave).toContain(
      "--unix-socket /run/webstack-supervisor/control.sock --request POST http://supervisor/leaving",
    );
    expect(others).toEqual([]);
    expect(stops(db).filter((line) => !line.startsWith("ExecStop=-"))).toEqual([]);
    expect(stops(databaseNode(1))).toEqual([]);
  });

  it("stops within 45 s whatever its peers do, so that a dead one cannot hold up a shutdown", () => {
    const dropIn = contentOf(db, "/etc/systemd/system/mysql.service.d/webstack.conf");
    const bounds = [...dropIn.matchAll(/^ExecStop=.*$/gm)].map(([line]) => {
      const waits = [...line.matchAll(/(?:--max-time|\/timeout|\/sleep) ([\d.]+)/g)];
      expect(waits).not.toEqual([]);
      return waits.reduce((sum, [, seconds]) => sum + Number(seconds), 0);
    });
    expect(bounds).toEqual([22, 15, 2.5]);
  });

  it("lets app nodes ask for roles, and only database nodes speak to its supervisor", () => {
    const accepts = contentOf(db, "/etc/nftables.conf").match(/^ *ip saddr .* accept$/gm) ?? [];
    expect(accepts.map((line) => line.trim())).toEqual([
      "ip saddr 10.0.1.0/24 tcp dport { 22, 9300 } accept",
      "ip saddr 10.0.3.0/24 tcp dport { 3306, 9200 } accept",
      "ip saddr 10.0.4.0/24 tcp dport { 3306, 9201, 33061 } accept",
    ]);
  });

  it("proves itself to its peers, and starts its supervisor only once it can", () => {
    const unit = contentOf(db, "/etc/systemd/system/webstack-supervisor.service");
    const tls = "/etc/mysql/webstack-tls";
    for (const name of ["ca", "cert", "key"]) {
      expect(unit).toContain(`LoadCredential=${name}:${tls}/${name}.pem\n`);
    }
    const supervisor = db.services.find(({ unit }) => unit === "webstack-supervisor.service")!;
    const files = [`${tls}/ca.pem`, `${tls}/cert.pem`, `${tls}/key.pem`];
    expect(supervisor.needs).toEqual(expect.arrayContaining(files));
    expect(supervisor.restartFiles).toEqual(expect.arrayContaining(files));
  });

  it("says whether it is healthy to root alone", () => {
    const supervisor = db.services.find(({ unit }) => unit === "webstack-supervisor.service")!;
    const socket = "/run/webstack-supervisor/control.sock";
    expect(supervisor.health).toMatchObject({ http: "http://supervisor/health", socket });
    const unit = contentOf(db, "/etc/systemd/system/webstack-supervisor.service");
    expect(unit).toContain("RuntimeDirectory=webstack-supervisor\nRuntimeDirectoryMode=0700\n");
  });

  it("takes no writes and runs no events before the group makes it the primary", () => {
    expect(mysql).toContain("\nsuper_read_only = ON\n");
    expect(mysql).toContain("\nevent_scheduler = OFF\n");
  });

  it("names no file that Ubuntu's AppArmor profile of mysqld keeps from it", () => {
    const named = [...mysql.matchAll(/ = (\/\S+)$/gm)].map(([, path]) => path!);
    expect(named).toHaveLength(5);
    expect(named.filter((path) => !path.startsWith("/etc/mysql/"))).toEqual([]);
  });

  it("listens on the private side only", () => {
    expect(mysql).toContain("bind_address = 127.0.0.1,10.0.4.11\n");
  });

  it("has no group when it is alone", () => {
    const alone = contentOf(databaseNode(1), "/etc/mysql/mysql.conf.d/zz-webstack.cnf");
    expect(alone).not.toContain("group_replication");
    expect(alone).not.toContain("read_only");
    expect(alone).toContain("gtid_mode = ON");
  });
});

describe("database node with a volume", () => {
  const dropIn = "/etc/systemd/system/mysql.service.d/webstack.conf";
  const service = (bundle: Bundle, name: string) =>
    bundle.services.find(({ unit }) => unit === name)!;

  it("never runs MySQL on the server's own disk", () => {
    expect(contentOf(onVolume, dropIn)).toContain("Requires=webstack-data.service\n");
    expect(contentOf(onVolume, dropIn)).toContain("After=webstack-data.service\n");
    expect(contentOf(onVolume, dropIn)).toContain("AssertPathIsMountPoint=/var/lib/mysql\n");
    expect(contentOf(db, dropIn)).not.toMatch(/Requires|Assert/);
  });

  it("cannot be taken off it", () => {
    const noted = "test ! -e /var/lib/webstack/volume-id || ";
    expect(contentOf(db, dropIn)).toContain(`ExecStartPre=/bin/sh -c "${noted}`);
    expect(db.checks.find(({ command }) => command[2]?.startsWith(noted))!.files).toEqual([dropIn]);
    expect(JSON.stringify(onVolume)).not.toContain(noted);
  });

  it("notes that MySQL runs from the volume before it does", () => {
    const note = "cp /etc/webstack/volume-id /var/lib/webstack/volume-id";
    expect(contentOf(onVolume, dropIn)).toContain(`ExecStartPre=+/bin/sh -c "${note} && sync `);
  });

  it("takes the mark of a copy away once MySQL is up on it", () => {
    const mark = "/var/lib/webstack-volume/never-started";
    expect(contentOf(onVolume, dropIn)).toContain(`ExecStartPost=+/usr/bin/rm -f ${mark}\n`);
  });

  it("lets the file system grow without touching MySQL", () => {
    const size = "/etc/webstack/volume-size-gb";
    expect(service(onVolume, "webstack-data.service").reloadFiles).toContain(size);
    const restarting = onVolume.services.filter(({ restartFiles }) => restartFiles.includes(size));
    expect(restarting).toEqual([]);
  });

  it("mounts before MySQL starts, where MySQL sees it", () => {
    const units = onVolume.services.map(({ unit }) => unit);
    expect(units.indexOf("webstack-data.service")).toBe(units.indexOf("mysql.service") - 1);
    const unit = contentOf(onVolume, "/etc/systemd/system/webstack-data.service");
    expect(unit).toContain("Before=mysql.service\n");
    expect(unit).not.toMatch(/PrivateTmp|ProtectSystem|PrivateMounts|ProtectHome/);
  });

  it("keeps MySQL off while the volume is not known", () => {
    const first = databaseNode(3, "pending");
    expect(service(first, "mysql.service").needs).toContain("/etc/webstack/volume-id");
    expect(service(first, "webstack-data.service")).toBeUndefined();
    expect(service(db, "mysql.service").needs).not.toContain("/etc/webstack/volume-id");
  });
});

describe("a single database node", () => {
  const single = databaseNode(1);

  it("has the same files, secrets and users as one of a group", () => {
    expect(Object.keys(single.files)).toEqual(Object.keys(db.files));
    expect(single.secretFiles).toEqual(db.secretFiles);
  });

  it("writes logs that a group can go on with", () => {
    const settings = contentOf(single, "/etc/mysql/mysql.conf.d/zz-webstack.cnf");
    expect(settings).toContain("gtid_mode = ON\nenforce_gtid_consistency = ON\n");
    expect(settings).not.toMatch(/skip.log.bin|disable.log.bin/);
  });

  it("refuses to be what is left of a group, before anything is changed", () => {
    const noted = "cd /var/lib/webstack-supervisor 2>/dev/null || exit 0; test ! -e last-view.json";
    expect(single.checks.find(({ command }) => command[2]?.startsWith(noted))!.files).toEqual([
      "/etc/webstack/supervisor.json",
    ]);
    expect(JSON.stringify(db.checks)).not.toContain(noted);
  });
});
