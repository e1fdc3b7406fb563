import { computed, optional, replaced, required, type Table } from "../stand-in/table";
import {
  canonicalAddress,
  cidr,
  frameworkLabels,
  integer,
  labels,
  name,
  off,
  refuseAddresses,
  refuseNonIp,
  removedDatacenter,
  text,
} from "./properties";
import { server } from "./server-table";

const addresses = optional("set", {
  refuse: refuseAddresses,
  comparable: (value) => (value as string[]).map(canonicalAddress),
});

const firewallRule = {
  direction: required("string", { oneOf: ["in", "out"] }),
  protocol: required("string", { oneOf: ["icmp", "tcp", "udp", "gre", "esp"] }),
  port: optional("string"),
  sourceIps: addresses,
  destinationIps: addresses,
  description: optional("string"),
};

const networks: Record<string, Table> = {
  "hcloud:index/network:Network": {
    half: "sdk",
    autoNamed: true,
    properties: {
      name,
      ipRange: replaced(cidr),
      deleteProtection: off,
      exposeRoutesToVswitch: off,
      labels,
    },
    outputs: [],
  },
  "hcloud:index/networkSubnet:NetworkSubnet": {
    half: "sdk",
    properties: {
      networkId: replaced(integer),
      type: replaced(required("string", { oneOf: ["cloud", "server", "vswitch"] })),
      networkZone: replaced(text),
      ipRange: replaced(cidr),
      vswitchId: replaced(optional("int")),
    },
    outputs: ["gateway"],
  },
  "hcloud:index/networkRoute:NetworkRoute": {
    half: "sdk",
    properties: {
      networkId: replaced(integer),
      destination: replaced(cidr),
      gateway: replaced(text),
    },
    outputs: [],
  },
  "hcloud:index/serverNetwork:ServerNetwork": {
    half: "framework",
    properties: {
      serverId: replaced(integer),
      networkId: replaced(computed("int")),
      subnetId: replaced(optional("string")),
      ip: replaced(computed("string", { refuse: refuseNonIp })),
      aliasIps: optional("set", { default: [] }),
    },
    outputs: ["macAddress"],
  },
};

const firewalls: Record<string, Table> = {
  "hcloud:index/firewall:Firewall": {
    half: "sdk",
    autoNamed: true,
    properties: {
      name,
      labels: { ...labels, given: "computed" },
      rules: optional("set", { members: firewallRule }),
      applyTos: computed("set", {
        members: { labelSelector: computed("string"), server: computed("int") },
      }),
    },
    outputs: [],
  },
  "hcloud:index/firewallAttachment:FirewallAttachment": {
    half: "sdk",
    properties: {
      firewallId: replaced(integer),
      serverIds: optional("set"),
      labelSelectors: optional("set"),
    },
    outputs: [],
  },
};

const addressTables: Record<string, Table> = {
  "hcloud:index/floatingIp:FloatingIp": {
    half: "sdk",
    autoNamed: true,
    properties: {
      name,
      type: replaced(required("string", { oneOf: ["ipv4", "ipv6"] })),
      description: optional("string"),
      homeLocation: replaced(computed("string")),
      serverId: computed("int"),
      deleteProtection: off,
      labels,
    },
    outputs: ["ipAddress", "ipNetwork"],
  },
  "hcloud:index/floatingIpAssignment:FloatingIpAssignment": {
    half: "sdk",
    properties: { floatingIpId: replaced(integer), serverId: integer },
    outputs: [],
  },
  "hcloud:index/primaryIp:PrimaryIp": {
    half: "framework",
    autoNamed: true,
    properties: {
      name,
      type: replaced(text),
      location: replaced(computed("string")),
      datacenter: removedDatacenter,
      assigneeId: computed("int"),
      assigneeType: computed("string"),
      autoDelete: off,
      deleteProtection: off,
      labels: frameworkLabels,
    },
    outputs: ["ipAddress", "ipNetwork"],
    // The plan leaves them open, whatever is changed.
    unknownOnUpdate: ["assigneeId", "assigneeType", "datacenter"],
  },
  "hcloud:index/rdns:Rdns": {
    half: "framework",
    properties: {
      dnsPtr: text,
      ipAddress: replaced(required("string", { refuse: refuseNonIp })),
      serverId: replaced(optional("int")),
      primaryIpId: replaced(optional("int")),
      floatingIpId: replaced(optional("int")),
      loadBalancerId: replaced(optional("int")),
    },
    outputs: [],
  },
};

const others: Record<string, Table> = {
  "hcloud:index/sshKey:SshKey": {
    half: "framework",
    autoNamed: true,
    properties: { name, publicKey: replaced(text), labels: frameworkLabels },
    outputs: ["fingerprint"],
  },
  "hcloud:index/placementGroup:PlacementGroup": {
    half: "sdk",
    autoNamed: true,
    properties: { name, type: required("string", { oneOf: ["spread"] }), labels },
    outputs: ["servers"],
  },
  "hcloud:index/volume:Volume": {
    half: "sdk",
    autoNamed: true,
    properties: {
      name,
      size: integer,
      location: replaced(computed("string")),
      serverId: computed("int"),
      automount: optional("bool"),
      format: optional("string", { oneOf: ["xfs", "ext4"] }),
      deleteProtection: off,
      labels,
    },
    outputs: ["linuxDevice"],
  },
  "hcloud:index/volumeAttachment:VolumeAttachment": {
    half: "sdk",
    properties: {
      serverId: replaced(integer),
      volumeId: replaced(integer),
      automount: computed("bool"),
    },
    outputs: [],
  },
};

/** Inputs of every type, as the official plugin treats them; see the property tables of its schema. */
export const tables: Readonly<Record<string, Table>> = {
  ...networks,
  ...firewalls,
  ...addressTables,
  ...others,
  "hcloud:index/server:Server": server,
};
