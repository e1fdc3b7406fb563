import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { cloudLabels, cloudName, type Identity, numericId } from "../resources/naming";

/** Arguments of {@link PrivateNetwork}. */
export interface PrivateNetworkArgs {
  /** Names and labels of the stack. */
  identity: Identity;
  /** Whole network with prefix, such as `10.0.0.0/16`. */
  ipRange: string;
  /** Subnet of each tier with prefix, such as `{ web: "10.0.2.0/24" }`, in order of creation. */
  subnetCidrs: Readonly<Record<string, string>>;
  /** Network zone of all subnets, such as `eu-central`. */
  networkZone: string;
  /** Whether the network refuses to be deleted. */
  protect: boolean;
  /** Resource that must exist before the network changes. @default none */
  after?: pulumi.Resource;
}

/** The layer-3 network between the nodes, with one subnet for each tier. */
export class PrivateNetwork extends pulumi.ComponentResource {
  /** Id of the network. */
  readonly networkId: pulumi.Output<number>;
  /** Id of each tier's subnet, in the form `<network id>-<cidr>`. */
  readonly subnetIds: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: PrivateNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:PrivateNetwork", name, {}, opts);
    const network = new hcloud.Network(
      `${name}-range`,
      {
        name: cloudName(args.identity),
        ipRange: args.ipRange,
        deleteProtection: args.protect,
        labels: cloudLabels(args.identity),
      },
      { parent: this, protect: args.protect, dependsOn: args.after ?? [] },
    );
    this.networkId = numericId(network);
    this.subnetIds = subnets(this, name, args, this.networkId);
    this.registerOutputs({ networkId: this.networkId, subnetIds: this.subnetIds });
  }
}

/** Creates the subnets one after the other: the API answers `conflict` to concurrent changes of a network. */
function subnets(
  parent: pulumi.Resource,
  name: string,
  args: PrivateNetworkArgs,
  networkId: pulumi.Output<number>,
): Record<string, pulumi.Output<string>> {
  const ids: Record<string, pulumi.Output<string>> = {};
  let previous: pulumi.Resource[] = [];
  for (const [tier, ipRange] of Object.entries(args.subnetCidrs)) {
    const subnet = new hcloud.NetworkSubnet(
      `${name}-subnet-${tier}`,
      { networkId, type: "cloud", networkZone: args.networkZone, ipRange },
      { parent, dependsOn: previous, protect: args.protect },
    );
    ids[tier] = subnet.id;
    previous = [subnet];
  }
  return ids;
}
