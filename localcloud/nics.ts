import { randomBytes } from "node:crypto";
import { freePublicAddress, ipv6Network, block, contains, gatewayOf } from "./addresses";
import { timestamp } from "./clock";
import type { Cloud } from "./cloud";
import { limitExceeded } from "./errors";
import type { PublicNic, PrivateNic } from "./machines/driver";
import type { PrimaryIp, Server, Attachment, Network } from "./model";
import { defaultDnsPtr } from "./reverse-dns";

/** What a new primary IP is made from. */
export interface NewPrimaryIp {
  type: "ipv4" | "ipv6";
  location: string;
  assignee: number | null;
  autoDelete: boolean;
  name?: string;
  labels?: Record<string, string>;
}

/** Allocates a primary IP and stores it. */
export function newPrimaryIp(
  { store, clock }: Cloud,
  project: string,
  wanted: NewPrimaryIp,
): PrimaryIp {
  const id = store.nextId();
  const used = new Set(store.all("primary_ips").map(({ ip }) => ip));
  const address = wanted.type === "ipv4" ? freePublicAddress("server", used) : ipv6Network(id);
  if (!address) throw limitExceeded("primary_ip_limit", "no public IPv4 address is left");
  const ip: PrimaryIp = {
    id,
    project,
    created: timestamp(clock),
    name: wanted.name ?? `primary_ip-${id}`,
    labels: wanted.labels ?? {},
    type: wanted.type,
    ip: address,
    location: wanted.location,
    assignee: wanted.assignee,
    autoDelete: wanted.autoDelete,
    dnsPtr: defaultDnsPtr(wanted.type, address),
    protection: { delete: false },
  };
  store.add("primary_ips", ip);
  return ip;
}

/** Primary IPs of a server. */
export function primaryIpsOf({ store }: Cloud, server: Server): PrimaryIp[] {
  return store.all("primary_ips").filter(({ assignee }) => assignee === server.id);
}

/** The public interface of a server; undefined if it has no public address. */
export function publicNic(cloud: Cloud, server: Server): PublicNic | undefined {
  const ips = primaryIpsOf(cloud, server);
  const ipv4 = ips.find(({ type }) => type === "ipv4");
  const ipv6 = ips.find(({ type }) => type === "ipv6");
  if (!ipv4 && !ipv6) return undefined;
  return {
    mac: server.publicMac,
    ...(ipv4 ? { ipv4: { ip: ipv4.ip } } : {}),
    ...(ipv6 ? { ipv6: { network: ipv6.ip } } : {}),
  };
}

/** Tells the machine its public interface. */
export function pushPublicNic(cloud: Cloud, server: Server): Promise<void> {
  return cloud.driver.setPublicNic(server.id, publicNic(cloud, server));
}

/** A new MAC address: `96` for public, `86` for private interfaces. */
export function macAddress(first: "96" | "86"): string {
  return [first, "00", "00", ...randomBytes(3).toString("hex").match(/../g)!].join(":");
}

/** Servers with an interface in a network. */
export function attachedTo({ store }: Cloud, { id, project }: Network): Server[] {
  return store
    .of("servers", project)
    .filter(({ attachments }) => attachments.some(({ network }) => network === id));
}

/** Tells the machines what a network looks like. */
export function pushNetwork({ driver }: Cloud, { id, ipRange, routes }: Network): Promise<void> {
  return driver.setNetwork({ id, ipRange, routes });
}

/** A private interface as the machine driver wants it. */
export function privateNic({ store }: Cloud, server: Server, attachment: Attachment): PrivateNic {
  const network = store.get("networks", server.project, attachment.network);
  const address = block(`${attachment.ip}/32`)!;
  const subnet = network.subnets.find(({ ipRange }) => contains(block(ipRange)!, address));
  return {
    networkId: network.id,
    networkName: network.name,
    ip: attachment.ip,
    aliasIps: attachment.aliasIps,
    mac: attachment.macAddress,
    networkIpRange: network.ipRange,
    subnetIpRange: subnet?.ipRange ?? network.ipRange,
    gateway: gatewayOf(network.ipRange),
    interfaceNumber: attachment.interfaceNumber,
  };
}
