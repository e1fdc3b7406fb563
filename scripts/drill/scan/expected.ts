import { AppTier } from "../../../components/app-tier";
import { LoadBalancerPair } from "../../../components/load-balancer-pair";
import { MysqlCluster } from "../../../components/mysql-cluster";
import { WebTier } from "../../../components/web-tier";
import { apiRelay } from "../../../services/api-relay/service";
import { broker } from "../../../services/broker/service";
import { egressGateway } from "../../../services/egress-gateway/service";
import type { Opening, Service } from "../../../services/service";
import { stateSync } from "../../../services/state-sync/service";
import type { Role } from "../../../topology";
import type { ScanAnswer, ScanTarget } from "./probe";

/** A host as a target. */
export interface ScannedHost {
  /** Name, such as `db-1`; `floating` for the floating addresses. */
  name: string;
  role: Role;
  /** Services of its bundle, such as `webstack-broker.service`. */
  units: readonly string[];
  /** Private IPv4 address. @default none */
  privateIp?: string | undefined;
  /** Public IPv4 and IPv6 addresses. */
  publicIps: readonly string[];
}

/** Origin of a scan. */
export interface Caller {
  /** Name of a node, or `outside`. */
  name: string;
  /** Tier; `outside` is this machine, which `admin.cidrs` names by its IPv4 address. */
  role: Role | "outside";
}

/** A target with its name. */
export interface NamedTarget extends ScanTarget {
  name: string;
}

/** Ports of services of other systems and of debuggers, and ports of the stack on loopback addresses. */
const forgotten = [
  ...[1433, 2049, 2375, 2376, 3307, 4460, 5201, 5432, 6379, 8000, 8080, 8404, 8443, 9100, 9229],
  ...[10250, 11211, 27017, 33060],
];
/** Calls open no port. */
const authority = { apiPort: 443, provesByDns: false };
const wellKnown = Array.from({ length: 1024 }, (_, i) => i + 1);
/** DNS, NTP, SNMP, multicast DNS. */
const usualUdp = [53, 123, 161, 5353];

/** The services of a host, derived from its units; without the archiver, which opens no port. */
export function servicesOf({
  role,
  units,
}: Pick<ScannedHost, "role" | "units">): Omit<Service<never>, "part">[] {
  const has = (unit: string) => units.includes(`${unit}.service`);
  const services = {
    lb: () => LoadBalancerPair.services(false, has("webstack-acme") ? authority : undefined),
    web: () => WebTier.services,
    app: () => AppTier.services,
    db: () => MysqlCluster.services,
  } as const;
  const { system, tier } = services[role]();
  return [
    ...[...system, ...tier],
    ...(has("webstack-broker") ? [broker()] : []),
    ...(has("webstack-egress-gateway") ? gateway(has("webstack-api-relay")) : []),
  ];
}

/** Services of a load balancer that is the way out of nodes without a public address. */
function gateway(hasRelay: boolean): Omit<Service<never>, "part">[] {
  const api = { host: "", port: 443 };
  return [
    egressGateway({ subnets: [], sourceIp: "" }),
    stateSync([]),
    ...(hasRelay ? [apiRelay({ api, from: ["db"] })] : []),
  ];
}

/** All openings of a host: those of docs/who-talks-to-whom.md. */
export function openingsOf(host: Pick<ScannedHost, "role" | "units">): Opening[] {
  return servicesOf(host).flatMap(({ openings }) => openings);
}

function lets({ from }: Opening, caller: Caller, to: ScannedHost, address: string): boolean {
  if (address === to.privateIp) {
    return from === caller.role || (from === "peers" && caller.role === to.role);
  }
  const isAdmin = caller.role === "outside" && !address.includes(":");
  return from === "anywhere" || (from === "admins" && isAdmin);
}

/**
 * Targets of a caller at all other hosts. At private addresses and from outside these are all ports of the table, the
 * well-known ones and others; between hosts at public addresses, the ports of the table and a few more.
 */
export function targetsOf(caller: Caller, hosts: readonly ScannedHost[]): NamedTarget[] {
  const table = hosts.flatMap(openingsOf).flatMap(({ port }) => port ?? []);
  const udp = [...new Set([...usualUdp, ...table])];
  const isOpenUdp = (open: readonly Opening[], port: number) =>
    open.some((one) => one.protocol === "udp" && one.port === port);
  return hosts.flatMap((to) => {
    // A load balancer has the floating addresses itself.
    const isOwn = to.name === caller.name || (to.name === "floating" && caller.role === "lb");
    if (isOwn) return [];
    const hasPrivate = caller.role !== "outside" && to.privateIp !== undefined;
    return [...(hasPrivate ? [to.privateIp!] : []), ...to.publicIps].map((address) => {
      const isPrivate = address === to.privateIp;
      const open = openingsOf(to).filter((one) => lets(one, caller, to, address));
      const tcpPorts = open.flatMap(({ protocol, port }) =>
        protocol === "tcp" ? (port ?? []) : [],
      );
      const awaited = [...new Set(tcpPorts)].sort((a, b) => a - b);
      const many = isPrivate || caller.role === "outside";
      const tried = new Set([...table, ...forgotten, ...(many ? wellKnown : [])]);
      const tcp = [...tried].filter((port) => !awaited.includes(port));
      const pings = isPrivate || open.some(({ protocol }) => protocol === "icmp");
      // A port whose daemon speaks UDP to this caller may answer or not.
      const silent = udp.filter((port) => !isOpenUdp(open, port));
      return { name: to.name, address, awaited, tcp, udp: silent, pings };
    });
  });
}

/** Differences from the table: ports that must be open and are not, and ports that answer and must not. */
export function differences(
  caller: string,
  targets: readonly NamedTarget[],
  answers: readonly ScanAnswer[],
): string[] {
  return targets.flatMap(({ name, address, awaited, pings }) => {
    const found = new Map(
      answers.filter((one) => one.address === address).map(({ way, answer }) => [way, answer]),
    );
    const wanted = [...awaited.map((port) => `tcp ${port}`), ...(pings ? ["icmp"] : [])];
    const line = (way: string, what: string) => `${caller} -> ${name} ${address} ${way}: ${what}`;
    return [
      ...wanted
        .filter((way) => found.get(way) !== "open")
        .map((way) => line(way, `${found.get(way) ?? "silent"}, must be open`)),
      ...[...found]
        .filter(([way, answer]) => answer !== "no way" && !wanted.includes(way))
        .map(([way, answer]) => line(way, `${answer}, must be dropped`)),
    ];
  });
}
