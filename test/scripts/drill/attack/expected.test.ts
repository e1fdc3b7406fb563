import { describe, expect, it } from "vitest";
import { violations } from "../../../../scripts/drill/attack";
import type { Success, Way } from "../../../../scripts/drill/attack/attacks";
import {
  type AttackFacts,
  isAllowed,
  socketAccounts,
  triesOf,
} from "../../../../scripts/drill/attack/expected";
import type { ScannedHost } from "../../../../scripts/drill/scan/expected";

const host = (name: string, subnet: number, units: string[] = []): ScannedHost => ({
  name,
  role: name.slice(0, name.indexOf("-")) as ScannedHost["role"],
  units: units.map((unit) => `webstack-${unit}.service`),
  privateIp: `10.0.${subnet}.1${name.at(-1)}`,
  publicIps: [`198.18.${subnet}.${name.at(-1)}`],
});
const hosts = [
  ...[host("lb-1", 1, ["acme"]), host("lb-2", 1, ["acme"]), host("web-1", 2), host("app-1", 3)],
  ...[host("db-1", 4, ["broker", "archiver"]), host("db-2", 4)],
];
const world: AttackFacts = { hosts, api: "https://198.18.2.1/v1" };
const named = (name: string) => hosts.find((one) => one.name === name)!;

function may(node: string, user: string, way: Way, what: string): boolean {
  const byUnit = { "webstack-broker.service": "webstack-broker" };
  return isAllowed(world, { host: named(node), user, byUnit }, { way, what });
}

describe("what an attacker tries", () => {
  it("is each port of the table that another host does not open to this one", () => {
    const { connections } = triesOf(world, named("app-1"));
    const at = (address: string) =>
      connections.filter((one) => one.address === address).map(({ port }) => port);
    expect(at("10.0.4.11")).not.toContain(3306);
    expect(at("10.0.4.11")).not.toContain(9200);
    expect(at("10.0.4.11")).toEqual(expect.arrayContaining([22, 9201, 9300, 33061]));
    expect(at("198.18.4.1")).toEqual([]);
  });

  it("is each address that wants a certificate, the metadata and the API", () => {
    const { urls } = triesOf(world, named("web-1"));
    expect(urls).toEqual([
      "http://169.254.169.254/hetzner/v1/metadata",
      "http://169.254.169.254/hetzner/v1/userdata",
      "https://198.18.2.1/v1/servers",
      "https://10.0.1.11:9400/certificates",
      "https://10.0.1.12:9400/certificates",
      "https://10.0.4.11:9201/state",
      "https://10.0.4.11:9300/v1/floating_ips",
      "https://10.0.4.12:9201/state",
    ]);
  });

  it("is every MySQL account that a system user opens, and those with a password", () => {
    expect(Object.fromEntries(socketAccounts())).toEqual({
      supervisor: "webstack-supervisor",
      webstack_read: "root",
      webstack_write: "root",
      archiver: "webstack-archiver",
      base: "mysql",
    });
    const { accounts } = triesOf(world, named("db-1"));
    expect(accounts).toEqual(
      expect.arrayContaining(["root", "supervisor", "replication", "admin"]),
    );
  });
});

describe("an attacker may", () => {
  it.each<[boolean, string, string, Way, string]>([
    [false, "db-1", "webstack-broker", "reads", "/etc/webstack/broker/token"],
    [true, "db-1", "mysql", "reads", "/etc/mysql/webstack-tls/key.pem"],
    [false, "db-1", "nobody", "reads", "/etc/mysql/webstack-tls/key.pem"],
    [true, "db-1", "nobody", "reads", "/etc/mysql/webstack-tls/ca.pem"],
    [true, "db-1", "webstack-broker", "reads", "/run/credentials/webstack-broker.service/token"],
    [false, "db-1", "mysql", "reads", "/run/credentials/webstack-broker.service/token"],
    [true, "app-1", "app", "reads", "/etc/webstack/tls/ca.pem"],
    [false, "app-1", "app", "reads", "/etc/webstack/app.env"],
    [true, "lb-1", "webstack-acme", "reads", "/var/lib/webstack-acme/live/a.test.pem"],
    [false, "lb-1", "haproxy", "reads", "/var/lib/webstack-acme/live/a.test.pem"],
    [false, "lb-1", "haproxy", "reads", "/proc/1/environ"],
    [true, "lb-1", "webstack-tickets", "opens", "/run/haproxy/tickets.sock"],
    [false, "lb-1", "webstack-tickets", "opens", "/run/haproxy/acme.sock"],
    [false, "db-1", "mysql", "opens", "/run/webstack-supervisor/control.sock"],
    [true, "db-1", "webstack-supervisor", "opens", "/run/webstack-supervisor/control.sock"],
    [true, "db-1", "nobody", "opens", "/run/systemd/journal/stdout"],
    [false, "db-1", "nobody", "opens", "/run/systemd/private"],
    [true, "lb-1", "webstack-mover", "writes", "/run/webstack/vrrp.fifo"],
    [false, "lb-1", "haproxy", "writes", "/run/webstack/vrrp.fifo"],
    [true, "db-1", "mysql", "writes", "/var/lib/mysql-files"],
    [false, "app-1", "app", "writes", "/srv/app/releases"],
    [false, "db-1", "mysql", "writes", "/etc/mysql"],
    [true, "db-1", "mysql", "logs in to MySQL as", "base"],
    [false, "db-1", "mysql", "logs in to MySQL as", "root"],
    [false, "db-1", "nobody", "logs in to MySQL as", "supervisor"],
    [true, "db-1", "webstack-broker", "gets an answer from", "https://198.18.2.1/v1/servers"],
    [true, "db-1", "webstack-archiver", "gets an answer from", "https://198.18.2.1/v1/servers"],
    [false, "db-1", "mysql", "gets an answer from", "https://198.18.2.1/v1/servers"],
    [true, "lb-1", "webstack-acme", "gets an answer from", "https://198.18.2.1/v1/servers"],
    [false, "lb-1", "webstack-mover", "gets an answer from", "https://198.18.2.1/v1/servers"],
    [false, "web-1", "www-data", "gets an answer from", "https://198.18.2.1/v1/servers"],
    [true, "app-1", "app", "gets an answer from", "https://198.18.2.1/v1/servers"],
    [true, "app-1", "app", "sends UDP to", "198.51.100.1:53"],
    [false, "app-1", "haproxy", "sends UDP to", "198.51.100.1:53"],
    [false, "lb-1", "haproxy", "sends UDP to", "198.51.100.1:53"],
    [false, "db-1", "webstack-broker", "sends UDP to", "198.51.100.1:53"],
    [false, "web-1", "nobody", "gets an answer from", "http://169.254.169.254/hetzner/v1/userdata"],
    [false, "lb-1", "nobody", "connects to", "10.0.4.11:3306"],
    [false, "lb-1", "nobody", "listens on", "port 80"],
    [false, "lb-1", "haproxy", "sends raw packets of", "VRRP"],
    [false, "web-1", "www-data", "runs", "sudo"],
    [false, "web-1", "www-data", "manages", "units"],
  ])("%s: on %s, %s %s %s", (expected, node, user, way, what) => {
    expect(may(node, user, way, what)).toBe(expected);
  });
});

it("a failure names the node, the user and what succeeded or could not be tried", () => {
  const done: Success[] = [
    { way: "reads", what: "/etc/shadow" },
    { way: "writes", what: "/run/lock" },
    { way: "writes", what: "/etc/cron.d" },
    { way: "writes", what: "/etc/cron.d" },
  ];
  const untried = ["manages units: systemctl ended with ENOENT"];
  const result = {
    ...{ byUnit: {}, setuid: ["/usr/local/bin/help"] },
    users: [{ user: "www-data", tried: 9, done, untried }],
  };
  expect(violations(world, named("web-1"), result)).toEqual([
    "web-1 www-data: reads /etc/shadow",
    "web-1 www-data: writes /etc/cron.d",
    "web-1 www-data: not tried: manages units: systemctl ended with ENOENT",
    "web-1 everybody: runs /usr/local/bin/help as its owner, which no package brings so",
  ]);
});
