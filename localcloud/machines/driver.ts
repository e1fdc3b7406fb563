/** Public interface of a server. */
export interface PublicNic {
  ipv4?: { ip: string };
  /** A /64. */
  ipv6?: { network: string };
  mac: string;
}

/** Private interface of a server in one network. */
export interface PrivateNic {
  networkId: number;
  networkName: string;
  ip: string;
  aliasIps: string[];
  mac: string;
  networkIpRange: string;
  subnetIpRange: string;
  gateway: string;
  /** 1 for the first private network of a server, and so on. */
  interfaceNumber: number;
}

/** What a machine is made from. */
export interface MachineSpec {
  id: number;
  name: string;
  image: string;
  userData?: string;
  sshKeys: { name: string; publicKey: string }[];
  publicNic?: PublicNic;
  cores: number;
  memoryGb: number;
  diskGb: number;
  location: string;
  networkZone: string;
  rootPassword?: string;
  labels: Record<string, string>;
}

/** One effective rule of all firewalls of a server. */
export interface FirewallRule {
  direction: "in" | "out";
  protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
  /** `80`, `80-85` or `any`. */
  port?: string;
  /** Sources of an inbound, destinations of an outbound rule. */
  ips: string[];
}

/** A private network. */
export interface MachineNetwork {
  id: number;
  ipRange: string;
  routes: { destination: string; gateway: string }[];
}

/** A volume. */
export interface MachineVolume {
  id: number;
  sizeGb: number;
  format?: "ext4" | "xfs";
}

/**
 * Boots and wires machines. Every call is idempotent, so that the whole stored state can be
 * replayed at a start; a call that fails rejects with an Error.
 */
export interface MachineDriver {
  /** Router, blackhole routes, metadata service; finds what is running. */
  start(): Promise<void>;
  /** Prepares a machine; it is off afterwards. */
  create(spec: MachineSpec): Promise<void>;
  destroy(id: number): Promise<void>;
  powerOn(id: number): Promise<void>;
  /** Pulls the plug. */
  powerOff(id: number): Promise<void>;
  reset(id: number): Promise<void>;
  /** Sends the signal; {@link status} tells when the machine is off. */
  shutdown(id: number): Promise<void>;
  /** Sends the signal. */
  reboot(id: number): Promise<void>;
  /** A fresh disk with the same id and addresses; off afterwards. */
  rebuild(spec: MachineSpec): Promise<void>;
  status(id: number): Promise<"running" | "off">;
  /** True if the machine is off because what it runs on went down, not by a call or by itself. */
  lostPower(id: number): Promise<boolean>;
  /** Plugs in while the machine runs; again: other alias addresses. */
  attachNetwork(id: number, nic: PrivateNic): Promise<void>;
  detachNetwork(id: number, networkId: number): Promise<void>;
  setNetwork(network: MachineNetwork): Promise<void>;
  removeNetwork(id: number): Promise<void>;
  setPublicNic(id: number, nic: PublicNic | undefined): Promise<void>;
  /** `undefined`: no firewall is applied; `[]`: nothing comes in. */
  setFirewall(id: number, rules: FirewallRule[] | undefined): Promise<void>;
  /** `ip`: an IPv4 address or an IPv6 /64. */
  assignFloatingIp(ip: string, serverId: number | undefined): Promise<void>;
  createVolume(volume: MachineVolume): Promise<void>;
  resizeVolume(id: number, sizeGb: number): Promise<void>;
  deleteVolume(id: number): Promise<void>;
  attachVolume(volumeId: number, serverId: number, automount: boolean): Promise<void>;
  detachVolume(volumeId: number): Promise<void>;
  /** Ends what belongs to this process; machines keep running. */
  close(): Promise<void>;
}
