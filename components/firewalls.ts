import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { cloudLabels, cloudName, type Identity } from "./naming";
import { numericId } from "./numeric-id";

/** Every address there is. */
const anywhere = ["0.0.0.0/0", "::/0"];

/** Arguments of {@link Firewalls}. */
export interface FirewallsArgs {
  /** Names and labels of the stack. */
  identity: Identity;
  /** Blocks with prefix from which SSH reaches the load balancers, such as `192.0.2.7/32`. */
  adminCidrs: readonly string[];
}

/**
 * Cloud firewalls of the public side: web traffic and the admins' SSH to the load balancers, and
 * nothing to any other node. The private side is not filtered by the cloud but by each host.
 */
export class Firewalls extends pulumi.ComponentResource {
  /** Id of the load balancers' firewall. */
  readonly edgeId: pulumi.Output<number>;
  /** Id of the firewall of all other nodes. */
  readonly innerId: pulumi.Output<number>;

  /** @throws pulumi.ResourceError if `adminCidrs` is empty. */
  constructor(name: string, args: FirewallsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:Firewalls", name, {}, opts);
    if (args.adminCidrs.length === 0) {
      throw new pulumi.ResourceError(
        "adminCidrs must name at least one block, got []; without SSH no node can be configured",
        this,
        true,
      );
    }

    const edge = new hcloud.Firewall(
      `${name}-edge`,
      {
        name: cloudName(args.identity, "edge"),
        labels: cloudLabels(args.identity, { role: "lb" }),
        rules: edgeRules(args.adminCidrs),
      },
      { parent: this },
    );
    // A firewall without rules lets nothing in: https://docs.hetzner.com/cloud/firewalls/overview
    const inner = new hcloud.Firewall(
      `${name}-inner`,
      { name: cloudName(args.identity, "inner"), labels: cloudLabels(args.identity), rules: [] },
      { parent: this },
    );

    this.edgeId = numericId(edge);
    this.innerId = numericId(inner);
    this.registerOutputs({ edgeId: this.edgeId, innerId: this.innerId });
  }
}

function edgeRules(adminCidrs: readonly string[]) {
  return [
    inbound("HTTP", "tcp", "80", anywhere),
    inbound("HTTPS", "tcp", "443", anywhere),
    inbound("ping", "icmp", undefined, anywhere),
    inbound("SSH of the admins", "tcp", "22", adminCidrs),
  ];
}

function inbound(
  description: string,
  protocol: "tcp" | "icmp",
  port: string | undefined,
  sourceIps: readonly string[],
) {
  return { direction: "in", description, protocol, port, sourceIps: [...sourceIps] };
}
