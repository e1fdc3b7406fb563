import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "../services/bundle";
import { lbBundle, lbSecretPaths, type MoverArgs } from "../services/edge-haproxy/lb-bundle";
import type { Peer, PlannedLoadBalancer } from "../topology";
import type { ApiAccess } from "./api-access";
import type { FloatingAddresses } from "./floating-addresses";
import { type ConfiguredHost, hostBundle, type HostSettings, userData } from "./host";
import { labelSelector } from "./naming";
import type { Server, ServerSettings } from "./server";
import { tierServers } from "./tier-servers";

/** Arguments of {@link LoadBalancerPair}. */
export interface LoadBalancerPairArgs {
  /** Exactly two planned nodes. */
  nodes: readonly PlannedLoadBalancer[];
  /** Web nodes that requests go to, in order. */
  webNodes: readonly Peer[];
  /** Addresses that move between the two. */
  addresses: FloatingAddresses;
  /** How the two reach the Hetzner API, to move the addresses. */
  api: ApiAccess;
  /** Certificate chain with its private key in PEM form; a secret. */
  certificatePem: pulumi.Input<string>;
  /** What the servers have in common. */
  server: ServerSettings;
  /** What all hosts have in common. */
  host: HostSettings;
}

/** Two HAProxy hosts, of which one holds the floating addresses and the other stands by. */
export class LoadBalancerPair extends pulumi.ComponentResource {
  /** The servers, lb-1 first. */
  readonly servers: Server[];
  /** The servers with their configurations. */
  readonly hosts: ConfiguredHost[];
  /** Public IPv4 addresses, lb-1 first; the way in to all other nodes. */
  readonly publicIps: pulumi.Output<string>[];

  /** @throws pulumi.ResourceError if there are not exactly two nodes. */
  constructor(name: string, args: LoadBalancerPairArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:LoadBalancerPair", name, {}, opts);
    if (args.nodes.length !== 2) {
      const found = JSON.stringify(args.nodes.map((node) => node.name));
      throw new pulumi.ResourceError(
        `nodes must be two load balancers, got ${found}; plan them with topology`,
        this,
        true,
      );
    }

    const { server, host, nodes } = args;
    this.servers = tierServers(this, name, {
      nodes,
      server,
      userData: (node) => userData(host, bundle(args, node)),
    });
    firstAssignments(this, name, args.addresses, this.servers[0]!);
    this.publicIps = this.servers.map(({ publicIp }) => publicIp);
    const mover = moverArgs(args, this.servers);
    this.hosts = this.servers.map((each, i) => ({
      server: each,
      bundle: bundle(args, nodes[i]!, mover),
      secrets: {
        ...args.api.secrets(each.node.name),
        [lbSecretPaths.certificate]: pulumi.secret(args.certificatePem),
      },
    }));
    this.registerOutputs({ publicIps: this.publicIps });
  }
}

/** State of a load balancer; without `mover` that of its first boot, when no id is known yet. */
function bundle(
  args: LoadBalancerPairArgs,
  node: PlannedLoadBalancer,
  mover?: pulumi.Input<MoverArgs>,
): pulumi.Output<Bundle> {
  const peer = args.nodes.find(({ name }) => name !== node.name)!;
  return pulumi
    .all([pulumi.all(args.addresses.all.map(({ hostCidr }) => hostCidr)), mover])
    .apply(([floatingAddresses, known]) => {
      const part = lbBundle({
        node: node.name,
        privateIp: node.privateIp,
        peer: { name: peer.name, privateIp: peer.privateIp },
        priority: node.vrrpPriority,
        loadBalancers: args.nodes.map(({ name, privateIp }) => ({ name, privateIp })),
        webNodes: args.webNodes.map(({ name, privateIp }) => ({ name, privateIp })),
        floatingAddresses,
        ...(known ? { mover: known } : {}),
        hasToken: args.api.hasToken,
        programs: args.host.programs,
      });
      return hostBundle(node, args.host, part, peer.privateIp);
    });
}

function moverArgs(args: LoadBalancerPairArgs, servers: Server[]): pulumi.Output<MoverArgs> {
  return pulumi.output({
    api: args.api.way,
    selector: labelSelector(args.server.identity),
    floatingIps: args.addresses.all.map(({ id, address }) => ({ id, address })),
    servers: servers.map(({ node, serverId, publicIp }) => ({
      name: node.name,
      id: serverId,
      publicIp,
    })),
  });
}

/**
 * Gives the addresses to lb-1 once, so that they lead somewhere before the first mover runs. From
 * then on the movers alone decide: `serverId` is ignored, so neither `up` nor `refresh` followed
 * by `up` takes an address back after a failover. Destroying it unassigns the address. The owner
 * cannot be an argument of the floating IP itself: the first boot of its owner needs the address.
 */
function firstAssignments(
  parent: pulumi.Resource,
  name: string,
  addresses: FloatingAddresses,
  owner: Server,
): void {
  for (const { family, id } of addresses.all) {
    new hcloud.FloatingIpAssignment(
      `${name}-first-assignment-${family}`,
      { floatingIpId: id, serverId: owner.serverId },
      { parent, ignoreChanges: ["serverId"] },
    );
  }
}
