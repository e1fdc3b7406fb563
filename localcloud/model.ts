import type { Command } from "./commands";

/** What every stored thing has. */
export interface Stored {
  id: number;
  /** Project of the token that made it. */
  project: string;
  created: string;
  name: string;
  labels: Record<string, string>;
}

export interface SshKey extends Stored {
  publicKey: string;
  fingerprint: string;
}

export interface Subnet {
  type: "cloud" | "server" | "vswitch";
  ipRange: string;
  networkZone: string;
  vswitchId: number | null;
}

export interface Network extends Stored {
  ipRange: string;
  subnets: Subnet[];
  routes: { destination: string; gateway: string }[];
  exposeRoutesToVswitch: boolean;
  protection: { delete: boolean };
}

export interface Attachment {
  network: number;
  ip: string;
  aliasIps: string[];
  macAddress: string;
  interfaceNumber: number;
}

export type ServerStatus =
  | "running"
  | "initializing"
  | "starting"
  | "stopping"
  | "off"
  | "deleting"
  | "migrating"
  | "rebuilding"
  | "unknown";

export interface Server extends Stored {
  status: ServerStatus;
  serverType: number;
  image: number;
  location: string;
  userData: string | null;
  sshKeys: number[];
  publicMac: string;
  attachments: Attachment[];
  protection: { delete: boolean; rebuild: boolean };
  placementGroup: number | null;
  primaryDiskSize: number;
  backups: boolean;
  /** True while an action changes its power, disk or size. */
  locked: boolean;
}

export interface Firewall extends Stored {
  rules: WireRule[];
  appliedTo: FirewallTarget[];
}

export type FirewallTarget =
  | { type: "server"; server: { id: number } }
  | { type: "label_selector"; label_selector: { selector: string } };

export interface WireRule {
  direction: "in" | "out";
  protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
  port: string | null;
  source_ips: string[];
  destination_ips: string[];
  description: string | null;
}

export interface FloatingIp extends Stored {
  description: string;
  type: "ipv4" | "ipv6";
  ip: string;
  homeLocation: string;
  server: number | null;
  dnsPtr: Record<string, string>;
  protection: { delete: boolean };
}

export interface PrimaryIp extends Stored {
  type: "ipv4" | "ipv6";
  ip: string;
  location: string;
  assignee: number | null;
  autoDelete: boolean;
  dnsPtr: Record<string, string>;
  protection: { delete: boolean };
}

export interface PlacementGroup extends Stored {
  type: "spread";
}

export interface Volume extends Stored {
  size: number;
  location: string;
  server: number | null;
  format: "ext4" | "xfs" | null;
  status: "creating" | "available";
  protection: { delete: boolean };
}

/** A DNS zone; its name is that of the domain. */
export interface Zone extends Stored {
  mode: "primary" | "secondary";
  ttl: number;
  /** Number of changes of the records, for the SOA record. @default 1 */
  serial?: number;
  rrsets: RrSet[];
  protection: { delete: boolean };
}

/** All records of a name and a type in a zone. */
export interface RrSet {
  /** Relative to the zone; `@` is the zone itself. */
  name: string;
  type: string;
  ttl: number | null;
  labels: Record<string, string>;
  records: { value: string; comment?: string | undefined }[];
}

export interface Action {
  id: number;
  project: string;
  command: Command;
  status: "running" | "success" | "error";
  progress: number;
  started: string;
  finished: string | null;
  resources: { id: number; type: string }[];
  error: { code: string; message: string } | null;
}

/** Collections by the name they have in a URL. */
export interface Collections {
  ssh_keys: SshKey;
  networks: Network;
  servers: Server;
  firewalls: Firewall;
  floating_ips: FloatingIp;
  primary_ips: PrimaryIp;
  placement_groups: PlacementGroup;
  volumes: Volume;
  zones: Zone;
}

/** Name of a collection. */
export type Kind = keyof Collections;

/** Name of one thing of a collection, as messages and actions have it. */
export const singular: Record<Kind, string> = {
  ssh_keys: "ssh_key",
  networks: "network",
  servers: "server",
  firewalls: "firewall",
  floating_ips: "floating_ip",
  primary_ips: "primary_ip",
  placement_groups: "placement_group",
  volumes: "volume",
  zones: "zone",
};
