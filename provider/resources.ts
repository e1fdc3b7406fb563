import * as pulumi from "@pulumi/pulumi";
import type { Bundle, BundleCheck, BundleRelease, BundleService } from "../services/bundle";

/** SSH connection to a host. */
export interface Connection {
  /** Address of the host, as the last bastion reaches it. */
  host: pulumi.Input<string>;
  /** @default 22 */
  port?: pulumi.Input<number>;
  /** Login name with passwordless sudo. */
  user: pulumi.Input<string>;
  /** Private key in OpenSSH form; make it a secret. */
  privateKey: pulumi.Input<string>;
  /** Addresses of the bastions, tried in order; empty: a direct connection. */
  bastions: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Key that the host's user data brought, with which the host proves its SSH host key at the first contact, and
   * after a rebuild; make it a secret. @default the first host key is trusted unproved
   */
  firstContactKey?: pulumi.Input<string>;
  /** Seconds until an unreachable host is a failure. @default 600 */
  connectTimeoutSeconds?: pulumi.Input<number>;
}

/** Arguments of {@link Configuration}. */
export interface ConfigurationArgs {
  /** SSH connection to the host; a change of the connection alone touches no service. */
  connection: pulumi.Input<Connection>;
  /** Node name, such as `web-1`. */
  node: pulumi.Input<string>;
  /** Tier. */
  role: pulumi.Input<string>;
  /** Distribution packages. */
  packages: pulumi.Input<string[]>;
  /** System users. */
  users: pulumi.Input<{ name: string; home: string }[]>;
  /** Attributes by path, as `owner:group mode`. */
  directories: pulumi.Input<Record<string, string>>;
  /** Contents by path. */
  files: pulumi.Input<Record<string, string>>;
  /** Attributes of files and secret files by path, as `owner:group mode`. */
  attributes: pulumi.Input<Record<string, string>>;
  /** Checks before the swap. */
  checks: pulumi.Input<BundleCheck[]>;
  /** Paths of files that decide who can log in. @default none */
  loginFiles?: pulumi.Input<string[] | undefined>;
  /** Services in the order in which they are started. */
  services: pulumi.Input<BundleService[]>;
  /** Contents of secret files by path; make it a secret. */
  secrets: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** The app's release; `archive` and `runtimeArchive` are local paths of files to push. */
  release?: pulumi.Input<
    | (BundleRelease & { archive?: string | undefined; runtimeArchive?: string | undefined })
    | undefined
  >;
  /**
   * All hosts of the tier in the order of their configuration, each with its address as the last bastion reaches it; no
   * state of the host. @default the host is the only one
   */
  tier?: pulumi.Input<pulumi.Input<{ node: string; host: pulumi.Input<string> }>[]>;
  /**
   * All hosts of the stack, for the host that is configured last: once all of them have a new login name, the former
   * one ends; no state of the host. @default a former login name stays
   */
  everyHost?: pulumi.Input<KeyedHost[]> | undefined;
}

/** The state of a running server, applied in place over SSH by the provider `host`. */
export class Configuration extends pulumi.CustomResource {
  /** SSH host key, pinned at the first connection: type and Base64 data. */
  declare readonly hostKey: pulumi.Output<string>;
  /** Why the host still has its former configuration, and what was not changed there; undefined if it is configured. */
  declare readonly unreached: pulumi.Output<string | undefined>;

  constructor(name: string, args: ConfigurationArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "host:index:Configuration",
      name,
      { ...args, hostKey: undefined, unreached: undefined },
      pulumi.mergeOptions({ additionalSecretOutputs: ["secrets"] }, opts),
    );
  }
}

/** A bundle as inputs of {@link Configuration}: one property for each file, so that a diff names the file. */
export function configurationArgs(bundle: Bundle) {
  const text = ({ owner, group, mode }: { owner: string; group: string; mode: string }) =>
    `${owner}:${group} ${mode}`;
  const attributes = { ...bundle.files, ...bundle.secretFiles };
  const mapped = <T, U>(map: Record<string, T>, change: (value: T) => U): Record<string, U> =>
    Object.fromEntries(Object.entries(map).map(([path, value]) => [path, change(value)]));
  return {
    node: bundle.node,
    role: bundle.role as string,
    packages: bundle.packages,
    users: bundle.users,
    directories: mapped(bundle.directories, text),
    files: mapped(bundle.files, ({ content }) => content),
    attributes: mapped(attributes, text),
    checks: bundle.checks,
    loginFiles: bundle.loginFiles,
    services: bundle.services,
    release: bundle.release,
  };
}

/** A host that gets the key, and the route to the host. */
export interface KeyedHost {
  /** Node name, such as `web-1`. */
  node: string;
  /** Address of the host, as the last bastion reaches it. */
  host: pulumi.Input<string>;
  /** Addresses of the bastions, tried in order; empty: a direct connection. */
  bastions: pulumi.Input<string>[];
}

/** Arguments of {@link DeployKey}. */
export interface DeployKeyArgs {
  /** Login name with passwordless sudo. */
  user: string;
  /** Number of the new key, from 2 on. */
  version: number;
  /** New public key in OpenSSH form, one line. */
  publicKey: pulumi.Input<string>;
  /** New private key in OpenSSH form; make it a secret. */
  privateKey: pulumi.Input<string>;
  /** Private key that the hosts accept so far; make it a secret. */
  formerPrivateKey: pulumi.Input<string>;
  /** All hosts; those without a bastion come first. */
  hosts: readonly KeyedHost[];
}

/**
 * A new deploy key on all hosts, beside the former key, proved by a login on each host. The hosts'
 * configurations, which depend on this resource, remove the former key.
 */
export class DeployKey extends pulumi.CustomResource {
  /** The new private key, once every host accepts it; a secret. */
  declare readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: DeployKeyArgs, opts?: pulumi.CustomResourceOptions) {
    const additionalSecretOutputs = ["privateKey", "formerPrivateKey"];
    super(
      "host:index:DeployKey",
      name,
      { ...args },
      pulumi.mergeOptions({ additionalSecretOutputs }, opts),
    );
  }
}

/** Part of a stack whose deletion also destroys data, a server or an address. */
export interface InventoryItem {
  /**
   * Properties whose change replaces the thing; empty: none. Of a volume the location: the provider keeps the recorded
   * one until a line of consent lets it go.
   */
  is: string;
  /** Size, which never decreases, GB. @default the thing has none */
  sizeGb?: number;
  /** What a deletion destroys, in words. */
  holds: string;
  /** Names of the thing in a line of consent, such as `db-5` or `volumes`; a refusal proposes the last one. */
  asks: string[];
  /** True if the resource is protected: then one `up` with the consent ends the protection, and the next one edits. */
  protected: boolean;
}

/** Arguments of {@link Inventory}. */
export interface InventoryArgs {
  /** All things by name; `db-5/volume` is deleted with `db-5` and needs no consent of its own. */
  things: Record<string, InventoryItem>;
  /** Changes that the stack file allows, such as `delete web-3`; not recorded. */
  allowed: string[];
  /**
   * Settings that are chosen when a stack is made, by name, without those at their default; no line of consent allows
   * their change. @default all are at their default
   */
  chosen?: Record<string, string>;
}

/**
 * Inventory of the parts of a stack that a change can destroy. The provider compares the inventory with the recorded
 * one and refuses, also in the preview, every loss that the stack file does not allow. The inventory does nothing
 * else.
 */
export class Inventory extends pulumi.CustomResource {
  /** The things as recorded, which differ from the arguments in the places of volumes. */
  declare readonly things: pulumi.Output<Record<string, InventoryItem>>;

  constructor(name: string, args: InventoryArgs, opts?: pulumi.CustomResourceOptions) {
    super("host:index:Inventory", name, { ...args }, opts);
  }
}
