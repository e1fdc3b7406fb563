import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { type OwnCertificate, pemOf } from "../resources/certificates";

/** Ten years, so that an expired placeholder never causes an outage. */
const validityPeriodHours = 87_600;

/** Arguments of {@link EdgeCertificate}. */
export interface EdgeCertificateArgs {
  /** Host name of the stack, such as `www.example.com`. @default the address alone is certified. */
  domain?: string;
  /** Floating IPv4 address of the stack. */
  address: pulumi.Input<string>;
  /** Certificate chain and key in PEM form. @default a self-signed placeholder is made. */
  own?: OwnCertificate;
}

/** The TLS certificate of the load balancers for visitors. */
export class EdgeCertificate extends pulumi.ComponentResource {
  /** Certificate chain followed by its private key, as HAProxy reads it; a secret. */
  readonly pem: pulumi.Output<string>;

  constructor(name: string, args: EdgeCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:EdgeCertificate", name, {}, opts);
    this.pem = pemOf(args.own ?? placeholder(this, name, args));
    this.registerOutputs();
  }
}

function placeholder(parent: pulumi.Resource, name: string, args: EdgeCertificateArgs) {
  const key = new tls.PrivateKey(
    `${name}-key`,
    { algorithm: "ECDSA", ecdsaCurve: "P256" },
    { parent },
  );
  const cert = new tls.SelfSignedCert(
    `${name}-placeholder`,
    {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName: args.domain ?? args.address },
      dnsNames: args.domain ? [args.domain] : [],
      ipAddresses: [args.address],
      allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
      validityPeriodHours,
    },
    { parent },
  );
  return { certificate: cert.certPem, privateKey: key.privateKeyPem };
}
