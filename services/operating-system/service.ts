import { rootFile } from "../bundle";
import { generatedNotice, text } from "../text";
import type { Service } from "../service";
import { aptConf, automaticUpdatePaths, needrestartConf, upgradeTimer } from "./automatic-updates";

const sysctlPath = "/etc/sysctl.d/90-webstack.conf";

const modulesPath = "/etc/modules-load.d/webstack.conf";

const journaldPath = "/etc/systemd/journald.conf.d/webstack.conf";

/** Entries of the kernel's table of connections, and its buckets. */
const trackedConnections = 262_144;

/** Settings of the kernel, of the journal and of automatic updates, and the tools that other services call. */
export const operatingSystem: Service<unknown> = {
  name: "operating-system",
  openings: [],
  part: () => ({
    packages: ["curl"],
    files: {
      [sysctlPath]: rootFile(sysctlConf()),
      [modulesPath]: rootFile(modulesConf()),
      [journaldPath]: rootFile(journaldConf()),
      [automaticUpdatePaths.apt]: rootFile(aptConf()),
      [automaticUpdatePaths.needrestart]: rootFile(needrestartConf()),
      [automaticUpdatePaths.timer]: rootFile(upgradeTimer()),
      [apportDropInPath]: rootFile(apportDropIn(sysctlPath)),
    },
    // apt of all programs refuses to work with a file that it cannot read.
    checks: [{ files: [automaticUpdatePaths.apt], command: ["/usr/bin/apt-config", "dump"] }],
    services: [
      {
        unit: "systemd-journald.service",
        reloadFiles: [],
        restartFiles: [journaldPath],
        needs: [],
      },
      {
        unit: "systemd-sysctl.service",
        reloadFiles: [],
        // The firewall has loaded the module when this service applies its settings to a running host.
        restartFiles: [sysctlPath, modulesPath, apportDropInPath],
        needs: [],
      },
    ],
  }),
};

/**
 * Renders the kernel's settings. Source: the kernel's Documentation/networking/ip-sysctl.rst.
 *
 * No host of the stack is a router but a load balancer, whose gateway turns forwarding on itself, and none learns a route
 * from a packet. A dump of a process holds its secrets, so
 * there are none; addresses and messages of the kernel are root's alone. With `-` a host that may not set a value goes
 * on, such as one of the local cloud (sysctl.d(5)).
 *
 * A full table of connections refuses every new one. The kernel's default is 65 536 entries on a server with 1 to
 * 4 GiB, and a closed connection is one for 120 s: 546 new connections a second fill that table. An entry takes at most
 * 320 bytes, so a full table of 262 144 takes 80 MiB, and its buckets 2 MiB. A closed connection stays for 10 s, during
 * which a lost last acknowledgement is repeated several times: the table has room for 26 000 new connections a second.
 * Source: the kernel's Documentation/networking/nf_conntrack-sysctl.rst.
 */
function sysctlConf(): string {
  return text`
    ${generatedNotice}
    # Accept queues for bursts of new connections to the proxies and Node.
    net.core.somaxconn = 65535
    net.ipv4.tcp_max_syn_backlog = 65535
    net.ipv4.tcp_syncookies = 1
    # Proxies open many connections to few addresses.
    net.ipv4.ip_local_port_range = 10240 65535
    # Port of MySQL's group communication, which no outgoing connection may use as its source port.
    net.ipv4.ip_local_reserved_ports = 33061
    net.ipv4.tcp_tw_reuse = 1
    net.ipv4.tcp_fin_timeout = 15
    # Connections queued at a process that ends move to another one that listens on the same port.
    net.ipv4.tcp_migrate_req = 1
    # An idle connection keeps its congestion window.
    net.ipv4.tcp_slow_start_after_idle = 0
    # Keep-alive probes detect a peer without power in 75 seconds instead of two hours.
    net.ipv4.tcp_keepalive_time = 60
    net.ipv4.tcp_keepalive_intvl = 5
    net.ipv4.tcp_keepalive_probes = 3
    net.ipv4.conf.*.accept_redirects = 0
    net.ipv4.conf.*.send_redirects = 0
    net.ipv4.conf.*.accept_source_route = 0
    -net.ipv6.conf.*.accept_redirects = 0
    -net.ipv6.conf.*.accept_source_route = 0
    # The table of connections.
    -net.netfilter.nf_conntrack_buckets = ${trackedConnections}
    -net.netfilter.nf_conntrack_max = ${trackedConnections}
    -net.netfilter.nf_conntrack_tcp_timeout_time_wait = 10
    -kernel.core_pattern = |/usr/bin/false
    -fs.suid_dumpable = 0
    -kernel.kptr_restrict = 2
    -kernel.dmesg_restrict = 1
  `;
}

/**
 * Renders the list of modules that a boot loads before it applies the kernel's settings. Otherwise the firewall would
 * load the module of the table of connections afterwards, and its settings would be lost. Source: modules-load.d(5),
 * and the order of systemd-sysctl.service after systemd-modules-load.service.
 */
function modulesConf(): string {
  return text`
    ${generatedNotice}
    nf_conntrack
  `;
}

/**
 * Renders the journal's settings. Source: journald.conf(5). The file's name comes after that of the distribution's
 * `syslog.conf`, which forwards.
 *
 * A restart of journald, which applies them, loses no line: systemd keeps its sockets and the units' output open.
 */
function journaldConf(): string {
  return text`
    ${generatedNotice}
    [Journal]
    Storage=persistent
    SystemMaxUse=500M
    # rsyslog would write each line again, into files that are rotated weekly, whatever their size.
    ForwardToSyslog=no
    RateLimitBurst=10000
  `;
}

/** Path of the rendered drop-in. */
export const apportDropInPath = "/etc/systemd/system/apport.service.d/webstack.conf";

/**
 * Renders a drop-in that keeps Ubuntu's crash reporter off: its unit starts after the kernel's settings, turns dumps on
 * again, and keeps them in `/var/crash`; its stop sets the kernel's own pattern, which writes a file. The unit runs on
 * virtual machines alone, so no host of the local cloud shows it.
 *
 * Source: `apport.service` and `/usr/share/apport/apport` of apport 2.34, on which Ubuntu's server images depend.
 *
 * @param settings path of the stack's settings of the kernel.
 */
function apportDropIn(settings: string): string {
  return text`
    ${generatedNotice}
    [Unit]
    ConditionPathExists=!${settings}

    [Service]
    ExecStop=
  `;
}
