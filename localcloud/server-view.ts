import { datacenterIn } from "./catalogue/datacenters";
import { images, imageToWire } from "./catalogue/images";
import { findLocation } from "./catalogue/locations";
import { findServerType, serverTypeToWire } from "./catalogue/server-types";
import type { Cloud } from "./cloud";
import { firewallsOf } from "./firewalling";
import type { MachineSpec } from "./machines/driver";
import type { PrimaryIp, Server } from "./model";
import { primaryIpsOf, publicNic } from "./nics";
import { placementGroupToWire } from "./resources/placement-groups";
import { dnsPtrToWire } from "./reverse-dns";

/** Included traffic of a server in Europe, bytes. */
const includedTraffic = 21_990_232_555_520;

/** The wire form of a server. */
export function serverToWire(cloud: Cloud, server: Server): object {
  const { store, behaviour } = cloud;
  const { project, placementGroup } = server;
  const group = placementGroup && store.find("placement_groups", project, placementGroup);
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    created: server.created,
    public_net: publicNetToWire(cloud, server),
    private_net: server.attachments.map(({ network, ip, aliasIps, macAddress: mac_address }) => ({
      network,
      ip,
      alias_ips: aliasIps,
      mac_address,
    })),
    server_type: serverTypeToWire(findServerType(server.serverType)!, cloud),
    location: findLocation(server.location),
    ...(behaviour.hasDatacenters ? { datacenter: datacenterIn(server.location) } : {}),
    image: imageToWire(images.find(({ id }) => id === server.image)!),
    iso: null,
    rescue_enabled: false,
    locked: server.locked,
    backup_window: server.backups ? "22-02" : null,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
    included_traffic: includedTraffic,
    protection: server.protection,
    labels: server.labels,
    volumes: idsAt(store.all("volumes"), server),
    load_balancers: [],
    primary_disk_size: server.primaryDiskSize,
    placement_group: group ? placementGroupToWire(cloud, group) : null,
  };
}

function publicNetToWire(cloud: Cloud, server: Server): object {
  const ips = primaryIpsOf(cloud, server);
  const ipv4 = ips.find(({ type }) => type === "ipv4");
  const ipv6 = ips.find(({ type }) => type === "ipv6");
  const common = ({ id, ip }: PrimaryIp) => ({ id, ip, blocked: false });
  return {
    ipv4: ipv4 ? { ...common(ipv4), dns_ptr: Object.values(ipv4.dnsPtr)[0] ?? "" } : null,
    ipv6: ipv6 ? { ...common(ipv6), dns_ptr: dnsPtrToWire(ipv6.dnsPtr) } : null,
    floating_ips: idsAt(cloud.store.all("floating_ips"), server),
    firewalls: firewallsOf(cloud, server).map(({ id }) => ({ id, status: "applied" })),
  };
}

function idsAt(items: readonly { id: number; server: number | null }[], { id }: Server): number[] {
  return items.filter(({ server }) => server === id).map((item) => item.id);
}

/** What the machine driver makes a server from. */
export function machineSpec(cloud: Cloud, server: Server, rootPassword?: string): MachineSpec {
  const type = findServerType(server.serverType)!;
  const nic = publicNic(cloud, server);
  const keys = server.sshKeys.flatMap(
    (id) => cloud.store.find("ssh_keys", server.project, id) ?? [],
  );
  return {
    id: server.id,
    name: server.name,
    image: images.find(({ id }) => id === server.image)!.name,
    ...(server.userData === null ? {} : { userData: server.userData }),
    sshKeys: keys.map(({ name, publicKey }) => ({ name, publicKey })),
    ...(nic ? { publicNic: nic } : {}),
    cores: type.cores,
    memoryGb: type.memory,
    diskGb: server.primaryDiskSize,
    location: server.location,
    networkZone: findLocation(server.location)!.network_zone,
    ...(rootPassword === undefined ? {} : { rootPassword }),
    labels: server.labels,
  };
}
