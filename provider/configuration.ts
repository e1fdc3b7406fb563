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
}

/** The state of a running server, applied in place over SSH by the provider `host`. */
export class Configuration extends pulumi.CustomResource {
  /** SSH host key, pinned at the first connection: type and Base64 data. */
  declare readonly hostKey: pulumi.Output<string>;

  constructor(name: string, args: ConfigurationArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "host:index:Configuration",
      name,
      { ...args, hostKey: undefined },
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
