import { Hono } from "hono";
import { z } from "zod";
import { block, contains, freeAddress, ipv4Number, isAssignable, overlaps } from "../addresses";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput } from "../errors";
import type { Attachment, Network, Server } from "../model";
import { bodyOf, idOf, type Call, type Env } from "../request";
import { macAddress, privateNic } from "../server-view";
import { answerAction } from "./family";

/** Limits. Source: https://docs.hetzner.com/cloud/networks/faq */
const maxNetworksPerServer = 3;
const maxAliasIps = 5;
const maxAttachments = 100;

const attachShape = z.object({
  network: z.number().int(),
  ip: z.string().nullish(),
  alias_ips: z.array(z.string()).nullish(),
  ip_range: z.string().nullish(),
});

function usedAddresses({ store }: Cloud, network: Network, except?: Server): Set<string> {
  const attachments = store
    .of("servers", network.project)
    .filter((server) => server !== except)
    .flatMap((server) => server.attachments)
    .filter((attachment) => attachment.network === network.id);
  return new Set(attachments.flatMap(({ ip, aliasIps }) => [ip, ...aliasIps]));
}

function checkAddress(network: Network, ip: string, used: ReadonlySet<string>): string {
  const number = ipv4Number(ip);
  const whole = block(network.ipRange)!;
  const subnet = network.subnets.find(
    ({ ipRange }) => number !== undefined && contains(block(ipRange)!, block(`${ip}/32`)!),
  );
  if (number === undefined || !subnet || !isAssignable(number, whole, block(subnet.ipRange)!)) {
    throw invalidInput({ name: "ip", message: `ip '${ip}' is not available in a subnet` });
  }
  if (used.has(ip)) throw new ApiError("ip_not_available", `ip '${ip}' is already used`);
  return ip;
}

function chooseAddress(cloud: Cloud, network: Network, body: z.infer<typeof attachShape>): string {
  const used = usedAddresses(cloud, network);
  const byRange = [...network.subnets].sort(
    (a, b) => block(a.ipRange)!.first - block(b.ipRange)!.first,
  );
  // Without a range it is the last subnet. Source: docs of the official provider, server_network.
  const subnet = body.ip_range
    ? byRange.find(({ ipRange }) => ipRange === body.ip_range)
    : byRange.at(-1);
  if (!subnet) throw new ApiError("no_subnet_available", "network has no subnet to attach to");
  if (body.ip) {
    const ip = checkAddress(network, body.ip, used);
    if (body.ip_range && !contains(block(body.ip_range)!, block(`${ip}/32`)!)) {
      throw invalidInput({ name: "ip", message: `ip '${ip}' is outside of ip_range` });
    }
    return ip;
  }
  const free = freeAddress(network.ipRange, subnet.ipRange, used);
  if (!free) throw new ApiError("ip_not_available", "no address is left in the subnet");
  return free;
}

function newAttachment(
  cloud: Cloud,
  server: Server,
  body: z.infer<typeof attachShape>,
): Attachment {
  const { store } = cloud;
  const network = store.get("networks", server.project, body.network);
  if (server.attachments.some((other) => other.network === network.id)) {
    throw new ApiError("server_already_attached", "server is already attached to this network");
  }
  const clash = server.attachments.some((other) =>
    overlaps(
      block(store.get("networks", server.project, other.network).ipRange)!,
      block(network.ipRange)!,
    ),
  );
  if (clash) throw new ApiError("networks_overlap", "networks of a server must not overlap");
  const attached = store
    .of("servers", server.project)
    .filter(({ attachments }) => attachments.some((other) => other.network === network.id));
  if (server.attachments.length >= maxNetworksPerServer || attached.length >= maxAttachments) {
    throw new ApiError("resource_limit_exceeded", "network attachment limit exceeded", {
      limits: [{ name: "network_attachment_limit" }],
    });
  }
  const ip = chooseAddress(cloud, network, body);
  return {
    network: network.id,
    ip,
    aliasIps: checkAliases(cloud, server, network, body.alias_ips ?? []),
    macAddress: macAddress("86"),
    interfaceNumber: Math.max(0, ...server.attachments.map((other) => other.interfaceNumber)) + 1,
  };
}

function checkAliases(cloud: Cloud, server: Server, network: Network, aliases: string[]): string[] {
  if (aliases.length > maxAliasIps) {
    throw invalidInput({ name: "alias_ips", message: `at most ${maxAliasIps} are allowed` });
  }
  const used = usedAddresses(cloud, network, server);
  return aliases.map((ip) => checkAddress(network, ip, used));
}

/** Attach, detach and alias addresses. https://docs.hetzner.cloud/reference/cloud#server-actions */
export function serverNetworkRoutes(cloud: Cloud): Hono<Env> {
  const routes = new Hono<Env>();
  const { driver, store, actions } = cloud;
  const found = (call: Call) => store.get("servers", call.get("project"), idOf(call));
  const run = async (
    call: Call,
    command: string,
    server: Server,
    network: number,
    work: () => Promise<void>,
  ) => {
    store.changed();
    const resources = [
      { id: server.id, type: "server" },
      { id: network, type: "network" },
    ];
    return answerAction(call, await actions.start(server.project, command, resources, work));
  };
  routes.post("/servers/:id/actions/attach_to_network", async (call) => {
    const server = found(call);
    const attachment = newAttachment(cloud, server, await bodyOf(call, attachShape));
    server.attachments.push(attachment);
    const work = () => driver.attachNetwork(server.id, privateNic(cloud, server, attachment));
    return run(call, "attach_to_network", server, attachment.network, work);
  });
  routes.post("/servers/:id/actions/detach_from_network", async (call) => {
    const server = found(call);
    const { network } = await bodyOf(call, z.object({ network: z.number().int() }));
    attachmentOf(server, network);
    server.attachments = server.attachments.filter((other) => other.network !== network);
    const work = () => driver.detachNetwork(server.id, network);
    return run(call, "detach_from_network", server, network, work);
  });
  routes.post("/servers/:id/actions/change_alias_ips", async (call) => {
    const server = found(call);
    const shape = z.object({ network: z.number().int(), alias_ips: z.array(z.string()) });
    const body = await bodyOf(call, shape);
    const attachment = attachmentOf(server, body.network);
    const network = store.get("networks", server.project, body.network);
    attachment.aliasIps = checkAliases(cloud, server, network, body.alias_ips);
    const work = () => driver.attachNetwork(server.id, privateNic(cloud, server, attachment));
    return run(call, "change_alias_ips", server, body.network, work);
  });
  return routes;
}

function attachmentOf(server: Server, network: number): Attachment {
  const found = server.attachments.find((other) => other.network === network);
  if (!found) throw new ApiError("not_found", "server is not attached to the network");
  return found;
}
