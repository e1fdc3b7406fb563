import type { EdgeEgress } from "../components/edge-egress";
import { egressGuest } from "../components/inner-egress";
import type { HostSettings } from "../components/tier";
import { apiAddress } from "../resources/api-address";
import { brokerNodes, type Topology } from "../topology";
import type { WebStackArgs } from "./args";
import type { Foundation } from "./foundation";

/** True if only the load balancers have public addresses. */
export function isPrivate({ network }: Pick<WebStackArgs, "network">): boolean {
  return network.publicAddresses === "edge";
}

/** The load balancers' part of the way out; undefined if all nodes have public addresses. */
export function edgeEgress(
  args: WebStackArgs,
  plan: Topology,
  { network }: Foundation,
): EdgeEgress | undefined {
  if (!isPrivate(args)) return undefined;
  const { web, app, db } = plan.subnetCidrs;
  const { endpoint, tokenOn } = args.loadBalancers.api;
  const from = [...new Set(brokerNodes(plan).map(({ role }) => role))];
  return {
    networkId: network.networkId,
    subnets: [web, app, db],
    relay: tokenOn === "brokers" ? { api: apiAddress(endpoint), from } : undefined,
  };
}

/** The way out of the nodes behind the load balancers, in the settings of their hosts. */
export function innerEgress(
  args: WebStackArgs,
  { gateway, web, app, db }: Topology,
): Pick<HostSettings, "egress"> & Required<Pick<HostSettings, "guests">> {
  if (!isPrivate(args)) return { guests: {} };
  const guests = [egressGuest(gateway)];
  const probe = apiAddress(args.loadBalancers.api.endpoint);
  return {
    egress: { gateway, probe },
    guests: Object.fromEntries([...web, ...app, ...db].map(({ name }) => [name, guests])),
  };
}

/** Guests of both maps, node by node. */
export function joinedGuests(
  first: Required<HostSettings>["guests"],
  second: Required<HostSettings>["guests"],
): Required<HostSettings>["guests"] {
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  return Object.fromEntries(
    names.map((name) => [name, [...(first[name] ?? []), ...(second[name] ?? [])]]),
  );
}
