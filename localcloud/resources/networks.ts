import type { Hono } from "hono";
import { z } from "zod";
import { gatewayOf } from "../addresses";
import type { Cloud } from "../cloud";
import type { Network } from "../model";
import { attachedTo, pushNetwork } from "../nics";
import { bodyOf, labelsShape, type Call, type Env } from "../request";
import { addProtectionRoute, familyRoutes, stored } from "./family";
import { addNetworkActions } from "./network-actions";
import { checkedRange, newRoute, newSubnet, routeShape, subnetShape } from "./network-parts";

const createShape = z.object({
  name: z.string().min(1),
  ip_range: z.string(),
  subnets: z.array(subnetShape).nullish(),
  routes: z.array(routeShape).nullish(),
  expose_routes_to_vswitch: z.boolean().optional(),
  labels: labelsShape.optional(),
});

function toWire(cloud: Cloud, network: Network): object {
  return {
    id: network.id,
    name: network.name,
    ip_range: network.ipRange,
    subnets: network.subnets.map((subnet) => ({
      type: subnet.type,
      ip_range: subnet.ipRange,
      network_zone: subnet.networkZone,
      gateway: gatewayOf(network.ipRange),
      vswitch_id: subnet.vswitchId,
    })),
    routes: network.routes,
    servers: attachedTo(cloud, network).map(({ id }) => id),
    load_balancers: [],
    protection: network.protection,
    labels: network.labels,
    created: network.created,
    expose_routes_to_vswitch: network.exposeRoutesToVswitch,
  };
}

/** Networks with subnets and routes. https://docs.hetzner.cloud/reference/cloud#networks */
export function networkRoutes(cloud: Cloud): Hono<Env> {
  const { driver } = cloud;
  const routes = familyRoutes(cloud, {
    kind: "networks",
    toWire: (network) => toWire(cloud, network),
    fields: { expose_routes_to_vswitch: z.boolean().optional() },
    onUpdate: (network, { expose_routes_to_vswitch: expose }) => {
      if (typeof expose === "boolean") network.exposeRoutesToVswitch = expose;
    },
    onDelete: async (network) => {
      for (const server of attachedTo(cloud, network)) {
        server.attachments = server.attachments.filter((other) => other.network !== network.id);
        await driver.detachNetwork(server.id, network.id);
      }
      await driver.removeNetwork(network.id);
    },
  });
  routes.post("/networks", async (call) => create(cloud, call));
  addProtectionRoute(routes, cloud, "networks");
  addNetworkActions(routes, cloud);
  return routes;
}

async function create(cloud: Cloud, call: Call): Promise<Response> {
  const body = await bodyOf(call, createShape);
  const network: Network = {
    ...stored(cloud, call, body.name, body.labels),
    ipRange: checkedRange(body.ip_range),
    subnets: [],
    routes: [],
    exposeRoutesToVswitch: body.expose_routes_to_vswitch ?? false,
    protection: { delete: false },
  };
  for (const subnet of body.subnets ?? []) network.subnets.push(newSubnet(network, subnet));
  for (const route of body.routes ?? []) network.routes.push(newRoute(network, route));
  cloud.store.add("networks", network);
  await pushNetwork(cloud, network);
  return call.json({ network: toWire(cloud, network) }, 201);
}
