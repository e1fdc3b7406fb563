import { AppTier } from "../../components/app-tier";
import { LoadBalancerPair } from "../../components/load-balancer-pair";
import { MysqlCluster } from "../../components/mysql-cluster";
import { WebTier } from "../../components/web-tier";
import { broker } from "../../services/broker/service";
import { openings } from "../../services/node-bundle";
import type { Role } from "../../topology";

const services = {
  lb: () => LoadBalancerPair.services(false, 443),
  web: () => WebTier.services,
  app: () => AppTier.services,
  db: () => MysqlCluster.services,
} as const;

/** UDP ports of a DHCP client, of which no service is asked: IPv4 and IPv6. */
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
export function strangeSockets(lines: readonly string[], opened: readonly number[]): string[] {
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
