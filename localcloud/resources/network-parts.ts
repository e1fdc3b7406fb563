import { z } from "zod";
import {
  block,
  contains,
  gatewayOf,
  ipv4Text,
  isPrivate,
  overlaps,
  type Block,
} from "../addresses";
import { locations } from "../catalogue/locations";
import { ApiError, invalidInput, limitExceeded } from "../errors";
import type { Network, Subnet } from "../model";

/** Limits of one network. Source: https://docs.hetzner.com/cloud/networks/faq */
const maxSubnets = 50;
const maxRoutes = 100;
/** Smallest network and smallest subnet, prefix length. Source: API reference, networks. */
const longestNetworkPrefix = 24;
const longestSubnetPrefix = 30;

/** A subnet as clients send it. */
export const subnetShape = z.object({
  type: z.enum(["cloud", "server", "vswitch"]),
  ip_range: z.string().nullish(),
  network_zone: z.string(),
  vswitch_id: z.number().int().nullish(),
});

/** A route as clients send it. */
export const routeShape = z.object({ destination: z.string(), gateway: z.string() });

const everywhere = "0.0.0.0/0";

/** Range of a network. @throws ApiError `invalid_input` if it cannot be one. */
export function checkedRange(text: string): string {
  const range = block(text);
  if (!range || !isPrivate(range) || range.prefix > longestNetworkPrefix) {
    const message = `must be a private IPv4 block of /${longestNetworkPrefix} or larger without host bits`;
    throw invalidInput({ name: "ip_range", message });
  }
  return text;
}

function checkZone(network: Network, zone: string): void {
  if (!locations.some(({ network_zone }) => network_zone === zone)) {
    throw invalidInput({ name: "network_zone", message: `unknown zone '${zone}'` });
  }
  if (network.subnets.some(({ networkZone }) => networkZone !== zone)) {
    throw invalidInput({ name: "network_zone", message: "all subnets must be in one zone" });
  }
}

/** True if a subnet or the destination of a route has addresses of the block. */
function isTaken(network: Network, range: Block): boolean {
  const ranges = network.subnets.map(({ ipRange }) => ipRange);
  const destinations = network.routes.map(({ destination }) => destination);
  return [...ranges, ...destinations.filter((destination) => destination !== everywhere)].some(
    (other) => overlaps(block(other)!, range),
  );
}

/** A new subnet of a network; without a range the first free /24. @throws ApiError */
export function newSubnet(network: Network, body: z.infer<typeof subnetShape>): Subnet {
  if (network.subnets.length >= maxSubnets) {
    throw limitExceeded("subnet_limit", "subnet limit exceeded");
  }
  checkZone(network, body.network_zone);
  if (body.type === "vswitch") throw new ApiError("service_error", "vswitch not found");
  const ipRange = body.ip_range || firstFree(network);
  const range = block(ipRange);
  const whole = block(network.ipRange)!;
  if (!range || range.prefix > longestSubnetPrefix || !contains(whole, range)) {
    const message = `must be a block of /${longestSubnetPrefix} or larger inside ${network.ipRange}`;
    throw invalidInput({ name: "ip_range", message });
  }
  if (isTaken(network, range)) {
    throw invalidInput({ name: "ip_range", message: "ip_range overlaps with an existing one" });
  }
  return { type: body.type, ipRange, networkZone: body.network_zone, vswitchId: null };
}

function firstFree(network: Network): string {
  const whole = block(network.ipRange)!;
  for (let first = whole.first; first < whole.first + whole.size; first += 256) {
    const candidate = `${ipv4Text(first)}/24`;
    if (!isTaken(network, block(candidate)!)) return candidate;
  }
  throw invalidInput({ name: "ip_range", message: "no free /24 in the network" });
}

/** Addresses that neither a route leads to nor a gateway may have: of the network, and of public interfaces. */
function reservedAddresses({ ipRange }: Network): string[] {
  return [gatewayOf(ipRange), "172.31.1.1"];
}

/** A gateway lies in the network, and need not be a server's. Source: API reference, networks, `routes`. */
function checkGateway(network: Network, gateway: string): void {
  const address = block(`${gateway}/32`);
  const isInside = address && contains(block(network.ipRange)!, address);
  if (!isInside || reservedAddresses(network).includes(gateway)) {
    const message = "must be an address of the network other than its first";
    throw invalidInput({ name: "gateway", message });
  }
}

/** True if a subnet, another route or a reserved address overlaps; the route to everywhere is beside all of them. */
function isLedTo(network: Network, destination: string): boolean {
  if (destination === everywhere) {
    return network.routes.some((other) => other.destination === everywhere);
  }
  const range = block(destination)!;
  const reserved = reservedAddresses(network).map((address) => block(`${address}/32`)!);
  return isTaken(network, range) || reserved.some((address) => overlaps(address, range));
}

/** A new route of a network. @throws ApiError */
export function newRoute(
  network: Network,
  { destination, gateway }: z.infer<typeof routeShape>,
): Network["routes"][number] {
  if (network.routes.length >= maxRoutes) {
    throw limitExceeded("route_limit", "route limit exceeded");
  }
  const range = block(destination);
  if (!range || (destination !== everywhere && !isPrivate(range))) {
    throw invalidInput({ name: "destination", message: "must be a private block or 0.0.0.0/0" });
  }
  checkGateway(network, gateway);
  if (isLedTo(network, destination)) {
    const message = "overlaps with a subnet, another route or a reserved address";
    throw invalidInput({ name: "destination", message });
  }
  return { destination, gateway };
}
