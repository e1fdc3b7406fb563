import type { Peer, Role } from "../topology";
import { type Bundle, type BundlePart, type FileAttributes, mergeParts } from "./bundle";
import type { FirewallArgs } from "./host-firewall/nftables-conf";
import { type OpeningGroup, allowedDestinations } from "./host-firewall/output-rules";
import type { Opening, SecretFile, Service, Source } from "./service";
import { unitChecks } from "./unit-files";
import { converge } from "./converge/service";
import { hostFirewall } from "./host-firewall/service";
import { operatingSystem } from "./operating-system/service";
import { privateNetwork } from "./private-network/service";
import { ssh } from "./ssh/service";

/** Facts about a node that do not depend on its services. */
export interface NodeFacts {
  /** Node name, such as `web-1`. */
  node: string;
  /** Tier. */
  role: Role;
  /** Private IPv4 address, no prefix. */
  privateIp: string;
  /** The other nodes of the tier, in order. */
  peers: readonly Peer[];
  /** Subnet of each tier with prefix. */
  subnets: Readonly<Record<Role, string>>;
  /** Openings of all nodes of the stack. */
  openingGroups: readonly OpeningGroup[];
  /** Login name with sudo. */
  adminUser: string;
  /** OpenSSH public keys of that login, the stack's own first. */
  adminKeys: readonly string[];
  /** Programs of `host/` by name, bundled. */
  programs: Readonly<Record<string, string>>;
}

/** Facts about a node after its services are chosen. */
interface FirewalledFacts extends NodeFacts {
  /** Arguments of the host's own firewall. */
  firewall: FirewallArgs;
}

/** The services of one node, each in the order of its start. */
export interface NodeServices<Facts extends NodeFacts> {
  /** Services of every node. */
  system: readonly Service<FirewalledFacts>[];
  /** Services of all nodes of the tier. */
  tier: readonly Service<Facts>[];
  /** Further services of this node. @default none */
  guests?: readonly Service<NodeFacts>[] | undefined;
}

/**
 * The wanted state of a node, without its secrets: the parts of its services, and a firewall derived
 * from their openings.
 *
 * @throws Error if two services contain the same file, secret file or directory.
 */
export function nodeBundle<Facts extends NodeFacts>(
  facts: Facts,
  services: NodeServices<Facts>,
): Bundle {
  const firewalled = { ...facts, firewall: firewallArgs(facts, services) };
  const parts = [
    joined(services.system, firewalled),
    joined(services.tier, facts),
    joined(services.guests ?? [], facts),
  ];
  return { node: facts.node, role: facts.role, ...mergeParts(parts) };
}

/** All services of a node. */
export function allServices<Facts extends NodeFacts>({
  system,
  tier,
  guests = [],
}: NodeServices<Facts>): Service<Facts & FirewalledFacts>[] {
  return [...system, ...tier, ...guests];
}

/** The services of a node, without the parts, which depend on facts. */
export type ListedServices = Record<"system" | "tier", readonly Omit<Service<never>, "part">[]>;

/** All openings of a node with these services. */
export function openings({ system, tier }: ListedServices): Opening[] {
  return waysIn([...system, ...tier]);
}

function waysIn(services: readonly Pick<Service<never>, "openings">[]): Opening[] {
  return services.flatMap((service) => service.openings);
}

/**
 * The contents of a node's secret files by path.
 *
 * @param contents contents by key.
 * @throws Error if a service has a secret without content.
 */
export function secretContents<Content>(
  services: readonly Pick<Service<never>, "name" | "secrets">[],
  contents: Readonly<Record<string, Content>>,
): Record<string, Content> {
  const files = services.flatMap(({ name, secrets = {} }) =>
    Object.entries(secrets).map(([path, { secret }]): [string, Content] => {
      const content = contents[secret];
      if (content === undefined) throw new Error(`${name} needs the secret ${secret}, got none`);
      return [path, content];
    }),
  );
  return Object.fromEntries(files);
}

function firewallArgs<Facts extends NodeFacts>(
  { role, subnets, peers, openingGroups }: NodeFacts,
  services: NodeServices<Facts>,
): FirewallArgs {
  const { system, tier, guests = [] } = services;
  const all = allServices(services);
  const peerIps = peers.map(({ privateIp }) => privateIp);
  return {
    subnets,
    peerIps,
    openings: [waysIn([...system, ...guests]), waysIn(tier)],
    destinations: allowedDestinations(role, peerIps, openingGroups),
    callsOut: all.flatMap((service) => service.callsOut ?? []),
    holdsBack: all.some(({ holdsBack }) => holdsBack),
  };
}

/** Merges the parts of several services. */
function joined<Facts>(services: readonly Service<Facts>[], facts: Facts): BundlePart {
  const parts = services.map((service) => service.part(facts));
  return mergeParts([
    ...parts.map(({ unitFiles: _, refusals: __, ...part }) => part),
    {
      checks: [
        ...unitChecks(parts.flatMap((part) => part.unitFiles ?? [])),
        ...parts.flatMap((part) => part.refusals ?? []),
      ],
    },
    ...services.map(({ secrets = {} }) => ({ secretFiles: attributes(secrets) })),
  ]);
}

function attributes(secrets: Readonly<Record<string, SecretFile>>): Record<string, FileAttributes> {
  return Object.fromEntries(
    Object.entries(secrets).map(([path, { secret: _, ...rest }]) => [path, rest]),
  );
}

/**
 * Services of every node, in the order of their start.
 *
 * @param sshFrom source of SSH connections: `admins` on jump hosts, otherwise the tier of the jump hosts.
 */
export function everyNode(sshFrom: Source): Service<FirewalledFacts>[] {
  return [converge, hostFirewall, privateNetwork, ssh(sshFrom), operatingSystem];
}
