import { createHash } from "node:crypto";

/** User data in the form of the official state: base64 of its SHA-1. */
export function userDataHash(text: string): string {
  return createHash("sha1").update(text).digest("base64");
}

/** How one input behaves. */
export interface Property {
  /** `req`: must be given; `opt`: may be; `computed`: may be, and is filled when it is not. */
  kind: "req" | "opt" | "computed";
  /** Whether a change replaces the resource. */
  replaces?: boolean;
  /** Value that counts as given when the input is absent; shows in outputs. */
  default?: unknown;
  /** A list whose order does not count. */
  set?: boolean;
  /** An absent input never differs, whatever the state has. */
  keptWhenAbsent?: boolean;
  /** The form in which the state has it. */
  stored?: (value: string) => string;
}

/** One resource type: its inputs, and whether it belongs to the SDK half of the official provider. */
export interface ResourceTable {
  /** Half of the official provider: `sdk` answers deleteBeforeReplace for explicit names. */
  half: "sdk" | "fw";
  /** Whether a name is made when none is given. */
  named?: boolean;
  properties: Record<string, Property>;
}

const req: Property = { kind: "req" };
const opt: Property = { kind: "opt" };
const computed: Property = { kind: "computed", keptWhenAbsent: true };
const replaced = (property: Property): Property => ({ ...property, replaces: true });
const name: Property = { kind: "opt", keptWhenAbsent: true };
const off: Property = { kind: "opt", default: false };
/** `fw` resources have an empty map where nothing is given. */
const fwLabels: Property = { kind: "opt", default: {} };
const sdkLabels: Property = { kind: "opt" };

/** Inputs of every type, as the official plugin treats them; see the property tables of its schema. */
export const tables: Record<string, ResourceTable> = {
  "hcloud:index/sshKey:SshKey": {
    half: "fw",
    named: true,
    properties: { name, publicKey: replaced(req), labels: fwLabels },
  },
  "hcloud:index/network:Network": {
    half: "sdk",
    named: true,
    properties: {
      name,
      ipRange: replaced(req),
      deleteProtection: off,
      exposeRoutesToVswitch: off,
      labels: sdkLabels,
    },
  },
  "hcloud:index/networkSubnet:NetworkSubnet": {
    half: "sdk",
    properties: {
      networkId: replaced(req),
      type: replaced(req),
      networkZone: replaced(req),
      ipRange: replaced(req),
      vswitchId: replaced(opt),
    },
  },
  "hcloud:index/networkRoute:NetworkRoute": {
    half: "sdk",
    properties: {
      networkId: replaced(req),
      destination: replaced(req),
      gateway: replaced(req),
    },
  },
  "hcloud:index/placementGroup:PlacementGroup": {
    half: "sdk",
    named: true,
    properties: { name, type: req, labels: sdkLabels },
  },
  "hcloud:index/firewall:Firewall": {
    half: "sdk",
    named: true,
    properties: {
      name,
      labels: { kind: "computed", keptWhenAbsent: true },
      rules: { kind: "opt", set: true },
      applyTos: { kind: "computed", set: true, keptWhenAbsent: true },
    },
  },
  "hcloud:index/firewallAttachment:FirewallAttachment": {
    half: "sdk",
    properties: {
      firewallId: replaced(req),
      serverIds: { kind: "opt", set: true },
      labelSelectors: { kind: "opt", set: true },
    },
  },
  "hcloud:index/floatingIp:FloatingIp": {
    half: "sdk",
    named: true,
    properties: {
      name,
      type: replaced(req),
      description: opt,
      homeLocation: replaced(computed),
      serverId: computed,
      deleteProtection: off,
      labels: sdkLabels,
    },
  },
  "hcloud:index/floatingIpAssignment:FloatingIpAssignment": {
    half: "sdk",
    properties: { floatingIpId: replaced(req), serverId: req },
  },
  "hcloud:index/primaryIp:PrimaryIp": {
    half: "fw",
    named: true,
    properties: {
      name,
      type: replaced(req),
      location: replaced(computed),
      datacenter: replaced(computed),
      assigneeId: computed,
      assigneeType: computed,
      autoDelete: off,
      deleteProtection: off,
      labels: fwLabels,
    },
  },
  "hcloud:index/rdns:Rdns": {
    half: "fw",
    properties: {
      dnsPtr: req,
      ipAddress: replaced(req),
      serverId: replaced(opt),
      primaryIpId: replaced(opt),
      floatingIpId: replaced(opt),
      loadBalancerId: replaced(opt),
    },
  },
  "hcloud:index/volume:Volume": {
    half: "sdk",
    named: true,
    properties: {
      name,
      size: req,
      location: replaced(computed),
      serverId: computed,
      automount: opt,
      format: opt,
      deleteProtection: off,
      labels: sdkLabels,
    },
  },
  "hcloud:index/volumeAttachment:VolumeAttachment": {
    half: "sdk",
    properties: {
      serverId: replaced(req),
      volumeId: replaced(req),
      automount: computed,
    },
  },
  "hcloud:index/serverNetwork:ServerNetwork": {
    half: "fw",
    properties: {
      serverId: replaced(req),
      networkId: replaced(computed),
      subnetId: replaced(opt),
      ip: replaced(computed),
      aliasIps: { kind: "opt", default: [], set: true },
    },
  },
  "hcloud:index/server:Server": {
    half: "sdk",
    named: true,
    properties: {
      name,
      serverType: req,
      image: replaced(computed),
      location: replaced(computed),
      datacenter: replaced(computed),
      userData: { ...replaced(opt), stored: userDataHash },
      sshKeys: replaced(opt),
      labels: sdkLabels,
      networks: { kind: "opt", set: true, keptWhenAbsent: true },
      publicNets: { kind: "opt", set: true, keptWhenAbsent: true },
      firewallIds: { kind: "computed", set: true, keptWhenAbsent: true },
      placementGroupId: opt,
      backups: off,
      deleteProtection: off,
      rebuildProtection: off,
      ignoreRemoteFirewallIds: off,
      shutdownBeforeDeletion: off,
      allowDeprecatedImages: off,
      keepDisk: off,
      iso: opt,
      rescue: opt,
    },
  },
};
