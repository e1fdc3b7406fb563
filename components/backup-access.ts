import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/** Key pair of the database nodes for the SFTP server of their backups. */
export class BackupAccess extends pulumi.ComponentResource {
  /** Private key in OpenSSH form; a secret. */
  readonly privateKey: pulumi.Output<string>;
  /** Public key in one line, for `.ssh/authorized_keys` of the server. */
  readonly publicKey: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:BackupAccess", name, {}, opts);
    const key = new tls.PrivateKey(`${name}-key`, { algorithm: "ED25519" }, { parent: this });
    this.privateKey = pulumi.secret(key.privateKeyOpenssh);
    this.publicKey = key.publicKeyOpenssh.apply((line) => line.trim());
    this.registerOutputs({ publicKey: this.publicKey });
  }
}
