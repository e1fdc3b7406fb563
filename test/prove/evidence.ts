import type { Answer, Evidence, NodeEvidence } from "../../prove/assumption";
import { assumptions } from "../../prove/ledger";

const answer = (text: string, status: number | null = 0): Answer => ({ status, text });

/** Profile of mysqld with the rules of Ubuntu's package that matter here. */
export const profile = `
#include <tunables/global>
/usr/sbin/mysqld {
  #include <abstractions/base>
  capability dac_override,
  network tcp,
# Allow config access
  /etc/mysql/** r,
  /{,var/}run/mysqld/mysqld.sock rw,
  /usr/lib/mysql/plugin/*.so* mr,
  /var/lib/mysql/ r,
  /var/lib/mysql/** rwk,
  /var/lib/mysql-files/ r,
  /var/lib/mysql-files/** rwk,
}
`;

/** Answers of a server as the program assumes it. */
function usual(privateIp: string, serverId: number): Record<string, Answer> {
  const address = (local: string, prefixlen: number) => ({ family: "inet", local, prefixlen });
  const floating6 = { family: "inet6", local: "2001:db8:7::1", prefixlen: 128 };
  const addresses = [
    {
      ifname: "lo",
      mtu: 65536,
      addr_info: [address("127.0.0.1", 8), address("203.0.113.7", 32), floating6],
    },
    { ifname: "eth0", mtu: 1500, addr_info: [address("198.51.100.4", 32), floating6] },
    { ifname: "enp7s0", mtu: 1450, addr_info: [address(privateIp, 32)] },
  ];
  const routes = [
    { dst: "default", gateway: "172.31.1.1", dev: "eth0" },
    { dst: "10.0.0.0/16", gateway: "10.0.0.1", dev: "enp7s0" },
    { dst: "10.0.0.1", dev: "enp7s0" },
  ];
  return {
    os: answer('PRETTY_NAME="Ubuntu 26.04 LTS"\nVERSION_ID="26.04"\nID=ubuntu\nID_LIKE=debian\n'),
    virt: answer("kvm\n"),
    node: answer("v24.3.1\n"),
    "node package": answer("nodejs:\n  500 http://archive.ubuntu.com/ubuntu resolute/universe\n"),
    pro: answer('{"attached": true, "services": [{"name": "esm-apps", "status": "enabled"}]}'),
    "apparmor denials": answer("", 0),
    clock: answer("Timezone=Etc/UTC\nNTP=yes\nNTPSynchronized=yes\n"),
    chrony: answer("B97DBE7B,185.125.190.123,3,1764410000.1,-0.000412,0.001,0.0176,3.889,Normal\n"),
    timesync: answer("Failed to connect to bus: not found\n", 1),
    nts: answer("185.125.190.123,NTS,1,30,128,420,0,0,8,64\n91.189.91.112,NTS,0,0,0,,1,0,0,0\n"),
    timers: answer("enabled\nenabled\n"),
    upgrades: answer('APT::Periodic::Unattended-Upgrade "1";\n'),
    needrestart: answer("$nrconf{restart} = 'l';\n"),
    addresses: answer(JSON.stringify(addresses)),
    routes: answer(JSON.stringify(routes)),
    routes6: answer(JSON.stringify([{ dst: "default", gateway: "fe80::1", dev: "eth0" }])),
    "private interface": answer("/run/systemd/network/10-netplan-enp7s0.network\n"),
    connections: answer("262144\n10\n1234\n"),
    metadata: answer(String(serverId)),
    "metadata of others": answer("000", 28),
    "cloud-init": answer(
      '{"status": "done", "extended_status": "done", "datasource": "hetzner", "errors": [], "recoverable_errors": {}}\n',
    ),
    failed: answer(""),
    dumps: answer("|/usr/bin/false\n0\n"),
    journal: answer("{}\n"),
    haproxy: answer(
      "HAProxy version 3.2.4-1 2025/08/13 - https://haproxy.org/\nStatus: long-term\n",
    ),
    keepalived: answer("Keepalived v2.3.4 (06/03,2025)\n"),
    "real time": answer("RR      50\nRR      50\n"),
    nginx: answer("nginx version: nginx/1.30.1\n"),
    mysql: answer("mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))\n"),
    "mysqld confined": answer("/usr/sbin/mysqld (enforce)\n"),
    "mysqld profile": answer(profile),
    volume: answer("/dev/sdb\n/dev/sdb[/mysql]\n"),
    pings: answer("full 10.0.1.11\nfull 10.0.2.11\n"),
  };
}

/** Answers that differ, by node and question; undefined for a node: it was not reached. */
export type Changes = Readonly<
  Record<string, Readonly<Record<string, string | Answer>> | undefined>
>;

/** What a stack of four nodes showed: all as assumed, but for `changes`. */
export function evidence(changes: Changes = {}, more: Partial<Evidence> = {}): Evidence {
  const nodes = (["lb", "web", "app", "db"] as const).flatMap((role, tier): NodeEvidence[] =>
    (role === "lb" ? [1, 2] : [1]).map((number) => {
      const name = `${role}-${number}`;
      const privateIp = `10.0.${tier + 1}.${10 + number}`;
      const serverId = 100 * (tier + 1) + number;
      const own = Object.entries(changes[name] ?? {}).map(([question, output]) => [
        question,
        typeof output === "string" ? answer(output) : output,
      ]);
      const all = { ...usual(privateIp, serverId), ...Object.fromEntries(own) };
      const isMissing = name in changes && changes[name] === undefined;
      return { name, role, privateIp, serverId, answers: isMissing ? undefined : all };
    }),
  );
  return {
    nodes,
    image: "ubuntu-26.04",
    floatingIp: "203.0.113.7",
    floatingIpv6: "2001:db8:7::1",
    cloud: {
      rateLimit: {
        "ratelimit-limit": "3600",
        "ratelimit-remaining": "3598",
        "ratelimit-reset": "1764410002",
      },
      floatingIp: { homeLocation: "nbg1", server: "lb-2" },
      locations: { "lb-1": "nbg1", "lb-2": "fsn1" },
    },
    moved: { from: "lb-2", to: "lb-1", requests: 700, failed: 0, slowestMs: 998, outageMs: 0 },
    now: new Date("2026-12-01T10:00:00Z"),
    ...more,
  };
}

/** What is seen of an assumption, as one text. */
export function seen(id: string, found: Evidence): string {
  const { verdict, text } = assumptions.find((one) => one.id === id)!.judge(found);
  return `${verdict}: ${text}`;
}
