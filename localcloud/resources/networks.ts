import type { Hono } from "hono";
import { z } from "zod";
import {
  block,
  contains,
  gatewayOf,
  ipv4Number,
  ipv4Text,
  isPrivate,
  overlaps,
} from "../addresses";
import { locations } from "../catalogue/locations";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import type { Network, Subnet } from "../model";
import { bodyOf, idOf, labelsShape, type Call, type Env } from "../request";
import { addProtectionRoute, answerAction, familyRoutes, stored } from "./family";

/** Limits of one network. Source: https://docs.hetzner.com/cloud/networks/faq */
const maxSubnets = 50;
const maxRoutes = 100;

const subnetShape = z.object({
  type: z.enum(["cloud", "server", "vswitch"]),
  ip_range: z.string().optional(),
  network_zone: z.string(),
  vswitch_id: z.number().int().nullish(),
});
const routeShape = z.object({ destination: z.string(), gateway: z.string() });
const createShape = z.object({
  name: z.string().min(1),
  ip_range: z.string(),
  subnets: z.array(subnetShape).optional(),
  routes: z.array(routeShape).optional(),
  expose_routes_to_vswitch: z.boolean().optional(),
  labels: labelsShape.optional(),
});

type SubnetBody = z.infer<typeof subnetShape>;

function checkedRange(text: string): string {
  const range = block(text);
  if (!range || !isPrivate(range) || range.prefix > 24) {
    const message = "must be a private IPv4 block of /24 or larger without host bits";
    throw invalidInput({ name: "ip_range", message });
  }
  return text;
}

function newSubnet(network: Network, body: SubnetBody): Subnet {
  if (network.subnets.length >= maxSubnets) {
    throw new ApiError("resource_limit_exceeded", "subnet limit exceeded", {
      limits: [{ name: "subnet_limit" }],
    });
  }
  if (!locations.some(({ network_zone }) => network_zone === body.network_zone)) {
    throw invalidInput({ name: "network_zone", message: `unknown zone '${body.network_zone}'` });
  }
  if (network.subnets.some(({ networkZone }) => networkZone !== body.network_zone)) {
    throw invalidInput({ name: "network_zone", message: "all subnets must be in one zone" });
  }
  if (body.type === "vswitch") throw new ApiError("service_error", "vswitch not found");
  const ipRange = body.ip_range ?? firstFree(network);
  const range = block(ipRange);
  if (!range || range.prefix > 30 || !contains(block(network.ipRange)!, range)) {
    const message = `must be a block of /30 or larger inside ${network.ipRange}`;
    throw invalidInput({ name: "ip_range", message });
  }
  const taken = [
    ...network.subnets.map((other) => other.ipRange),
    ...network.routes.map((route) => route.destination),
  ];
  if (taken.some((other) => other !== "0.0.0.0/0" && overlaps(block(other)!, range))) {
    throw invalidInput({ name: "ip_range", message: "ip_range overlaps with an existing one" });
  }
  return { type: body.type, ipRange, networkZone: body.network_zone, vswitchId: null };
}

function firstFree(network: Network): string {
  const whole = block(network.ipRange)!;
  for (let first = whole.first; first < whole.first + whole.size; first += 256) {
    const candidate = block(`${ipv4Text(first)}/24`)!;
    if (!network.subnets.some(({ ipRange }) => overlaps(block(ipRange)!, candidate))) {
      return `${ipv4Text(first)}/24`;
    }
  }
  throw invalidInput({ name: "ip_range", message: "no free /24 in the network" });
}

function newRoute(network: Network, route: z.infer<typeof routeShape>) {
  const destination = block(route.destination);
  const gateway = ipv4Number(route.gateway);
  if (!destination || (route.destination !== "0.0.0.0/0" && !isPrivate(destination))) {
    throw invalidInput({ name: "destination", message: "must be a private block or 0.0.0.0/0" });
  }
  if (
    gateway === undefined ||
    route.gateway === gatewayOf(network.ipRange) ||
    route.gateway === "172.31.1.1"
  ) {
    throw invalidInput({
      name: "gateway",
      message: "must be an address of the network other than its first",
    });
  }
  const clash = network.routes.some((other) => other.destination === route.destination);
  const inSubnet = network.subnets.some(
    ({ ipRange }) => route.destination !== "0.0.0.0/0" && overlaps(block(ipRange)!, destination),
  );
  if (clash || inSubnet || network.routes.length >= maxRoutes) {
    throw invalidInput({ name: "destination", message: "overlaps with a subnet or another route" });
  }
  return route;
}

/** Tells the machines what a network looks like. */
export function pushNetwork({ driver }: Cloud, { id, ipRange, routes }: Network): Promise<void> {
  return driver.setNetwork({ id, ipRange, routes });
}

/** Networks with subnets and routes. https://docs.hetzner.cloud/reference/cloud#networks */
export function networkRoutes(cloud: Cloud): Hono<Env> {
  const { store, driver } = cloud;
  const attached = (network: Network) =>
    store
      .of("servers", network.project)
      .filter((server) =>
        server.attachments.some((attachment) => attachment.network === network.id),
      );
  const toWire = (network: Network) => ({
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
    servers: attached(network).map(({ id }) => id),
    load_balancers: [],
    protection: network.protection,
    labels: network.labels,
    created: network.created,
    expose_routes_to_vswitch: network.exposeRoutesToVswitch,
  });
  const routes = familyRoutes(cloud, {
    kind: "networks",
    toWire,
    onUpdate: (network, body) => {
      const { expose_routes_to_vswitch: expose } = body;
      if (typeof expose === "boolean") network.exposeRoutesToVswitch = expose;
    },
    onDelete: async (network) => {
      for (const server of attached(network)) {
        await driver.detachNetwork(server.id, network.id);
        server.attachments = server.attachments.filter((other) => other.network !== network.id);
      }
      await driver.removeNetwork(network.id);
    },
  });
  routes.post("/networks", async (call) => {
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
    store.add("networks", network);
    await pushNetwork(cloud, network);
    return call.json({ network: toWire(network) }, 201);
  });
  addProtectionRoute(routes, cloud, "networks");
  addChangeRoutes(routes, cloud, attached);
  return routes;
}

function addChangeRoutes(
  routes: Hono<Env>,
  cloud: Cloud,
  attached: (network: Network) => { attachments: { network: number; ip: string }[] }[],
): void {
  const change = (command: string, act: (network: Network, call: Call) => Promise<void>) =>
    routes.post(`/networks/:id/actions/${command}`, async (call) => {
      const network = cloud.store.get("networks", call.get("project"), idOf(call));
      await act(network, call);
      const resources = [{ id: network.id, type: "network" }];
      const work = () => pushNetwork(cloud, network);
      return answerAction(
        call,
        await cloud.actions.start(network.project, command, resources, work),
      );
    });
  change("add_subnet", async (network, call) => {
    network.subnets.push(newSubnet(network, await bodyOf(call, subnetShape)));
  });
  change("delete_subnet", async (network, call) => {
    const { ip_range } = await bodyOf(call, z.object({ ip_range: z.string() }));
    const subnet = network.subnets.find(({ ipRange }) => ipRange === ip_range);
    if (!subnet) throw new ApiError("not_found", `subnet '${ip_range}' not found`);
    const range = block(ip_range)!;
    const inside = attached(network)
      .flatMap(({ attachments }) => attachments)
      .some(({ network: id, ip }) => id === network.id && contains(range, block(`${ip}/32`)!));
    if (inside) throw new ApiError("service_error", "network has attached resources");
    network.subnets = network.subnets.filter((other) => other !== subnet);
  });
  change("add_route", async (network, call) => {
    network.routes.push(newRoute(network, await bodyOf(call, routeShape)));
  });
  change("delete_route", async (network, call) => {
    const body = await bodyOf(call, routeShape);
    const route = network.routes.find(
      ({ destination, gateway }) => destination === body.destination && gateway === body.gateway,
    );
    if (!route) throw new ApiError("not_found", `route '${body.destination}' not found`);
    network.routes = network.routes.filter((other) => other !== route);
  });
  change("change_ip_range", async (network, call) => {
    const { ip_range } = await bodyOf(call, z.object({ ip_range: z.string() }));
    const [wider, now] = [block(checkedRange(ip_range))!, block(network.ipRange)!];
    if (wider.first !== now.first || wider.prefix > now.prefix) {
      throw invalidInput({ name: "ip_range", message: "ip_range can only be extended" });
    }
    network.ipRange = ip_range;
  });
}
