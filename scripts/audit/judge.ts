import { AppTier } from "../../components/app-tier";
import { LoadBalancerPair } from "../../components/load-balancer-pair";
import { MysqlCluster } from "../../components/mysql-cluster";
import { WebTier } from "../../components/web-tier";
import { broker } from "../../services/broker/service";
import { openings } from "../../services/node-bundle";
import type { Role } from "../../topology";
import type { StackNode } from "../operate/outputs";
import { clockProblems, sshdProblems, sysctlProblems } from "./rules";
import type { Seen } from "./read";

/** One unit of a node. */
export interface UnitRow {
  node: string;
  role: StackNode["role"];
  unit: string;
  /** Undefined: systemd reported none. */
  exposure: number | undefined;
  /** Undefined: a unit of the distribution, without a bound. */
  bound: number | undefined;
  /** True if the bound is met, or there is none. */
  good: boolean;
  /** Why the bound is higher than that of similar units. */
  why?: string;
}

/** Findings on a node. */
export interface NodeAudit {
  node: string;
  role: StackNode["role"];
  units: UnitRow[];
  /** Problems besides the units; for a host that did not answer, the reason. */
  problems: string[];
  /** Observations; undefined: the host did not answer. */
  seen?: Seen;
}

/** Facts about a node that its rules depend on. */
export interface Expected {
  /** Login name of the operators. */
  adminUser: string;
  /** True for a host of the local cloud, whose kernel is the machine's. */
  isLocal: boolean;
}

/** Compares the observations on a node with the rules. */
export function judge(
  { name: node, role }: Pick<StackNode, "name" | "role">,
  seen: Seen,
  { adminUser, isLocal }: Expected,
): NodeAudit {
  const units = seen.units.map(({ unit, exposure }): UnitRow => {
    const { most: bound, why } = boundOf(unit) ?? {};
    const good = bound === undefined || (exposure !== undefined && exposure <= bound);
    return { node, role, unit, exposure, bound, good, ...(why === undefined ? {} : { why }) };
  });
  const opened = openedPorts(
    role,
    seen.units.map(({ unit }) => unit),
  );
  const known = ["root", adminUser];
  const unexpected = (names: readonly string[]) => names.filter((name) => !known.includes(name));
  return {
    node,
    role,
    units,
    problems: [
      ...seen.missed.map((what) => `not looked at: ${what}`),
      ...(units.length > 0
        ? []
        : ["converge's record names no unit: the node has no configuration"]),
      ...sshdProblems(seen.sshd, role === "lb"),
      ...sysctlProblems(seen.sysctls, isLocal),
      ...clockProblems(seen.clock, isLocal),
      ...unexpectedSockets(seen.sockets, opened),
      ...unexpected(seen.shells).map((name) => `the user ${name} has a shell`),
      ...seen.passwords.map((name) => `the user ${name} has a password that opens the host`),
      ...unexpected(seen.sudoGroup).map((name) => `the user ${name} is in a group with sudo`),
      ...seen.sudoers
        .filter(
          ({ line }) => !/^(root|%sudo|%admin)\s/.test(line) && !line.startsWith(`${adminUser} `),
        )
        .map(({ file, line }) => `${file} grants: ${line}`),
      ...seen.writable.map((path) => `everybody may write ${path}`),
      ...seen.strangeSetuid.map((path) => `${path} runs as its owner, and is of no package`),
    ],
    seen,
  };
}

/** True if a bound is missed, a check found a problem, or a host did not answer. */
export function isBad(all: readonly NodeAudit[]): boolean {
  return all.some(({ units, problems }) => problems.length > 0 || units.some(({ good }) => !good));
}

/** A bound of systemd's exposure for some units: 0 is closed, 10 is open. */
interface Bound {
  units: RegExp;
  /** Highest exposure. */
  most: number;
  /** Why it is higher than that of similar units. */
  why?: string;
}

/**
 * Bounds by unit; the first pattern that matches counts. The reasons are in
 * docs/decisions/0037-a-sandbox-for-every-daemon.md.
 */
const bounds: readonly Bound[] = [
  {
    units: /^webstack-converge-recover\./,
    most: 10,
    why: "it restores every file and service of the host, before the others start",
  },
  {
    units: /^webstack-data\./,
    most: 10,
    why: "it makes, checks and mounts the file system, where MySQL must see it",
  },
  {
    units: /^webstack-mysql-kill\./,
    most: 6.5,
    why: "it must run while the disk hangs, and a mount namespace reads the disk",
  },
  {
    units: /^webstack-(app-balancer|app-data|migrate|table-check@.*)\./,
    most: 4,
  },
  { units: /^webstack-/, most: 2 },
  { units: /^(haproxy|nginx|keepalived)\./, most: 4 },
  { units: /^(app@|worker-|cron-)/, most: 4 },
  { units: /^mysql\./, most: 5 },
  {
    units: /^nftables\./,
    most: 10,
    why: "it is the distribution's, without a listener; a host on which a sandbox kept it from loading would have no firewall",
  },
  {
    units: /^sshd?\./,
    most: 7.5,
    why: "its sessions inherit all of it, sudo and converge included; a bound of 6.0 would break them",
  },
];

/** The bound of a unit; undefined: it is the distribution's own, without one. */
export function boundOf(unit: string): Omit<Bound, "units"> | undefined {
  return bounds.find(({ units }) => units.test(unit));
}

const services = {
  lb: () => LoadBalancerPair.services(false, { apiPort: 443, provesByDns: true }),
  web: () => WebTier.services,
  app: () => AppTier.services,
  db: () => MysqlCluster.services,
} as const;

/** UDP ports of a DHCP client, IPv4 and IPv6, for which no service needs an opening. */
const dhcp = [68, 546];

/** TCP ports that the services of a node open to other hosts. `units`: units of the node. */
export function openedPorts(role: Role, units: readonly string[]): number[] {
  const guests = units.includes("webstack-broker.service") ? broker().openings : [];
  const ports = [...openings(services[role]()), ...guests].flatMap(({ port }) => port ?? []);
  return [...new Set(ports)].sort((a, b) => a - b);
}

/**
 * Listening sockets that other hosts could reach, and for which no service has an opening.
 *
 * @param lines lines of `ss -H -lntup`.
 * @param opened TCP ports with an opening.
 */
export function unexpectedSockets(lines: readonly string[], opened: readonly number[]): string[] {
  return lines.flatMap((line) => {
    const [kind = "", , , , local = "", , users = ""] = line.trim().split(/\s+/);
    const [, address = "", port = ""] = /^(.*):(\d+)$/.exec(local) ?? [];
    const isLoopback = /^(127\.|\[?::1\]?|\[?::ffff:127\.)/.test(address);
    const expected = kind === "udp" ? dhcp : opened;
    if (isLoopback || expected.includes(Number(port))) return [];
    const [, program = "an unknown program"] = /\(\("([^"]*)"/.exec(users) ?? [];
    return [`${program} listens on ${kind} ${local}, and no service of the node has that opening`];
  });
}
