import * as hcloud from "@pulumi/hcloud";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { cloudLabels, cloudName, type Identity } from "../resources/naming";

/** Arguments of {@link AdminAccess}. */
export interface AdminAccessArgs {
  /** Names and labels of the stack. */
  identity: Identity;
  /** Login name on every node, such as `webstack`. */
  user: string;
  /** OpenSSH public keys of people, each in one line. */
  sshKeys: readonly string[];
}

/** Who may log in to the nodes: the stack itself with a key of its own, and the given people. */
export class AdminAccess extends pulumi.ComponentResource {
  /** Login name on every node. */
  readonly user: string;
  /** Public keys that every node accepts, the stack's own first. */
  readonly publicKeys: pulumi.Output<string[]>;
  /** Private half of the stack's own key in OpenSSH form; a secret. */
  readonly privateKey: pulumi.Output<string>;
  /** Id of the stack's own key in the cloud. */
  readonly sshKeyId: pulumi.Output<string>;

  constructor(name: string, args: AdminAccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:AdminAccess", name, {}, opts);
    const pair = new tls.PrivateKey(
      `${name}-deploy-key`,
      { algorithm: "ED25519" },
      { parent: this },
    );
    // The provider compares texts, and the API answers without the line's end.
    const publicKey = pair.publicKeyOpenssh.apply((line) => line.trim());
    const sshKey = new hcloud.SshKey(
      `${name}-deploy`,
      {
        name: cloudName(args.identity, "deploy"),
        publicKey,
        labels: cloudLabels(args.identity),
      },
      { parent: this },
    );

    this.user = args.user;
    this.publicKeys = publicKey.apply((own) => [own, ...args.sshKeys]);
    this.privateKey = pulumi.secret(pair.privateKeyOpenssh);
    this.sshKeyId = sshKey.id;
    this.registerOutputs({ user: this.user, publicKeys: this.publicKeys, sshKeyId: this.sshKeyId });
  }
}
