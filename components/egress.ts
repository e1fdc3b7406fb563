import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import { apiRelay, type ApiRelayArgs } from "../services/api-relay/service";
import { egressGateway } from "../services/egress-gateway/service";
import type { OpeningGroup } from "../services/host-firewall/output-rules";
import type { NodeFacts } from "../services/node-bundle";
import { privateEgress } from "../services/private-egress/service";
import type { Service } from "../services/service";
import { stateSync } from "../services/state-sync/service";
import type { Peer } from "../topology";
import type { FloatingAddresses } from "./floating-addresses";
import type { PrivateNetwork } from "./private-network";
import type { ExtraService, HostSettings } from "./tier";

/** Arguments of {@link Egress}. */
export interface EgressArgs {
  /** The private network with its subnets. */
  network: PrivateNetwork;
  /** Gateway of all servers of the network: its first address, such as `10.0.0.1`. */
  gateway: string;
  /** Both load balancers; the first one is the default gateway at first. */
  loadBalancers: readonly Peer[];
  /** Nodes without a public address. */
  inner: readonly Peer[];
  /** Subnets of those nodes with prefix. */
  innerCidrs: readonly string[];
  /** Addresses that move between the load balancers; the IPv4 one is the source of what leaves. */
  addresses: FloatingAddresses;
  /** Host and TCP port of the Hetzner API. */
  api: ApiRelayArgs["api"];
  /** Tiers of the brokers, which call the API through relays. @default there are no brokers */
  brokerTiers?: ApiRelayArgs["from"] | undefined;
}

/**
 * The way out of the nodes without a public address: the cloud routes what leaves the private network to the load
 * balancer with the floating IP, which translates the source address.
 */
export class Egress extends pulumi.ComponentResource {
  /** Id of the private network, whose default route the movers move. */
  readonly networkId: pulumi.Output<number>;

  constructor(
    name: string,
    private readonly args: EgressArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("webstack:index:Egress", name, {}, opts);
    const { network, loadBalancers } = args;
    // The API answers `conflict` to concurrent changes of a network, so the subnets come first.
    const subnets = pulumi.all(Object.values(network.subnetIds));
    const networkId = subnets.apply(() => network.networkId);
    new hcloud.NetworkRoute(
      `${name}-default-route`,
      { networkId, destination: "0.0.0.0/0", gateway: loadBalancers[0]!.privateIp },
      // Once the route exists the movers decide: neither an `up` nor a refresh before an `up` moves the route back.
      { parent: this, ignoreChanges: ["gateway"] },
    );
    this.networkId = network.networkId;
    this.registerOutputs({ networkId: this.networkId });
  }

  /**
   * The additional services of the load balancers, by node name.
   *
   * @param publicIps public addresses of the load balancers. @default not known yet
   */
  edgeGuests(
    publicIps: readonly pulumi.Output<string>[] = [],
  ): Record<string, readonly ExtraService[]> {
    const { addresses, innerCidrs, api, brokerTiers, loadBalancers } = this.args;
    const floating = addresses.ipv4.address;
    const services: pulumi.Input<Service<NodeFacts>>[] = [
      floating.apply((sourceIp) => egressGateway({ subnets: innerCidrs, sourceIp })),
      pulumi.all([floating, ...publicIps]).apply((all) => stateSync(all)),
      ...(brokerTiers ? [apiRelay({ api, from: brokerTiers })] : []),
    ];
    return guestsOf(loadBalancers, services);
  }

  /** Openings of the additional services of the load balancers, for the firewalls of their callers. */
  openPlace(): OpeningGroup {
    const { api, brokerTiers, loadBalancers } = this.args;
    const services = [
      egressGateway({ subnets: [], sourceIp: "" }),
      stateSync([]),
      ...(brokerTiers ? [apiRelay({ api, from: brokerTiers })] : []),
    ];
    return {
      tier: "lb",
      to: loadBalancers.map(({ privateIp }) => privateIp),
      openings: services.flatMap(({ openings }) => openings),
    };
  }

  /** The settings of the hosts without a public address. */
  innerHosts(): Required<Pick<HostSettings, "egress" | "guests">> {
    const { gateway, inner, api: probe } = this.args;
    return { egress: { gateway, probe }, guests: guestsOf(inner, [privateEgress(gateway)]) };
  }
}

function guestsOf(
  nodes: readonly Peer[],
  services: readonly pulumi.Input<Service<NodeFacts>>[],
): Record<string, readonly ExtraService[]> {
  const guests = services.map((service) => ({ firstBoot: service, service, secrets: {} }));
  return Object.fromEntries(nodes.map(({ name }) => [name, guests]));
}
