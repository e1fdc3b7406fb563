import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { type ListedServices, openings } from "../services/node-bundle";
import type { Source } from "../services/service";
import { cloudLabels, cloudName, type Identity, numericId } from "../resources/naming";

/** All IPv4 and IPv6 addresses. */
const anywhere = ["0.0.0.0/0", "::/0"];

/** Arguments of {@link Firewalls}. */
export interface FirewallsArgs {
  /** Names and labels of the stack. */
  identity: Identity;
  /** Blocks with prefix from which SSH reaches the load balancers, such as `192.0.2.7/32`. */
  adminCidrs: readonly string[];
  /** Services of the load balancers. */
  edge: ListedServices;
  /** Services of all other tiers; empty: their nodes have no public side. */
  inner: readonly ListedServices[];
  /** Resource hooks of the load balancers' firewall. @default none */
  hooks?: pulumi.ResourceHookBinding | undefined;
}

/**
 * Cloud firewalls of the public side: they allow what the services open to everybody and to the admins.
 * The private side is filtered by each host, not by the cloud.
 */
export class Firewalls extends pulumi.ComponentResource {
  /** Id of the load balancers' firewall. */
  readonly edgeId: pulumi.Output<number>;
  /** Id of the firewall of all other nodes; undefined if they have no public side. */
  readonly innerId: pulumi.Output<number> | undefined;

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
        rules: rules([args.edge], args.adminCidrs),
      },
      { parent: this, ...(args.hooks ? { hooks: args.hooks } : {}) },
    );
    this.edgeId = numericId(edge);
    this.innerId = args.inner.length > 0 ? this.inner(name, args) : undefined;
    this.registerOutputs({ edgeId: this.edgeId, innerId: this.innerId });
  }

  private inner(name: string, args: FirewallsArgs): pulumi.Output<number> {
    // A firewall without rules blocks all inbound traffic: https://docs.hetzner.com/cloud/firewalls/overview
    const inner = new hcloud.Firewall(
      `${name}-inner`,
      {
        name: cloudName(args.identity, "inner"),
        labels: cloudLabels(args.identity),
        rules: rules(args.inner, args.adminCidrs),
      },
      { parent: this },
    );
    return numericId(inner);
  }
}

/** Rules for the services' openings, those to everybody first. */
function rules(tiers: readonly ListedServices[], adminCidrs: readonly string[]) {
  const all = tiers.flatMap(openings);
  const from = (source: Source, sourceIps: readonly string[]) =>
    all
      .filter((opening) => opening.from === source)
      .map(({ purpose, protocol, port }) => ({
        direction: "in",
        description: purpose,
        protocol,
        port: port === undefined ? undefined : String(port),
        sourceIps: [...sourceIps],
      }));
  return [...from("anywhere", anywhere), ...from("admins", adminCidrs)];
}
