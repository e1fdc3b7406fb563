import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { isIPv4 } from "node:net";
import type { PlannedNode } from "../topology";
import { cloudLabels, type Identity, numericId } from "../resources/naming";

/** Settings that all servers of a tier share. */
export interface ServerSettings {
  /** Names and labels of the stack. */
  identity: Identity;
  /** Hetzner server type, such as `cpx22`. A change resizes in place. */
  serverType: string;
  /** Operating system image, such as `ubuntu-26.04`. For new servers only. */
  image: string;
  /** Cloud ids of the SSH keys of the image's default user. For new servers only. */
  sshKeyIds: pulumi.Input<string>[];
  /** Id of the cloud firewall of the public side. @default the servers have no public side */
  firewallId?: pulumi.Input<number> | undefined;
  /** Id of the tier's subnet, in the form `<network id>-<cidr>`. */
  subnetId: pulumi.Input<string>;
  /** Id of the private network, which a server without a public side joins at its creation. @default it has one */
  networkId?: pulumi.Input<number> | undefined;
  /** Whether the server refuses to be deleted or rebuilt. */
  protect: boolean;
  /** True for a node that may be deleted despite `protect`. @default no node */
  isDeletable?: ((name: string) => boolean) | undefined;
  /** Location in which a new server of a node is made. @default the planned one */
  locationOf?: ((node: PlannedNode) => pulumi.Input<string>) | undefined;
  /** Resource hooks around a change of a node's server. @default none */
  hooks?: ((node: PlannedNode) => pulumi.ResourceHookBinding) | undefined;
}

/** Arguments of {@link Server}. */
export interface ServerArgs extends ServerSettings {
  /** The planned node. */
  node: PlannedNode;
  /** Id of its placement group. */
  placementGroupId: pulumi.Input<number>;
  /** Whole cloud-config document. For new servers only; later changes are applied over SSH. */
  userData: pulumi.Input<string>;
}

/** One virtual machine on the private network, configured by cloud-init at its first boot. */
export class Server extends pulumi.ComponentResource {
  /** The planned node, unchanged. */
  readonly node: PlannedNode;
  /** Id of the server in the cloud. */
  readonly serverId: pulumi.Output<number>;
  /** Location in which the server is, whatever the plan names. */
  readonly location: pulumi.Output<string>;
  /** Public IPv4 address; undefined for a server without a public side. */
  readonly publicIp: pulumi.Output<string> | undefined;
  /**
   * Resources that must exist before another resource acts on the server: the API locks a server while it joins a
   * network, and refuses a second action with `locked`. Empty for a server that is created on the network.
   */
  readonly joined: pulumi.Resource[];

  /** @throws pulumi.ResourceError if the node's private address is not an IPv4 address. */
  constructor(name: string, args: ServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:Server", name, {}, opts);
    if (!isIPv4(args.node.privateIp)) {
      const found = JSON.stringify(args.node.privateIp);
      throw new pulumi.ResourceError(
        `node.privateIp must be an IPv4 address such as 10.0.2.11, got ${found}; leave out the prefix`,
        this,
        true,
      );
    }

    const protect = args.protect && !args.isDeletable?.(args.node.name);
    const vm = new hcloud.Server(`${name}-vm`, machine(args, protect), {
      parent: this,
      protect,
      // A change of these would replace the server; `npm run roll` does that on purpose (DESIGN §3).
      ignoreChanges: ["userData", "image", "sshKeys", "location"],
      ...(args.hooks ? { hooks: args.hooks(args.node) } : {}),
    });
    this.serverId = numericId(vm);
    const isPublic = args.networkId === undefined;
    const { subnetId, node } = args;
    const nic = { serverId: this.serverId, subnetId, ip: node.privateIp, aliasIps: [] };
    this.joined = isPublic ? [new hcloud.ServerNetwork(`${name}-nic`, nic, { parent: this })] : [];

    this.node = args.node;
    this.location = vm.location;
    this.publicIp = isPublic ? vm.ipv4Address : undefined;
    this.registerOutputs({ serverId: this.serverId, publicIp: this.publicIp });
  }

  /** Public IPv4 address of a server that is reached directly. @throws pulumi.ResourceError if it has no public side. */
  reachedAt(): pulumi.Output<string> {
    if (this.publicIp !== undefined) return this.publicIp;
    const { name } = this.node;
    const reason = `${name} must have a public address to be reached without a bastion, got none; name its bastions`;
    throw new pulumi.ResourceError(reason, this, true);
  }
}

/**
 * The public side with its firewall; or the private network alone, which such a server needs when it is created. The API
 * refuses a firewall for a server without a public side (`private_net_only_server`).
 */
function sides(args: ServerArgs): Partial<hcloud.ServerArgs> {
  const { firewallId, subnetId, node } = args;
  if (args.networkId === undefined)
    return firewallId === undefined ? {} : { firewallIds: [firewallId] };
  // The address is in the subnet, which must exist.
  const networkId = pulumi.all([args.networkId, subnetId]).apply(([id]) => id);
  return {
    publicNets: [{ ipv4Enabled: false, ipv6Enabled: false }],
    networks: [{ networkId, ip: node.privateIp, aliasIps: [] }],
  };
}

function machine(args: ServerArgs, protect: boolean): hcloud.ServerArgs {
  const { name, role } = args.node;
  return {
    name,
    serverType: args.serverType,
    // A disk cannot shrink: growing it would rule out a later change to a smaller type.
    keepDisk: true,
    location: args.locationOf?.(args.node) ?? args.node.location,
    image: args.image,
    sshKeys: args.sshKeyIds,
    ...sides(args),
    placementGroupId: args.placementGroupId,
    userData: args.userData,
    labels: cloudLabels(args.identity, { role, node: name }),
    // The API requires both protections of a server to be equal.
    deleteProtection: protect,
    rebuildProtection: protect,
  };
}
