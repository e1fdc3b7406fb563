import type { Recorded } from "../../plugin/plugin-process";

/** What the cloud chose for the things of {@link officialState}. */
export interface Made {
  sshKey: number;
  network: number;
  placementGroup: number;
  firewall: number;
  server: number;
  serverIpv4: string;
  serverIpv6Network: string;
  macAddress: string;
  floatingIp: number;
  floatingAddress: string;
  volume: number;
}

/** Key of the timeouts within `__meta`: terraform-plugin-sdk `helper/schema/resource_timeout.go`. */
const timeouts = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0";
/** A delta as pulumi-terraform-bridge `pkg/tfbridge/rawstate.go` writes it, shortened. */
const delta = { obj: { ps: { id: { replace: { raw: "" } } } } };

/** Names and labels that the resources of {@link officialState} have. */
export const labels = { stack: "test" };
/** A public key of nobody. */
export const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

/**
 * Each hcloud resource that the program uses, as the official plugin 1.41.0 records it. Written by
 * hand from the inputs and outputs of the SDK's classes: SDK half with `__defaults` in every object,
 * `__meta`, `__pulumi_raw_state_delta` and lists that nobody gave; framework half with neither of
 * the lists; all with `id` as a text.
 */
export function officialState(made: Made): Record<string, Recorded> {
  const sdk = { __pulumi_raw_state_delta: delta, __meta: "{}" };
  const network = String(made.network);
  const rule = { direction: "in", protocol: "tcp", port: "22", sourceIps: ["192.0.2.7/32"] };
  return {
    sshKey: {
      type: "hcloud:index/sshKey:SshKey",
      id: String(made.sshKey),
      inputs: { name: "deploy", publicKey, labels },
      outputs: {
        id: String(made.sshKey),
        ...{ name: "deploy", publicKey, labels },
        fingerprint: "be:65:ed:7d:6d:c2:8b:27:2f:b6:d4:4f:8e:b6:c4:e5",
        __pulumi_raw_state_delta: delta,
      },
    },
    network: {
      type: "hcloud:index/network:Network",
      id: network,
      inputs: { __defaults: [], name: "net", ipRange: "10.0.0.0/16", labels },
      outputs: {
        ...{ ...sdk, id: network, name: "net", ipRange: "10.0.0.0/16", labels },
        ...{ deleteProtection: false, exposeRoutesToVswitch: false },
      },
    },
    subnet: {
      type: "hcloud:index/networkSubnet:NetworkSubnet",
      id: `${network}-10.0.1.0/24`,
      inputs: {
        ...{ __defaults: [], networkId: made.network, type: "cloud" },
        ...{ networkZone: "eu-central", ipRange: "10.0.1.0/24" },
      },
      outputs: {
        ...{ ...sdk, id: `${network}-10.0.1.0/24`, networkId: made.network, type: "cloud" },
        ...{ networkZone: "eu-central", ipRange: "10.0.1.0/24", gateway: "10.0.0.1" },
      },
    },
    placementGroup: {
      type: "hcloud:index/placementGroup:PlacementGroup",
      id: String(made.placementGroup),
      inputs: { __defaults: [], name: "spread", type: "spread", labels },
      outputs: {
        ...{ ...sdk, id: String(made.placementGroup), name: "spread", type: "spread", labels },
        servers: [],
      },
    },
    firewall: {
      type: "hcloud:index/firewall:Firewall",
      id: String(made.firewall),
      inputs: { __defaults: [], name: "fw", labels, rules: [{ __defaults: [], ...rule }] },
      outputs: {
        ...{ ...sdk, id: String(made.firewall), name: "fw", labels, applyTos: [] },
        rules: [{ ...rule, description: "", destinationIps: [] }],
      },
    },
    server: officialServer(made),
    serverNetwork: {
      type: "hcloud:index/serverNetwork:ServerNetwork",
      id: `${made.server}-${network}`,
      inputs: { serverId: made.server, subnetId: `${network}-10.0.1.0/24`, ip: "10.0.1.10" },
      outputs: {
        id: `${made.server}-${network}`,
        ...{ serverId: made.server, networkId: made.network, subnetId: `${network}-10.0.1.0/24` },
        ...{ ip: "10.0.1.10", aliasIps: [], macAddress: made.macAddress },
        __pulumi_raw_state_delta: delta,
      },
    },
    floatingIp: {
      type: "hcloud:index/floatingIp:FloatingIp",
      id: String(made.floatingIp),
      inputs: { __defaults: [], name: "edge", type: "ipv4", homeLocation: "nbg1", labels },
      outputs: {
        ...{ ...sdk, id: String(made.floatingIp), name: "edge", type: "ipv4", labels },
        ...{ homeLocation: "nbg1", description: "", deleteProtection: false },
        ...{ ipAddress: made.floatingAddress, ipNetwork: "", serverId: 0 },
      },
    },
    floatingIpAssignment: {
      type: "hcloud:index/floatingIpAssignment:FloatingIpAssignment",
      id: String(made.floatingIp),
      inputs: { __defaults: [], floatingIpId: made.floatingIp, serverId: made.server },
      outputs: {
        ...{ ...sdk, id: String(made.floatingIp) },
        ...{ floatingIpId: made.floatingIp, serverId: made.server },
      },
    },
    volume: {
      type: "hcloud:index/volume:Volume",
      id: String(made.volume),
      inputs: { __defaults: [], name: "data", size: 10, location: "nbg1", format: "ext4", labels },
      outputs: {
        ...{ ...sdk, id: String(made.volume), name: "data", size: 10, location: "nbg1" },
        ...{ format: "ext4", labels, deleteProtection: false, serverId: 0 },
        linuxDevice: `/dev/disk/by-id/scsi-0HC_Volume_${made.volume}`,
      },
    },
    volumeAttachment: {
      type: "hcloud:index/volumeAttachment:VolumeAttachment",
      id: String(made.volume),
      inputs: { __defaults: [], volumeId: made.volume, serverId: made.server },
      outputs: { ...sdk, id: String(made.volume), volumeId: made.volume, serverId: made.server },
    },
  };
}

/** A server whose network is a resource of its own: `networks` is in its state, and empty. */
function officialServer(made: Made): Recorded {
  const inputs = {
    ...{ name: "web-1", serverType: "cx23", image: "debian-13", location: "nbg1", labels },
    ...{ firewallIds: [made.firewall], placementGroupId: made.placementGroup },
    publicNets: [{ __defaults: [], ipv4Enabled: true, ipv6Enabled: true }],
  };
  return {
    type: "hcloud:index/server:Server",
    id: String(made.server),
    inputs: { __defaults: [], ...inputs },
    outputs: {
      __meta: JSON.stringify({ [timeouts]: { create: 5_400_000_000_000 } }),
      __pulumi_raw_state_delta: delta,
      id: String(made.server),
      ...inputs,
      publicNets: [{ ipv4: 0, ipv4Enabled: true, ipv6: 0, ipv6Enabled: true }],
      networks: [],
      ...{ allowDeprecatedImages: false, backups: false, backupWindow: "", keepDisk: false },
      ...{ deleteProtection: false, rebuildProtection: false, ignoreRemoteFirewallIds: false },
      ...{ shutdownBeforeDeletion: false, primaryDiskSize: 40, status: "running" },
      ipv4Address: made.serverIpv4,
      ipv6Network: made.serverIpv6Network,
      ipv6Address: `${made.serverIpv6Network.split("/")[0]}1`,
    },
  };
}
