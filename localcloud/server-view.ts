import { randomBytes } from "node:crypto";
import { gatewayOf } from "./addresses";
import { images, imageToWire } from "./catalogue/images";
import { findLocation } from "./catalogue/locations";
import { serverTypes, serverTypeToWire } from "./catalogue/server-types";
import type { Cloud } from "./cloud";
import { block, contains } from "./addresses";
import { firewallsOf } from "./firewalling";
import type { MachineSpec, PrivateNic } from "./machines/driver";
import type { Attachment, Server } from "./model";
import { primaryIpsOf, publicNic } from "./public-net";
import { dnsPtrToWire } from "./reverse-dns";

/** Included traffic of a server in Europe, bytes. */
const includedTraffic = 21_990_232_555_520;

/** A new MAC address: `96` for public, `86` for private interfaces. */
export function macAddress(first: "96" | "86"): string {
  return [first, "00", "00", ...randomBytes(3).toString("hex").match(/../g)!].join(":");
}

/** The wire form of a server. */
export function serverToWire(cloud: Cloud, server: Server): object {
  const { store } = cloud;
  const ips = primaryIpsOf(cloud, server);
  const ipv4 = ips.find(({ type }) => type === "ipv4");
  const ipv6 = ips.find(({ type }) => type === "ipv6");
  const group = server.placementGroup
    ? store.find("placement_groups", server.project, server.placementGroup)
    : undefined;
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    created: server.created,
    public_net: {
      ipv4: ipv4
        ? { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: Object.values(ipv4.dnsPtr)[0] ?? "" }
        : null,
      ipv6: ipv6
        ? { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: dnsPtrToWire(ipv6.dnsPtr) }
        : null,
      floating_ips: store
        .all("floating_ips")
        .filter((ip) => ip.server === server.id)
        .map(({ id }) => id),
      firewalls: firewallsOf(cloud, server).map(({ id }) => ({ id, status: "applied" })),
    },
    private_net: server.attachments.map(({ network, ip, aliasIps, macAddress: mac_address }) => ({
      network,
      ip,
      alias_ips: aliasIps,
      mac_address,
    })),
    server_type: serverTypeToWire(serverTypes.find(({ id }) => id === server.serverType)!),
    location: findLocation(server.location),
    image: imageToWire(images.find(({ id }) => id === server.image)!),
    iso: null,
    rescue_enabled: server.rescue !== null,
    locked: server.locked,
    backup_window: server.backups ? "22-02" : null,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
    included_traffic: includedTraffic,
    protection: server.protection,
    labels: server.labels,
    volumes: store
      .all("volumes")
      .filter((volume) => volume.server === server.id)
      .map(({ id }) => id),
    load_balancers: [],
    primary_disk_size: server.primaryDiskSize,
    placement_group: group
      ? {
          id: group.id,
          name: group.name,
          labels: group.labels,
          type: group.type,
          created: group.created,
          servers: store
            .all("servers")
            .filter((other) => other.placementGroup === group.id)
            .map(({ id }) => id),
        }
      : null,
  };
}

/** What the machine driver makes a server from. */
export function machineSpec(cloud: Cloud, server: Server, rootPassword?: string): MachineSpec {
  const type = serverTypes.find(({ id }) => id === server.serverType)!;
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
