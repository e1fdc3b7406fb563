import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Bytes of a key of session tickets: name, AES-256 and HMAC. Source: HAProxy 3.2, `tls-ticket-keys`. */
const keyBytes = 80;
/** HAProxy needs three keys, and encrypts with the second. */
const keys = 3;

/** The initial TLS session ticket keys, equal on both load balancers. */
export class TicketKeys extends pulumi.ComponentResource {
  /** File for HAProxy, a key a line; a secret. */
  readonly file: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:TicketKeys", name, {}, opts);
    const made = Array.from(
      { length: keys },
      (_, i) => new random.RandomBytes(`${name}-${i + 1}`, { length: keyBytes }, { parent: this }),
    );
    this.file = pulumi.secret(
      pulumi
        .all(made.map(({ base64 }) => base64))
        .apply((lines) => lines.map((line) => `${line}\n`).join("")),
    );
    this.registerOutputs();
  }
}
