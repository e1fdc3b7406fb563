import { z } from "zod";
import { block, contains, freeAddress, ipv4Number, isAssignable, overlaps } from "../addresses";
import type { Cloud } from "../cloud";
import { ApiError, invalidInput, limitExceeded } from "../errors";
import type { Attachment, Network, Server } from "../model";
import { attachedTo, macAddress } from "../nics";

/** Limits. Source: https://docs.hetzner.com/cloud/networks/faq */
const maxNetworksPerServer = 3;
const maxAliasIps = 5;
const maxAttachments = 100;

/** What a client says of a new attachment. */
export const attachShape = z.object({
  network: z.number().int(),
  ip: z.string().nullish(),
  alias_ips: z.array(z.string()).nullish(),
  ip_range: z.string().nullish(),
});

type AttachBody = z.infer<typeof attachShape>;

function usedAddresses(cloud: Cloud, network: Network, except?: Server): Set<string> {
  const attachments = attachedTo(cloud, network)
    .filter((server) => server !== except)
    .flatMap((server) => server.attachments)
    .filter((attachment) => attachment.network === network.id);
  return new Set(attachments.flatMap(({ ip, aliasIps }) => [ip, ...aliasIps]));
}

function checkAddress(
  network: Network,
  field: string,
  ip: string,
  used: ReadonlySet<string>,
): string {
  const number = ipv4Number(ip);
  const whole = block(network.ipRange)!;
  const subnet = network.subnets.find(
    ({ ipRange }) => number !== undefined && contains(block(ipRange)!, block(`${ip}/32`)!),
  );
  if (number === undefined || !subnet || !isAssignable(number, whole, block(subnet.ipRange)!)) {
    throw invalidInput({ name: field, message: `ip '${ip}' is not available in a subnet` });
  }
  if (used.has(ip)) throw new ApiError("ip_not_available", `ip '${ip}' is already used`);
  return ip;
}

function chooseAddress(cloud: Cloud, network: Network, body: AttachBody): string {
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
    const ip = checkAddress(network, "ip", body.ip, used);
    if (body.ip_range && !contains(block(body.ip_range)!, block(`${ip}/32`)!)) {
      throw invalidInput({ name: "ip", message: `ip '${ip}' is outside of ip_range` });
    }
    return ip;
  }
  const free = freeAddress(network.ipRange, subnet.ipRange, used);
  if (!free) throw new ApiError("ip_not_available", "no address is left in the subnet");
  return free;
}

function refuseAttachment(cloud: Cloud, server: Server, network: Network): void {
  const others = server.attachments.map((other) =>
    cloud.store.get("networks", server.project, other.network),
  );
  if (others.includes(network)) {
    throw new ApiError("server_already_attached", "server is already attached to this network");
  }
  const range = block(network.ipRange)!;
  if (others.some(({ ipRange }) => overlaps(block(ipRange)!, range))) {
    throw new ApiError("networks_overlap", "networks of a server must not overlap");
  }
  if (others.length >= maxNetworksPerServer) {
    throw limitExceeded(
      "networks_per_server_limit",
      `a server takes ${maxNetworksPerServer} networks`,
    );
  }
  if (attachedTo(cloud, network).length >= maxAttachments) {
    throw limitExceeded("network_attachment_limit", "network attachment limit exceeded");
  }
}

/** Attaches a server to a network in the store. @throws ApiError if it cannot be. */
export function addAttachment(cloud: Cloud, server: Server, body: AttachBody): Attachment {
  const network = cloud.store.get("networks", server.project, body.network);
  refuseAttachment(cloud, server, network);
  const ip = chooseAddress(cloud, network, body);
  const attachment: Attachment = {
    network: network.id,
    ip,
    aliasIps: checkAliases(cloud, server, network, ip, body.alias_ips ?? []),
    macAddress: macAddress("86"),
    interfaceNumber: Math.max(0, ...server.attachments.map((other) => other.interfaceNumber)) + 1,
  };
  server.attachments.push(attachment);
  return attachment;
}

/** Alias addresses of a server whose first address is `own`. @throws ApiError if one cannot be. */
export function checkAliases(
  cloud: Cloud,
  server: Server,
  network: Network,
  own: string,
  aliases: string[],
): string[] {
  if (aliases.length > maxAliasIps) {
    throw invalidInput({ name: "alias_ips", message: `at most ${maxAliasIps} are allowed` });
  }
  const used = usedAddresses(cloud, network, server).add(own);
  for (const ip of aliases) used.add(checkAddress(network, "alias_ips", ip, used));
  return aliases;
}
