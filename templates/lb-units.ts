import { programPath } from "./base-bundle";
import { edgeHealthPath, vrrpFifoPath } from "./keepalived-conf";
import { made } from "./notice";
import { text } from "./text";

/**
 * keepalived tells the state of this node by adverts every 0.2 s; it must not starve, and it
 * starts when the private address is there, since its adverts come from it.
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
    LimitRTPRIO=50
  `;
}

/** Most clients at a time; each needs two open files, one towards it and one towards a web node. */
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
    RestartSec=100ms
    LimitNOFILE=${edgeOpenFiles}
    OOMScoreAdjust=-800
  `;
}

/**
 * Puts the floating addresses on the loopback interface of both nodes for good. Hetzner routes a
 * floating IP to the public interface of one server; whichever it is accepts it at once, without a
 * step in the failover, and no interface has to be named.
 */
export function floatingIpUnit(addresses: readonly string[]): string {
  return text`
    ${made}
    [Unit]
    Description=Floating addresses of the stack
    After=network-pre.target
    Before=haproxy.service

    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ${addresses.map((address) => `ExecStart=${optional(address)}/sbin/ip address replace ${address} dev lo`)}
    ${addresses.map((address) => `ExecStop=-/sbin/ip address delete ${address} dev lo`)}

    [Install]
    WantedBy=multi-user.target
  `;
}

/** Where IPv6 is turned off, the address of the other family still has to come up. */
function optional(address: string): string {
  return address.includes(":") ? "-" : "";
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
