import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { cloudLabels, cloudName, type Identity, numericId } from "../resources/naming";

/** Arguments of {@link FloatingAddresses}. */
export interface FloatingAddressesArgs {
  /** Names and labels of the stack. */
  identity: Identity;
  /** Hetzner location that new addresses are routed through, such as `nbg1`. */
  homeLocation: string;
  /** Whether there is an IPv6 network too. */
  ipv6: boolean;
  /** Whether the addresses refuse to be deleted. */
  protect: boolean;
  /** True if the IPv6 address may be deleted despite `protect`. @default false */
  ipv6MayGo?: boolean;
}

/** A floating address that both load balancers are ready to serve. */
export interface FloatingAddress {
  /** IP version. */
  family: "ipv4" | "ipv6";
  /** Address without a prefix length. */
  address: pulumi.Output<string>;
  /** Address with the prefix length that it has on a host: /32 or /128. */
  hostCidr: pulumi.Output<string>;
  /** Id in the cloud. */
  id: pulumi.Output<number>;
}

/** The public addresses of the stack, which move between the load balancers. */
export class FloatingAddresses extends pulumi.ComponentResource {
  /** IPv4 address. */
  readonly ipv4: FloatingAddress;
  /** First address of the IPv6 network, if there is one. */
  readonly ipv6?: FloatingAddress;

  constructor(name: string, args: FloatingAddressesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:FloatingAddresses", name, {}, opts);
    const ipv4 = floatingIp(this, `${name}-ipv4`, "ipv4", args);
    this.ipv4 = {
      family: "ipv4",
      address: ipv4.ipAddress,
      hostCidr: pulumi.interpolate`${ipv4.ipAddress}/32`,
      id: numericId(ipv4),
    };
    if (args.ipv6) {
      const protect = args.protect && !args.ipv6MayGo;
      const ipv6 = floatingIp(this, `${name}-ipv6`, "ipv6", { ...args, protect });
      // The cloud assigns a /64 and reports its network address.
      const address = pulumi.interpolate`${ipv6.ipAddress}1`;
      this.ipv6 = {
        family: "ipv6",
        address,
        hostCidr: pulumi.interpolate`${address}/128`,
        id: numericId(ipv6),
      };
    }
    this.registerOutputs({ ipv4: this.ipv4.address, ipv6: this.ipv6?.address });
  }

  /** All addresses, IPv4 first. */
  get all(): FloatingAddress[] {
    return this.ipv6 ? [this.ipv4, this.ipv6] : [this.ipv4];
  }
}

function floatingIp(
  parent: pulumi.Resource,
  name: string,
  type: "ipv4" | "ipv6",
  { identity, homeLocation, protect }: FloatingAddressesArgs,
): hcloud.FloatingIp {
  return new hcloud.FloatingIp(
    name,
    {
      name: cloudName(identity, type),
      type,
      homeLocation,
      description: `public address of ${cloudName(identity)}`,
      labels: cloudLabels(identity),
      deleteProtection: protect,
    },
    // An address works in any location of its zone; changing its home would replace the address.
    { parent, protect, ignoreChanges: ["homeLocation"] },
  );
}
