import { isIPv4 } from "node:net";

/** Tier that a node belongs to. */
export type Role = "lb" | "web" | "app" | "db";

/** Roles in the order of their subnets: lb has the first /24 after the network's own, and so on. */
export const roles = ["lb", "web", "app", "db"] as const;

/** Most servers in a spread placement group. Source: Hetzner placement group documentation. */
const groupSize = 10;

/** Most database nodes: Group Replication takes at most nine members. */
const mostDatabases = 9;

/** Host part before node 1; lower addresses are left to the cloud's gateway. */
const firstHostPart = 10;

/** VRRP priorities of lb-1 and lb-2; they differ, so that every election has a winner. */
const vrrpPriorities = [200, 190];

/** Input of {@link topology}. */
export interface TopologyInput {
  /** Private network with prefix, such as `10.0.0.0/16`; /21 or larger. */
  ipRange: string;
  /** Locations over which each tier is spread round-robin; at least one. */
  locations: readonly string[];
  /** Number of nodes per tier. */
  counts: Readonly<Record<Role, number>>;
}

/** Name and private address of a node. */
export interface Peer {
  /** Name of the server and of its host, such as `web-2`; letters, digits and dashes. */
  name: string;
  /** Private IPv4 address, no prefix, such as `10.0.2.12`. */
  privateIp: string;
}

/** One planned server. Its private address depends on role and number alone. */
export interface PlannedNode extends Peer {
  /** Its tier. */
  role: Role;
  /** Position in the tier, from 1. */
  number: number;
  /** Hetzner location, such as `nbg1`. */
  location: string;
  /** Name of its placement group, such as `web-1`. */
  placementGroup: string;
}

/** A planned load balancer. */
export interface PlannedLoadBalancer extends PlannedNode {
  /** VRRP priority, 1 to 254; the two nodes differ, and the higher one starts as master. */
  vrrpPriority: number;
}

/** A planned database node. */
export interface PlannedDatabase extends PlannedNode {
  /** MySQL `server_id`: unique in the group, and the same for as long as the node exists. */
  mysqlServerId: number;
}

/** The whole plan. */
export interface Topology {
  /** Private network with prefix. */
  ipRange: string;
  /** Gateway of the private network: its first address. */
  gateway: string;
  /** Subnet of each tier with prefix, such as `10.0.2.0/24`. */
  subnetCidrs: Record<Role, string>;
  /** Load balancers, lb-1 first. */
  lb: PlannedLoadBalancer[];
  /** Web nodes. */
  web: PlannedNode[];
  /** App nodes. */
  app: PlannedNode[];
  /** Database nodes. */
  db: PlannedDatabase[];
  /** Names and addresses of all database nodes that the stack has or may get, in order. */
  databaseSlots: Peer[];
}

/**
 * Plans the nodes of a stack. A node keeps its address, location and group when its tier or
 * another one grows or shrinks.
 *
 * @throws Error if there is no location or a tier does not fit into its subnet.
 */
export function topology({ ipRange, locations, counts }: TopologyInput): Topology {
  if (locations.length === 0) throw new Error("locations must name at least one, got none");
  const network = networkNumber(ipRange);
  const peer = (role: Role, number: number): Peer => ({
    name: `${role}-${number}`,
    privateIp: ipv4Text(network + subnetOffset(role) + firstHostPart + checked(role, number)),
  });
  const tier = (role: Role): PlannedNode[] =>
    Array.from({ length: counts[role] }, (_, i) => ({
      ...peer(role, i + 1),
      role,
      number: i + 1,
      location: locations[i % locations.length]!,
      placementGroup: `${role}-${Math.floor(i / groupSize) + 1}`,
    }));
  return {
    ipRange,
    gateway: ipv4Text(network + 1),
    subnetCidrs: {
      lb: subnetCidr(network, "lb"),
      web: subnetCidr(network, "web"),
      app: subnetCidr(network, "app"),
      db: subnetCidr(network, "db"),
    },
    lb: tier("lb").map((node, i) => ({ ...node, vrrpPriority: vrrpPriority(i) })),
    web: tier("web"),
    app: tier("app"),
    db: tier("db").map((node) => ({ ...node, mysqlServerId: node.number })),
    databaseSlots: Array.from({ length: mostDatabases }, (_, i) => peer("db", i + 1)),
  };
}

function vrrpPriority(index: number): number {
  const priority = vrrpPriorities[index];
  if (priority === undefined) {
    throw new Error(`counts.lb must be at most ${vrrpPriorities.length}, got ${index + 1}`);
  }
  return priority;
}

function checked(role: Role, number: number): number {
  const most = 254 - firstHostPart;
  if (number > most) throw new Error(`counts.${role} must be at most ${most}, got ${number}`);
  return number;
}

/**
 * Nodes that have the API token instead of the load balancers: two nodes without a public service, database
 * nodes first, because they do not run the app's code.
 */
export function brokerNodes({ db, web }: Topology): PlannedNode[] {
  return [...db, ...web].slice(0, 2);
}

/** Placement groups that `nodes` need, by name, in order, each once. */
export function placementGroups(nodes: readonly PlannedNode[]): string[] {
  return [...new Set(nodes.map(({ placementGroup }) => placementGroup))];
}

function subnetOffset(role: Role): number {
  return 256 * (roles.indexOf(role) + 1);
}

function subnetCidr(network: number, role: Role): string {
  return `${ipv4Text(network + subnetOffset(role))}/24`;
}

function networkNumber(ipRange: string): number {
  const [address = "", prefix] = ipRange.split("/");
  if (!isIPv4(address) || !prefix || Number(prefix) > 21) {
    throw new Error(
      `ipRange must be an IPv4 block of /21 or larger, got ${JSON.stringify(ipRange)}`,
    );
  }
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function ipv4Text(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
