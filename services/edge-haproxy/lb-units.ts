import { programPath } from "../base-system/base-bundle";
import { edgeHealthPath, vrrpFifoPath } from "../keepalived/keepalived-conf";
import { made } from "../notice";
import { text } from "../text";

/**
 * keepalived tells the state of this node by adverts every 0.2 s; it must not starve, and it
 * starts when the private address is there, since its adverts come from it.
 *
 * Its own setting for real-time priority is not used: at a reload keepalived 2.3 takes the limit of
 * real time down to 0 before it sets it again, and where it may not, it is killed by the next tick.
 */
export function keepalivedDropIn(): string {
  return text`
    ${made}
    [Unit]
    After=webstack-network-ready.service webstack-prober.service webstack-mover.service
    StartLimitIntervalSec=0

    [Service]
    Restart=always
    RestartSec=500ms
    OOMScoreAdjust=-900
    # A child that keepalived starts again by itself never opens the pipe to the mover.
    ExecStart=
    ExecStart=/usr/sbin/keepalived --dont-fork --dont-respawn
    CPUSchedulingPolicy=rr
    CPUSchedulingPriority=50
    # A loop ends before the other node is master; one of a real-time process may take a processor.
    LimitRTTIME=1s
  `;
}

/** Connections that HAProxy accepts at a time; each needs two open files, one towards it and one towards a web node. */
export const edgeConnections = 9_500;
/** Open files that HAProxy may have. Hosts in containers refuse more than 20 000. */
const edgeOpenFiles = 20_000;

/** Keeps HAProxy coming back at once, and out of the kernel's reach when memory is short. */
export function haproxyDropIn(): string {
  return text`
    ${made}
    [Unit]
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    Restart=always
    RestartSec=20ms
    LimitNOFILE=${edgeOpenFiles}
    OOMScoreAdjust=-800
  `;
}

/**
 * Puts the floating addresses on both nodes for good. Hetzner routes a floating IP to the public
 * interface of one server; whichever it is accepts it at once, without a step in the failover.
 * IPv4 lies on the loopback interface, so that no interface has to be named. An IPv6 address is
 * only answered for (RFC 4861) on the interface that has it, so it lies on the one of the default route.
 */
export function floatingIpUnit(addresses: readonly string[]): string {
  return text`
    ${made}
    [Unit]
    Description=Floating addresses of the stack
    After=network-pre.target

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ${addresses.map((address) => (address.includes(":") ? addIpv6(address) : addIpv4(address)))}
    ${addresses.map((address) => `ExecStop=-/bin/sh -c "ip address delete ${address} dev $(ip -o address show to ${address} | head -1 | cut -d' ' -f2)"`)}

    [Install]
    WantedBy=multi-user.target
  `;
}

function addIpv4(address: string): string {
  return `ExecStart=/sbin/ip address replace ${address} dev lo`;
}

/**
 * The public interface may come late. The address is no source of own connections (preferred_lft):
 * answers would go to the other node. Where IPv6 is turned off, IPv4 still has to come up.
 */
function addIpv6(address: string): string {
  const device = "$(ip -6 route show default | grep -o 'dev [^ ]*' | head -1 | cut -d' ' -f2)";
  const wait =
    "for i in $(seq 75); do ip -6 route show default | grep -q dev && break; sleep 0.2; done";
  const add = `ip -6 address replace ${address} dev ${device} nodad preferred_lft 0`;
  return `ExecStart=-/bin/sh -c "${wait}; ${add}"`;
}

/** Judges HAProxy with real requests. */
export function proberUnit(): string {
  return text`
    ${made}
    [Unit]
    Description=Health of this load balancer, for keepalived
    Before=keepalived.service
    StartLimitIntervalSec=0

    [Service]
    # Bad until proved good, and there before keepalived looks.
    ExecStartPre=/bin/sh -c "[ -e ${edgeHealthPath} ] || echo 1 > ${edgeHealthPath}"
    ExecStart=/usr/bin/node ${programPath("prober")}
    RuntimeDirectory=webstack
    RuntimeDirectoryMode=0755
    RuntimeDirectoryPreserve=yes
    Restart=always
    RestartSec=200ms
    # A starving prober would report a healthy HAProxy as dead.
    Nice=-15
    CPUWeight=10000
    OOMScoreAdjust=-800
    NoNewPrivileges=yes
    ProtectSystem=strict
    ReadWritePaths=/run/webstack
    ProtectHome=yes
    PrivateTmp=yes
    PrivateDevices=yes
    CapabilityBoundingSet=
    RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
    SystemCallFilter=@system-service

    [Install]
    WantedBy=multi-user.target
  `;
}

/** Login of the mover. */
export const moverUser = "webstack-mover";

/**
 * Moves the floating IP.
 *
 * @param credentials what it authenticates itself with: paths by the names that it knows them by.
 */
export function moverUnit(credentials: Readonly<Record<string, string>>): string {
  return text`
    ${made}
    [Unit]
    Description=Mover of the floating IP
    Before=keepalived.service
    After=webstack-network-ready.service
    StartLimitIntervalSec=0

    [Service]
    User=${moverUser}
    RuntimeDirectory=webstack-mover
    RuntimeDirectoryPreserve=yes
    ExecStartPre=+/bin/sh -c "mkdir -p /run/webstack; [ -p ${vrrpFifoPath} ] || mkfifo -m 0660 ${vrrpFifoPath}; chown root:webstack-mover ${vrrpFifoPath}; chmod 0660 ${vrrpFifoPath}"
    ExecStart=/usr/bin/node ${programPath("mover")}
    ${Object.entries(credentials).map(([name, path]) => `LoadCredential=${name}:${path}`)}
    Restart=always
    RestartSec=500ms
    NoNewPrivileges=yes
    ProtectSystem=strict
    ProtectHome=yes
    PrivateTmp=yes
    PrivateDevices=yes
    CapabilityBoundingSet=
    RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
    SystemCallFilter=@system-service
    OOMScoreAdjust=-800

    [Install]
    WantedBy=multi-user.target
  `;
}
