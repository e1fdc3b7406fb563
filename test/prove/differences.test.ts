import { expect, it } from "vitest";
import { type Changes, evidence, profile, seen } from "./evidence";

/** Status of a cloud-init that met these problems and went on. */
const degraded = (recoverable_errors: Record<string, string[]>) =>
  JSON.stringify({
    ...{ status: "done", extended_status: "degraded done", datasource: "hetzner" },
    ...{ errors: [], recoverable_errors },
  });

/** A change of what a node answers, and what is seen of it. */
const found: [id: string, changes: Changes, seen: string][] = [
  [
    "image",
    { "db-1": { os: 'PRETTY_NAME="Debian"\nID=debian\n' } },
    "differs: lb-1, lb-2, web-1, app-1: Ubuntu 26.04 LTS; db-1: Debian",
  ],
  [
    "virtualization",
    { "lb-1": { virt: "docker\n" } },
    "differs: lb-1: docker; lb-2, web-1, app-1, db-1: kvm",
  ],
  [
    "cloud-init",
    { "web-1": { "cloud-init": degraded({ WARNING: ["a URL did not answer", "another"] }) } },
    "ok: lb-1, lb-2, app-1, db-1: done, data source hetzner, 0 errors; web-1: degraded done, data source hetzner, 0 errors, 2 warnings",
  ],
  [
    "cloud-init",
    { "web-1": { "cloud-init": degraded({ WARNING: ["a"], ERROR: ["b"] }) } },
    "differs: lb-1, lb-2, app-1, db-1: done, data source hetzner, 0 errors; web-1: degraded done, data source hetzner, 1 error, 1 warning",
  ],
  [
    "dumps",
    { "db-1": { dumps: "|/usr/share/apport/apport -p%p -s%s\n2\n" } },
    "db-1: dumps go to /usr/share/apport/apport, set-user-ID programs too",
  ],
  ["dumps", { "db-1": { dumps: "core\n0\n" } }, "db-1: dumps go to a file"],
  [
    "cloud-init",
    {
      "lb-1": {
        "cloud-init":
          '{"status":"done","extended_status":"degraded done","datasource":"hetzner","errors":["x"]}',
      },
    },
    "lb-1: degraded done, data source hetzner, 1 error",
  ],
  [
    "timers",
    { "lb-1": { timers: "masked\nmasked\n", upgrades: { status: 1, text: "" } } },
    "lb-1: timers masked, updates not installed, no reboots",
  ],
  [
    "timers",
    {
      "lb-1": {
        upgrades:
          'APT::Periodic::Unattended-Upgrade "1";\nUnattended-Upgrade::Automatic-Reboot "true";\n',
      },
    },
    "lb-1: timers enabled, updates installed, with reboots",
  ],
  [
    "restarts",
    { "db-1": { needrestart: "$nrconf{restart} = 'a';\n" } },
    "db-1: needrestart may restart services by itself",
  ],
  [
    "real-time",
    { "lb-2": { "real time": "TS       -\n" } },
    "differs: lb-1: RR 50; lb-2: usual priority",
  ],
  [
    "volumes",
    { "db-1": { volume: { status: 3, text: "" } } },
    "unknown: the data is on the server's own disk",
  ],
  ["volumes", { "db-1": { volume: "/dev/sdb\n/dev/sda1\n" } }, "differs: the data is elsewhere"],
  [
    "units",
    { "web-1": { failed: "apt-daily.service loaded failed failed Daily apt\n" } },
    "web-1: apt-daily.service",
  ],
  [
    "journal",
    { "web-1": { journal: '{"kernel":2,"ssh.service":9}' } },
    "web-1: ssh.service 9, kernel 2",
  ],
  [
    "haproxy",
    { "lb-1": { haproxy: "HAProxy version 3.20.1 2027/01/01\n" } },
    "lb-1: 3.20.1, not 3.2",
  ],
  [
    "mysql",
    { "db-1": { mysql: "/usr/sbin/mysqld  Ver 8.0.46-0ubuntu1 for Linux on x86_64 ((Ubuntu))\n" } },
    "differs: 8.0.46, not 8.4 or 9.7",
  ],
  [
    "nginx",
    { "web-1": { nginx: "nginx version: nginx/1.26.3 (Ubuntu)\n" } },
    "differs: 1.26.3, not 1.28 or 1.30",
  ],
  [
    "node-updates",
    {
      "db-1": {
        pro: '{"attached": false, "services": [{"name": "esm-apps", "available": "yes"}]}',
      },
    },
    "no Ubuntu Pro delivers the fixes",
  ],
  [
    "node-updates",
    { "db-1": { node: "v20.19.2\n" } },
    "db-1: 20.19.2, fixed until 2026-04-30: too old",
  ],
  [
    "apparmor",
    { "db-1": { "mysqld confined": "unconfined\n" } },
    "differs: mysqld is not confined",
  ],
  [
    "apparmor",
    { "db-1": { "mysqld confined": "/usr/sbin/mysqld (complain)\n" } },
    "only complains",
  ],
  [
    "apparmor",
    { "db-1": { "mysqld profile": profile.replace("/etc/mysql/**", "/etc/mysql/*.cnf") } },
    "not permitted: /etc/mysql/mysql.conf.d/zz-webstack.cnf, /etc/mysql/mysql.conf.d/zzz-webstack-package.cnf, /etc/mysql/webstack-init.sql",
  ],
  [
    "denials",
    { "db-1": { "apparmor denials": '      3 profile="/usr/sbin/mysqld"\n' } },
    "db-1: 3 of /usr/sbin/mysqld",
  ],
  [
    "time",
    { "db-1": { clock: "NTP=no\nNTPSynchronized=no\n" } },
    "db-1: chrony, within 1 ms, not synchronised",
  ],
  [
    "time",
    {
      "db-1": {
        chrony: { status: null, text: "" },
        timesync: "       Server: 1.2.3.4\n       Offset: -31.204ms\n",
      },
    },
    "ok: lb-1, lb-2, web-1, app-1: chrony, within 1 ms; db-1: systemd-timesyncd, within 100 ms",
  ],
  ["time", { "db-1": { chrony: "A,b,3,1,0.51,0\n" } }, "db-1: chrony, 0.51 s off"],
  [
    "time",
    { "db-1": { chrony: { status: 1, text: "506 Cannot talk to daemon\n" } } },
    "db-1: no program keeps the clock",
  ],
  [
    "nts",
    { "lb-1": { nts: "185.125.190.123,NTS,0,0,0,,3,0,0,0\n" } },
    "lb-1: no source gave a key",
  ],
  [
    "nts",
    { "lb-1": { nts: "185.125.190.123,-,0,0,0,,0,0,0,0\n" } },
    "unknown: lb-1: no source uses NTS",
  ],
  ["interfaces", { "app-1": { addresses: "[]" } }, "app-1: no interface has the private address"],
  [
    "mtu",
    { "app-1": { pings: "full 10.0.1.11\nlost 10.0.4.11\n" } },
    "app-1: 1 other nodes not reached with full packets",
  ],
  ["mtu", { "app-1": { pings: { status: 127, text: "" } } }, "unknown: lb-1"],
  ["metadata", { "web-1": { "metadata of others": "200" } }, "web-1: other users reach it"],
  ["metadata", { "web-1": { metadata: "7" } }, "web-1: another number"],
];

it.each(found)("a node that is not as assumed is named: %s %j", (id, changes, text) => {
  expect(seen(id, evidence(changes))).toContain(text);
});
