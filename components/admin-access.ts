import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { createHmac } from "node:crypto";
import { DeployKey, type KeyedHost } from "../provider/resources";
import { cloudLabels, cloudName, type Identity, numbered } from "../resources/naming";
import { randomPassword } from "../resources/random-password";

/** Arguments of {@link AdminAccess}. */
export interface AdminAccessArgs {
  /** Names and labels of the stack. */
  identity: Identity;
  /** Login name on every node, such as `webstack`. */
  user: string;
  /** OpenSSH public keys of people, each in one line. */
  sshKeys: readonly string[];
  /** Version of the stack's own key, from 1. From 2 on the previous key is kept, to log in for the change of keys. */
  deployKeyVersion: number;
}

/** Who may log in to the nodes: the stack itself with a key of its own, and the given people. */
export class AdminAccess extends pulumi.ComponentResource {
  /** Login name on every node. */
  readonly user: string;
  /** Public keys that every node accepts, the stack's own first. */
  readonly publicKeys: pulumi.Output<string[]>;
  /** Private key of the stack in OpenSSH form; a secret. A node may not accept it yet. */
  readonly privateKey: pulumi.Output<string>;
  /** The stack's previous private key, which a node may still accept; a secret. */
  readonly formerPrivateKey: pulumi.Output<string> | undefined;
  /** Id of the stack's own key in the cloud. */
  readonly sshKeyId: pulumi.Output<string>;
  private readonly publicKey: pulumi.Output<string>;
  private readonly firstContact: pulumi.Output<string>;

  constructor(
    private readonly name: string,
    private readonly args: AdminAccessArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("webstack:index:AdminAccess", name, {}, opts);
    const version = args.deployKeyVersion;
    const pair = this.pair(version);
    this.publicKey = pair.publicKey;
    const sshKey = new hcloud.SshKey(
      numbered(`${name}-deploy`, version),
      {
        name: cloudName(args.identity, numbered("deploy", version)),
        publicKey: pair.publicKey,
        labels: cloudLabels(args.identity),
      },
      { parent: this },
    );

    this.firstContact = randomPassword(`${name}-first-contact`, this);
    this.user = args.user;
    this.publicKeys = pair.publicKey.apply((own) => [own, ...args.sshKeys]);
    this.privateKey = pair.privateKey;
    this.formerPrivateKey = version > 1 ? this.pair(version - 1).privateKey : undefined;
    this.sshKeyId = sshKey.id;
    this.registerOutputs({ user: this.user, publicKeys: this.publicKeys, sshKeyId: this.sshKeyId });
  }

  /**
   * The private key, once all these hosts accept it; a secret. New hosts accept the first key from the start.
   *
   * @param after resources that must exist before a host is reached.
   */
  provenPrivateKey(
    hosts: readonly KeyedHost[],
    after: readonly pulumi.Resource[],
  ): pulumi.Output<string> {
    const { user, publicKey, privateKey, formerPrivateKey } = this;
    if (formerPrivateKey === undefined) return privateKey;
    const version = this.args.deployKeyVersion;
    const { privateKey: proved } = new DeployKey(
      `${this.name}-deploy-key-change`,
      { user, version, publicKey, privateKey, formerPrivateKey, hosts },
      { parent: this, dependsOn: [...after] },
    );
    return pulumi.secret(proved);
  }

  /**
   * Key that a node's user data brings, and with which the node proves its SSH host key at the first contact; a
   * secret until then. Every node has one of its own, so that root of one node cannot pose as another.
   */
  firstContactKey(node: string): pulumi.Output<string> {
    return this.firstContact.apply((secret) =>
      createHmac("sha256", secret).update(node).digest("base64url"),
    );
  }

  private pair(version: number) {
    const key = new tls.PrivateKey(
      numbered(`${this.name}-deploy-key`, version),
      { algorithm: "ED25519" },
      { parent: this },
    );
    return {
      // The provider compares the text with the API's answer, which has no trailing newline.
      publicKey: key.publicKeyOpenssh.apply((line) => line.trim()),
      privateKey: pulumi.secret(key.privateKeyOpenssh),
    };
  }
}
