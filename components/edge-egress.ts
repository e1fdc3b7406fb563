import * as pulumi from "@pulumi/pulumi";
import { apiRelay, type ApiRelayArgs } from "../services/api-relay/service";
import { egressGateway } from "../services/egress-gateway/service";
import type { NodeFacts } from "../services/node-bundle";
import type { Service } from "../services/service";
import { stateSync } from "../services/state-sync/service";
import type { Peer } from "../topology";
import type { FloatingAddresses } from "./floating-addresses";
import type { ExtraService } from "./tier";

/** The way out of the nodes without a public address, through the load balancers. */
export interface EdgeEgress {
  /** Id of the private network, whose default route the movers move. */
  networkId: pulumi.Input<number>;
  /** Subnets with prefix of the nodes behind the load balancers. */
  subnets: readonly string[];
  /** The relay to the Hetzner API for the brokers. @default there are no brokers */
  relay?: ApiRelayArgs | undefined;
}

/** Arguments of {@link edgeGuests}. */
export interface EdgeGuestsArgs {
  /** Both load balancers. */
  nodes: readonly Peer[];
  /** Addresses that move between the two. */
  addresses: FloatingAddresses;
  /** @default the nodes behind the load balancers have public addresses: no service is added */
  egress?: EdgeEgress | undefined;
}

/**
 * The additional services of the load balancers, by node name.
 *
 * @param publicIps public addresses of the load balancers. @default not known yet
 */
export function edgeGuests(
  { nodes, addresses, egress }: EdgeGuestsArgs,
  publicIps: readonly pulumi.Output<string>[] = [],
): Record<string, ExtraService[]> {
  if (egress === undefined) return {};
  const { subnets, relay } = egress;
  const floating = addresses.ipv4.address;
  const services: pulumi.Input<Service<NodeFacts>>[] = [
    floating.apply((sourceIp) => egressGateway({ subnets, sourceIp })),
    pulumi.all([floating, ...publicIps]).apply((all) => stateSync(all)),
    ...(relay ? [apiRelay(relay)] : []),
  ];
  const guests = services.map((service) => ({ firstBoot: service, service, secrets: {} }));
  return Object.fromEntries(nodes.map(({ name }) => [name, guests]));
}
