import * as pulumi from "@pulumi/pulumi";
import type { Peer } from "../topology";
import { NodeCertificates } from "./node-certificates";

/** Arguments of {@link InnerTls}. */
export interface InnerTlsArgs {
  /** Web and app nodes; each gets a certificate. */
  nodes: readonly Peer[];
  /** True if load balancers and web nodes connect with TLS. */
  encrypts: boolean;
}

/** Parts of {@link InnerTls} that the tiers use. */
export type InnerTlsAccess = Pick<InnerTls, "encrypts" | "ca" | "secrets">;

/**
 * TLS between load balancers, web nodes and app nodes, by an authority of its own. Web and app nodes accept TLS and
 * clear text; `encrypts` decides which of the two the nodes in front of them use.
 */
export class InnerTls extends pulumi.ComponentResource {
  /** True if load balancers and web nodes connect with TLS. */
  readonly encrypts: boolean;
  /** Content of the secret file of a node that connects to web or app nodes, by key. */
  readonly ca: Record<string, pulumi.Output<string>>;
  private readonly certificates: NodeCertificates;

  constructor(name: string, args: InnerTlsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("webstack:index:InnerTls", name, {}, opts);
    const { nodes, encrypts } = args;
    this.certificates = new NodeCertificates(`${name}-certificates`, { nodes }, { parent: this });
    this.encrypts = encrypts;
    this.ca = { innerCa: pulumi.secret(this.certificates.caPem) };
    this.registerOutputs();
  }

  /** Contents of the secret files of a web or app node by key: its certificate with the key, and the authority's. */
  secrets(node: string): Record<string, pulumi.Output<string>> {
    const { certPem, keyPem } = this.certificates.byNode[node]!;
    const parts = pulumi.all([certPem, keyPem]);
    const pem = parts.apply((pems) => pems.map((part) => `${part.trim()}\n`).join(""));
    return { ...this.ca, innerCertificate: pulumi.secret(pem) };
  }
}
