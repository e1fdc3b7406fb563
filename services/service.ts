import type { Role } from "../topology";
import type { BundleCheck, BundlePart, FileAttributes } from "./bundle";
import type { UnitFiles } from "./unit-check";

/**
 * Who opens connections: a tier, the other nodes of the own tier, every address of the internet, or
 * the addresses that the stack file names for SSH.
 */
export type Source = Role | "peers" | "anywhere" | "admins";

/** One way in to a service, which the firewalls of the cloud and of the host let pass. */
export interface Opening {
  /** Who comes in. */
  from: Source;
  /** Every host answers ICMP; an opening for it is one of the cloud's firewall. */
  protocol: "tcp" | "icmp" | "vrrp";
  /** TCP port, 1 to 65535; absent for the other protocols. */
  port?: number;
  /** What for, in a few words, such as `HTTP`. */
  purpose: string;
}

/** A user of a host that may open connections to the internet. */
export interface OutgoingCalls {
  /** Name of the system user, such as `webstack-mover`. */
  user: string;
  /** The only TCP port. @default every port */
  port?: number;
}

/** A file whose content is a secret: it is in no bundle and comes apart. */
export interface SecretFile extends FileAttributes {
  /** Key of the content among the secrets that a node is given, such as `databaseCa`. */
  secret: string;
}

/** What a service brings to a host, besides its secrets. */
export interface ServicePart extends Omit<BundlePart, "secretFiles"> {
  /** Its unit files; systemd checks those of all services of a tier in one go. */
  unitFiles?: UnitFiles;
  /** Checks that refuse a change that the host cannot take; they come after all others. */
  refusals?: BundleCheck[];
}

/**
 * A service as a value: all that concerns it, wherever it runs. Firewalls, the table of who talks to
 * whom and the state of a host follow from it.
 *
 * @typeParam Facts what its part depends on. A service fits on each node that knows as much.
 */
export interface Service<Facts> {
  /** Name, such as `keepalived`; that of its folder. */
  readonly name: string;
  /** Ways in. Empty: nobody but its own host reaches it. */
  readonly openings: readonly Opening[];
  /**
   * Users that call out. On a host with such a service nobody else but the system does.
   *
   * @default the service does not care who calls out
   */
  readonly callsOut?: readonly OutgoingCalls[];
  /** True if new connections to its ports can be held back for a moment. @default false */
  readonly holdsBack?: boolean;
  /** Its secret files by absolute path. @default none */
  readonly secrets?: Readonly<Record<string, SecretFile>>;
  /** Files, units with their health, users, packages: its part of the host's state. */
  readonly part: (facts: Facts) => ServicePart;
}

/** Owner, group and mode of a secret that only root reads; systemd hands it to its service. */
export const rootOnly: FileAttributes = { owner: "root", group: "root", mode: "0600" };
