import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import {
  apiPort,
  thumbprint,
  wildcardsOf,
  type OwnCertificate,
  pemOf,
} from "../resources/certificates";
import type { AcmeCalls, AcmeSettings } from "../services/acme/service";
import type { Peer } from "../topology";
import { NodeCertificates } from "./node-certificates";

/** Arguments of {@link AcmeAccount}. */
export interface AcmeAccountArgs {
  /** Load balancers, which order certificates and serve them to each other. */
  loadBalancers: readonly Peer[];
  /** Host names that get a certificate each. */
  domains: readonly string[];
  /** The authority. */
  authority: { directory: string; email?: string; caPem?: string };
  /** A certificate that is served for its names until the authority has issued. @default a placeholder is */
  seed?: OwnCertificate | undefined;
}

/**
 * The stack's account at a certificate authority. The account's key is in Pulumi's state, so it survives the loss
 * of both load balancers. The certificates are on the load balancers, and are ordered again if both are lost.
 */
export class AcmeAccount extends pulumi.ComponentResource {
  /** Settings of the load balancers' ACME client. */
  readonly settings: pulumi.Output<AcmeSettings>;
  private readonly key: tls.PrivateKey;
  private readonly channel: NodeCertificates;

  constructor(
    name: string,
    private readonly args: AcmeAccountArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("webstack:index:AcmeAccount", name, {}, opts);
    const { domains, authority, loadBalancers: nodes } = args;
    this.key = new tls.PrivateKey(
      `${name}-key`,
      { algorithm: "ECDSA", ecdsaCurve: "P256" },
      { parent: this },
    );
    this.channel = new NodeCertificates(`${name}-tls`, { nodes }, { parent: this });
    this.settings = this.key.publicKeyPem.apply((pem) => ({
      domains,
      ...authority,
      thumbprint: thumbprint(pem),
    }));
    this.registerOutputs();
  }

  /** TCP port of the authority's API. */
  get apiPort(): number {
    return apiPort(this.args.authority.directory);
  }

  /** Domains that the authority verifies by a DNS record. */
  get wildcards(): string[] {
    return wildcardsOf(this.args.domains);
  }

  /** What the load balancers' ACME client calls. */
  get calls(): AcmeCalls {
    return {
      apiPort: this.apiPort,
      provesByDns: this.wildcards.length > 0,
      ...(this.args.seed ? { isSeeded: true } : {}),
    };
  }

  /** Contents of the secret files of a load balancer by key. */
  secrets(node: string): Record<string, pulumi.Output<string>> {
    const { certPem, keyPem } = this.channel.byNode[node]!;
    return {
      acmeAccountKey: pulumi.secret(this.key.privateKeyPem),
      acmeCa: this.channel.caPem,
      acmeCertificate: certPem,
      acmeKey: keyPem,
      ...(this.args.seed ? { acmeSeed: pemOf(this.args.seed) } : {}),
    };
  }
}
