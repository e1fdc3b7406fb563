import type { Hono } from "hono";
import { z } from "zod";
import { resourceOf } from "../actions";
import { block, contains } from "../addresses";
import type { Cloud } from "../cloud";
import type { Command } from "../commands";
import { ApiError, invalidInput } from "../errors";
import type { Network } from "../model";
import { attachedTo, pushNetwork } from "../nics";
import { bodyOf, idOf, type Call, type Env } from "../request";
import { answerAction } from "./family";
import { checkedRange, newRoute, newSubnet, routeShape, subnetShape } from "./network-parts";

const rangeShape = z.object({ ip_range: z.string() });

/** What can be done to a network. https://docs.hetzner.cloud/reference/cloud#network-actions */
export function addNetworkActions(routes: Hono<Env>, cloud: Cloud): void {
  const on = (command: Command, change: (network: Network, call: Call) => Promise<void>) =>
    routes.post(`/networks/:id/actions/${command}`, async (call) => {
      const network = cloud.store.get("networks", call.get("project"), idOf(call));
      await change(network, call);
      const { project } = network;
      const resources = [resourceOf("networks", network)];
      const work = () => pushNetwork(cloud, network);
      return answerAction(call, await cloud.actions.start({ project, command, resources, work }));
    });
  on("add_subnet", async (network, call) => {
    network.subnets.push(newSubnet(network, await bodyOf(call, subnetShape)));
  });
  on("delete_subnet", async (network, call) => {
    const { ip_range } = await bodyOf(call, rangeShape);
    refuseAttached(cloud, network, ip_range);
    network.subnets = network.subnets.filter(({ ipRange }) => ipRange !== ip_range);
  });
  on("add_route", async (network, call) => {
    network.routes.push(newRoute(network, await bodyOf(call, routeShape)));
  });
  on("delete_route", async (network, call) => {
    const { destination, gateway } = await bodyOf(call, routeShape);
    const route = network.routes.find(
      (other) => other.destination === destination && other.gateway === gateway,
    );
    if (!route) throw new ApiError("not_found", `route '${destination}' not found`);
    network.routes = network.routes.filter((other) => other !== route);
  });
  on("change_ip_range", async (network, call) => {
    const { ip_range } = await bodyOf(call, rangeShape);
    const [wider, now] = [block(checkedRange(ip_range))!, block(network.ipRange)!];
    if (wider.first !== now.first || wider.prefix > now.prefix) {
      throw invalidInput({ name: "ip_range", message: "ip_range can only be extended" });
    }
    network.ipRange = ip_range;
  });
}

/** @throws ApiError if the network has no such subnet, or a server has an address in it. */
function refuseAttached(cloud: Cloud, network: Network, range: string): void {
  if (!network.subnets.some(({ ipRange }) => ipRange === range)) {
    throw new ApiError("not_found", `subnet '${range}' not found`);
  }
  const isUsed = attachedTo(cloud, network)
    .flatMap(({ attachments }) => attachments)
    .filter(({ network: id }) => id === network.id)
    .flatMap(({ ip, aliasIps }) => [ip, ...aliasIps])
    .some((ip) => contains(block(range)!, block(`${ip}/32`)!));
  if (isUsed) throw new ApiError("service_error", "network has attached resources");
}
