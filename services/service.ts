import type { Role } from "../topology";
import type { BundleCheck, BundlePart, FileAttributes } from "./bundle";
import type { UnitFiles } from "./unit-files";

/**
 * Source of connections: a tier, the other nodes of the own tier, every address of the internet, or
 * the addresses that the stack file names for SSH.
 */
export type Source = Role | "peers" | "anywhere" | "admins";

/** Connections that a service accepts, and that the firewalls of the cloud and of the host let pass. */
export interface Opening {
  /** Source of the connections. */
  from: Source;
  /** Protocol. Every host answers ICMP; an opening for ICMP concerns the cloud's firewall alone. */
  protocol: "tcp" | "udp" | "icmp" | "vrrp";
  /** TCP or UDP port, 1 to 65535; absent for the other protocols. */
  port?: number;
  /** Purpose in a few words, such as `HTTP`. */
  purpose: string;
}

/** A user of a host that may open connections to addresses outside of the stack. */
export interface OutgoingCalls {
  /** Name of a system user that the node's services create, such as `webstack-mover`. */
  user: string;
  /** The only port, 1 to 65535. @default every port */
  port?: number;
  /** The only address block, IPv4 or IPv6 with prefix, such as `203.0.113.0/24`. @default every address */
  to?: string;
  /** True if UDP is allowed too. @default TCP alone */
  udp?: boolean;
}

/** Where a tier's programs may call: every address, none, or blocks with prefix by TCP. */
export type Egress = "any" | "none" | readonly { to: string; port: number }[];

/** The outgoing calls of a user, by the destinations that its tier may call. @param udp whether "any" means UDP too. */
export function callsTo(user: string, egress: Egress, udp = false): OutgoingCalls[] {
  if (egress === "none") return [];
  if (egress === "any") return [{ user, ...(udp ? { udp } : {}) }];
  return egress.map(({ to, port }) => ({ user, to, port }));
}

/** A file with a secret content: no bundle contains it, and the provider delivers it separately. */
export interface SecretFile extends FileAttributes {
  /** Key of the content among the secrets of a node, such as `databaseCa`. */
  secret: string;
}

/** A service's part of a host's state, without its secrets. */
export interface ServicePart extends Omit<BundlePart, "secretFiles"> {
  /** Unit files of the service; one check has systemd verify the unit files of all services of a tier. */
  unitFiles?: UnitFiles;
  /** Checks that refuse a change that the host cannot make; they run after all others. */
  refusals?: BundleCheck[];
}

/**
 * A service as a value, the same on every node. Firewalls, the table of who talks to whom and the state of
 * a host follow from it.
 *
 * @typeParam Facts facts about a node that the service's part depends on.
 */
export interface Service<Facts> {
  /** Name, such as `keepalived`; also the name of the service's folder. */
  readonly name: string;
  /** Openings. Empty: only programs of the same host reach the service. */
  readonly openings: readonly Opening[];
  /**
   * Users that open connections to addresses outside of the stack. No other user does, except the system's.
   *
   * @default none
   */
  readonly callsOut?: readonly OutgoingCalls[];
  /** True if the firewall can hold back new connections to the service's ports. @default false */
  readonly holdsBack?: boolean;
  /** Secret files by absolute path. @default none */
  readonly secrets?: Readonly<Record<string, SecretFile>>;
  /** Renders the service's part of the host's state: files, units with health checks, users, packages. */
  readonly part: (facts: Facts) => ServicePart;
}

/** Owner, group and mode of a secret that only root reads; systemd passes the secret to the service. */
export const rootOnly: FileAttributes = { owner: "root", group: "root", mode: "0600" };
