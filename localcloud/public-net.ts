import { freePublicAddress, ipv6Network } from "./addresses";
import { timestamp } from "./clock";
import type { Cloud } from "./cloud";
import { limitExceeded } from "./errors";
import type { PublicNic } from "./machines/driver";
import type { PrimaryIp, Server } from "./model";
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
