import * as pulumi from "@pulumi/pulumi";

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
