import { Egress } from "../components/egress";
import type { FloatingAddresses } from "../components/floating-addresses";
import type { PrivateNetwork } from "../components/private-network";
import type { HostSettings } from "../components/tier";
import { brokerNodes, type Topology } from "../topology";
import type { WebStackArgs } from "./args";

type Guests = Required<HostSettings>["guests"];

/** True if only the load balancers have public addresses. */
export function isPrivate({ network }: Pick<WebStackArgs, "network">): boolean {
  return network.publicAddresses === "edge";
}

/** Creates the way out of the nodes behind the load balancers; undefined if those have public addresses. */
export function egress(
  args: WebStackArgs,
  plan: Topology,
  network: PrivateNetwork,
  addresses: FloatingAddresses,
): Egress | undefined {
  if (!isPrivate(args)) return undefined;
  const { endpoint, tokenOn } = args.loadBalancers.api;
  const { web, app, db } = plan.subnetCidrs;
  const tiers = [...new Set(brokerNodes(plan).map(({ role }) => role))];
  return new Egress("egress", {
    ...{ network, addresses, gateway: plan.gateway, loadBalancers: plan.lb },
    inner: [...plan.web, ...plan.app, ...plan.db],
    innerCidrs: [web, app, db],
    api: apiAddress(endpoint),
    brokerTiers: tokenOn === "brokers" ? tiers : undefined,
  });
}

/** Guests of both maps, node by node. */
export function joinedGuests(first: Guests, second: Guests): Guests {
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  return Object.fromEntries(
    names.map((name) => [name, [...(first[name] ?? []), ...(second[name] ?? [])]]),
  );
}

/** Host and TCP port of an API's endpoint, such as `api.hetzner.cloud` and 443. */
function apiAddress(endpoint: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(endpoint);
  return { host: hostname, port: Number(port || (protocol === "https:" ? 443 : 80)) };
}
