import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { Peer } from "../topology";

/** Ten years: a stack's private authority is replaced on purpose, not by expiry. */
const validityPeriodHours = 87_600;

/** Arguments of {@link NodeCertificates}. */
export interface NodeCertificatesArgs {
  /** Nodes that get a certificate each, for their name and their private address. */
  nodes: readonly Peer[];
}

/** A node's certificate with its key. */
export interface NodeCertificate {
  /** Certificate in PEM form. */
  certPem: pulumi.Output<string>;
  /** Its private key in PEM form; a secret. */
  keyPem: pulumi.Output<string>;
}

/** A private certificate authority, and a certificate for each given node. */
export class NodeCertificates extends pulumi.ComponentResource {
  /** CA certificate in PEM form, which clients trust. */
  readonly caPem: pulumi.Output<string>;
  /** Certificates by node name. */
  readonly byNode: Readonly<Record<string, NodeCertificate>>;

  constructor(name: string, args: NodeCertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:NodeCertificates", name, {}, opts);
    const caKey = privateKey(this, `${name}-ca-key`);
    const ca = new tls.SelfSignedCert(
      `${name}-ca`,
      {
        privateKeyPem: caKey.privateKeyPem,
        subject: { commonName: `${name} authority` },
        isCaCertificate: true,
        allowedUses: ["cert_signing", "crl_signing"],
        validityPeriodHours,
      },
      { parent: this },
    );
    this.caPem = ca.certPem;
    this.byNode = Object.fromEntries(
      args.nodes.map((node) => [
        node.name,
        nodeCertificate(this, `${name}-${node.name}`, node, { caKey, ca }),
      ]),
    );
    this.registerOutputs({ caPem: this.caPem });
  }
}

function nodeCertificate(
  parent: pulumi.Resource,
  name: string,
  node: Peer,
  { caKey, ca }: { caKey: tls.PrivateKey; ca: tls.SelfSignedCert },
): NodeCertificate {
  const key = privateKey(parent, `${name}-key`);
  const request = new tls.CertRequest(
    `${name}-request`,
    {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName: node.name },
      dnsNames: [node.name],
      ipAddresses: [node.privateIp],
    },
    { parent },
  );
  const cert = new tls.LocallySignedCert(
    `${name}-cert`,
    {
      certRequestPem: request.certRequestPem,
      caPrivateKeyPem: caKey.privateKeyPem,
      caCertPem: ca.certPem,
      // The nodes are servers for clients, and both client and server for each other.
      allowedUses: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
      validityPeriodHours,
    },
    { parent },
  );
  return { certPem: cert.certPem, keyPem: pulumi.secret(key.privateKeyPem) };
}

function privateKey(parent: pulumi.Resource, name: string): tls.PrivateKey {
  return new tls.PrivateKey(name, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { parent });
}
