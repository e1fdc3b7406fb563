import type { NodeEvidence } from "./assumption";

/** Commands by the names that assumptions ask for; each runs as root and changes nothing. */
export type Questions = Record<string, readonly string[]>;

/** Size of the data of a ping that fills a packet of 1450 bytes: IPv4 header 20, ICMP header 8. */
const fullPing = 1450 - 28;

/** Hetzner's documents about a server. https://docs.hetzner.cloud/reference/cloud#server-metadata */
const metadata = "http://169.254.169.254/hetzner/v1/metadata";

const sh = (script: string) => ["/bin/sh", "-c", script];

/**
 * Asks the metadata service as a user without rights, at its IPv4 address and on each interface at its IPv6 address, which
 * cloud-init asks first (DataSourceHetzner of cloud-init 25.3). Prints the status of each answer; 000: there was none.
 */
function asOthers(): string {
  const curl = (more: string) =>
    `runuser -u nobody -- curl -sg -o /dev/null -w '%{http_code}\\n' ${more}`;
  const over6 = metadata.replace("169.254.169.254", "[fe80::a9fe:a9fe%25'$dev']");
  return (
    `${curl(`-m 3 ${metadata}/instance-id`)}; for dev in $(ls /sys/class/net); do ` +
    `[ "$dev" = lo ] || ${curl(`-m 2 '${over6}/instance-id'`)}; done; true`
  );
}

/** Pings that fill a packet, and pings that exceed the MTU. `DF` is set, so no router splits the packet. */
function pings(peers: readonly string[]): Questions {
  const ping = (bytes: number, ip: string) => `ping -n -c 2 -W 2 -i 0.3 -M do -s ${bytes} ${ip}`;
  const each = peers.map(
    (ip) =>
      `${ping(fullPing, ip)} >/dev/null 2>&1 && echo full ${ip} || echo lost ${ip}; ` +
      `${ping(fullPing + 1, ip)} >/dev/null 2>&1 && echo larger ${ip}`,
  );
  return { pings: sh(`command -v ping >/dev/null || exit 127; ${each.join("; ")}; true`) };
}

/** The first other node of each tier: routes are by tier, and all pairs of sixty nodes are too many. */
function peersOf(node: NodeEvidence, all: readonly NodeEvidence[]): string[] {
  const others = all.filter(({ name }) => name !== node.name);
  const first = (role: NodeEvidence["role"]) => others.find((one) => one.role === role);
  return (["lb", "web", "app", "db"] as const).flatMap((role) => first(role)?.privateIp ?? []);
}

const always: Questions = {
  os: ["cat", "/etc/os-release"],
  virt: ["systemd-detect-virt"],
  node: ["/usr/bin/node", "--version"],
  "node package": ["apt-cache", "policy", "nodejs"],
  pro: ["pro", "status", "--format", "json"],
  "apparmor denials": sh(
    `journalctl -k -b --no-pager -o cat | grep 'apparmor="DENIED"' | grep -o 'profile="[^"]*"' | sort | uniq -c`,
  ),
  clock: ["timedatectl", "show"],
  chrony: ["chronyc", "-n", "-c", "tracking"],
  timesync: ["timedatectl", "timesync-status"],
  nts: ["chronyc", "-n", "-c", "authdata"],
  timers: ["systemctl", "is-enabled", "apt-daily.timer", "apt-daily-upgrade.timer"],
  upgrades: sh(
    "apt-config dump | grep -E '^(APT::Periodic::Unattended-Upgrade|Unattended-Upgrade::Automatic-Reboot) '",
  ),
  needrestart: sh(
    "test -e /usr/sbin/needrestart || exit 1; cat /etc/needrestart/needrestart.conf /etc/needrestart/conf.d/*.conf 2>/dev/null | grep -v '^ *#'; true",
  ),
  addresses: ["ip", "-j", "address"],
  routes: ["ip", "-j", "-4", "route"],
  routes6: ["ip", "-j", "-6", "route"],
  // Private interfaces of Hetzner have such addresses: DataSourceHetzner of cloud-init.
  "private interface": sh(
    'for each in /sys/class/net/*; do grep -qs "^86:" "$each/address" || continue; ' +
      'networkctl status --no-pager "${each##*/}" | sed -n "s/^ *Network File: *//p"; done',
  ),
  connections: sh(
    "cd /proc/sys/net/netfilter && cat nf_conntrack_max nf_conntrack_tcp_timeout_time_wait nf_conntrack_count",
  ),
  metadata: ["curl", "-sf", "-m", "5", `${metadata}/instance-id`],
  "metadata of others": sh(asOthers()),
  "cloud-init": ["cloud-init", "status", "--format", "json"],
  dumps: ["cat", "/proc/sys/kernel/core_pattern", "/proc/sys/fs/suid_dumpable"],
  failed: ["systemctl", "list-units", "--failed", "--plain", "--no-legend"],
  journal: sh(
    "journalctl -b -p err -o json --output-fields=_SYSTEMD_UNIT,SYSLOG_IDENTIFIER --no-pager -n 20000 | " +
      `/usr/bin/node -e '${journalCounter()}'`,
  ),
};

/** Counts lines of the journal by unit on the host, without their text, which may hold anything. */
function journalCounter(): string {
  return (
    "const n={};for(const l of require(`fs`).readFileSync(0,`utf8`).split(`\\n`)){if(!l)continue;const e=JSON.parse(l);" +
    "const u=e._SYSTEMD_UNIT||e.SYSLOG_IDENTIFIER||`kernel`;n[u]=(n[u]||0)+1}console.log(JSON.stringify(n))"
  );
}

const byRole: Readonly<Record<NodeEvidence["role"], Questions>> = {
  lb: {
    haproxy: ["haproxy", "-v"],
    keepalived: ["keepalived", "--version"],
    "real time": sh("ps -o cls=,rtprio= -p $(pidof keepalived | tr ' ' ,)"),
  },
  web: { nginx: ["nginx", "-v"], haproxy: ["haproxy", "-v"] },
  app: { haproxy: ["haproxy", "-v"] },
  db: {
    mysql: ["mysqld", "--version"],
    "mysqld confined": sh("cat /proc/$(pidof -s mysqld)/attr/current"),
    "mysqld profile": sh(
      "cat /etc/apparmor.d/usr.sbin.mysqld; cat /etc/apparmor.d/local/usr.sbin.mysqld 2>/dev/null; true",
    ),
    volume: sh(
      "test -e /etc/webstack/volume-id || exit 3; readlink -f /dev/disk/by-id/scsi-0HC_Volume_$(cat /etc/webstack/volume-id); " +
        "findmnt -n -o SOURCE --target /var/lib/mysql",
    ),
  },
};

/** All that is asked of a node. */
export function questionsOf(node: NodeEvidence, all: readonly NodeEvidence[]): Questions {
  return { ...always, ...byRole[node.role], ...pings(peersOf(node, all)) };
}
