import { rootFile, type BundleCheck, type BundlePart, type Role } from "./bundle";
import { recoverService, recoverUnit } from "./converge-recover";
import { nftablesConf, type FirewallArgs } from "./nftables-conf";
import { made } from "./notice";
import { text } from "./text";

/** What every node's configuration depends on. */
export interface BaseBundleArgs {
  /** Node name, such as `web-1`. */
  node: string;
  /** Tier. */
  role: Role;
  /** Private IPv4 address, no prefix. */
  privateIp: string;
  /** Login name with sudo. */
  adminUser: string;
  /** What the host's own firewall lets in. */
  firewall: Omit<FirewallArgs, "role">;
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** Path of a program on the host. */
export function programPath(name: string): string {
  return `/usr/local/lib/webstack/${name}.js`;
}

/** What every node has: firewall, kernel settings, SSH, names, journal, and converge itself. */
export function baseBundle(args: BaseBundleArgs): BundlePart {
  const converge = args.programs.converge;
  if (converge === undefined) throw new Error("programs must hold converge");
  return {
    packages: ["nodejs", "nftables", "curl"],
    users: [],
    directories: {
      "/etc/webstack": { owner: "root", group: "root", mode: "0755" },
      "/usr/local/lib/webstack": { owner: "root", group: "root", mode: "0755" },
      "/var/lib/webstack": { owner: "root", group: "root", mode: "0755" },
    },
    files: {
      [programPath("converge")]: rootFile(converge),
      [recoverUnit]: rootFile(recoverService(programPath("converge"))),
      "/etc/nftables.conf": rootFile(nftablesConf({ ...args.firewall, role: args.role })),
      "/etc/sysctl.d/90-webstack.conf": rootFile(sysctlConf()),
      "/etc/ssh/sshd_config.d/10-webstack.conf": rootFile(sshdConf(args.adminUser)),
      "/etc/systemd/journald.conf.d/webstack.conf": rootFile(journaldConf()),
      "/etc/systemd/system/webstack-network-ready.service": rootFile(networkReady(args.privateIp)),
    },
    checks: [
      {
        files: ["/etc/nftables.conf"],
        command: ["/usr/sbin/nft", "-c", "-f", "/etc/nftables.conf"],
      },
      {
        files: ["/etc/ssh/sshd_config.d/10-webstack.conf"],
        // The directory is missing where systemd starts SSH with its first connection.
        command: ["/bin/sh", "-c", "mkdir -p -m 0755 /run/sshd && exec /usr/sbin/sshd -t"],
      },
      unitCheck([], [], ["/etc/systemd/system/webstack-network-ready.service"]),
      unitCheck([], [], [recoverUnit]),
    ],
    services: [
      {
        unit: "webstack-converge-recover.service",
        reloadFiles: [],
        restartFiles: [recoverUnit],
        needs: [],
      },
      {
        unit: "nftables.service",
        reloadFiles: ["/etc/nftables.conf"],
        restartFiles: [],
        needs: [],
      },
      {
        unit: "webstack-network-ready.service",
        reloadFiles: [],
        restartFiles: ["/etc/systemd/system/webstack-network-ready.service"],
        needs: [],
      },
      {
        unit: "ssh.service",
        reloadFiles: ["/etc/ssh/sshd_config.d/10-webstack.conf"],
        restartFiles: [],
        needs: [],
      },
      {
        unit: "systemd-journald.service",
        reloadFiles: [],
        restartFiles: ["/etc/systemd/journald.conf.d/webstack.conf"],
        needs: [],
      },
      {
        unit: "systemd-sysctl.service",
        reloadFiles: [],
        restartFiles: ["/etc/sysctl.d/90-webstack.conf"],
        needs: [],
      },
    ],
  };
}

/**
 * A check of systemd units: drop-ins with the packaged units they belong to, and own units by
 * path. Faults of units that they only refer to are none of ours.
 */
export function unitCheck(
  dropIns: readonly string[],
  packaged: readonly string[],
  own: readonly string[],
): BundleCheck {
  return {
    files: [...dropIns, ...own],
    command: [
      ...["/usr/bin/systemd-analyze", "verify", "--man=no", "--recursive-errors=no"],
      ...[...packaged, ...own],
    ],
  };
}

/** Reasons and source of each: reference of the kernel, Documentation/networking/ip-sysctl.rst. */
function sysctlConf(): string {
  return text`
    ${made}
    # Room for bursts of new connections in front of the proxies and Node.
    net.core.somaxconn = 65535
    net.ipv4.tcp_max_syn_backlog = 65535
    net.ipv4.tcp_syncookies = 1
    # Proxies open many connections to few addresses.
    net.ipv4.ip_local_port_range = 10240 65535
    # Port of MySQL's group communication; no connection of another program may sit on it.
    net.ipv4.ip_local_reserved_ports = 33061
    net.ipv4.tcp_tw_reuse = 1
    net.ipv4.tcp_fin_timeout = 15
    # What waits at a process that ends moves to one that listens on the same port.
    net.ipv4.tcp_migrate_req = 1
    # Kept-alive connections start again at their old speed.
    net.ipv4.tcp_slow_start_after_idle = 0
    # A peer that lost power is noticed in 75 seconds instead of two hours.
    net.ipv4.tcp_keepalive_time = 60
    net.ipv4.tcp_keepalive_intvl = 5
    net.ipv4.tcp_keepalive_probes = 3
  `;
}

function sshdConf(adminUser: string): string {
  return text`
    ${made}
    PermitRootLogin no
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    AllowUsers ${adminUser}
    AllowAgentForwarding no
    X11Forwarding no
    # Load balancers are bastions: forwarding to SSH of the private side is what they are for.
    AllowTcpForwarding yes
    # Configurations of many nodes share a bastion at the same time.
    MaxStartups 50:30:200
    MaxSessions 50
    UseDNS no
  `;
}

function journaldConf(): string {
  return text`
    ${made}
    [Journal]
    Storage=persistent
    SystemMaxUse=200M
    RateLimitBurst=10000
  `;
}

/**
 * The private interface of a Hetzner server may appear after boot, and its name differs by server
 * type; what is waited for is the address.
 */
function networkReady(privateIp: string): string {
  return text`
    ${made}
    [Unit]
    Description=Wait until the private address is there
    After=network.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    TimeoutStartSec=300
    ExecStart=/bin/sh -c "until ip -o -4 address show | grep -q ' ${privateIp}/'; do sleep 0.2; done"

    [Install]
    WantedBy=multi-user.target
  `;
}
