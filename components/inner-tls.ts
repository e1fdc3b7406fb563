import * as pulumi from "@pulumi/pulumi";
import type { NodeCertificates } from "./node-certificates";

/** TLS between load balancers, web nodes and app nodes. */
export interface InnerTls {
  /** Authority with a certificate for each web and app node. */
  certificates: Pick<NodeCertificates, "caPem" | "byNode">;
  /** True if load balancers and web nodes connect with TLS. Web and app nodes accept TLS and clear text in any case. */
  encrypts: boolean;
}

/** Content of the secret file of a node that connects to web or app nodes, by key. */
export function innerCa({ certificates }: InnerTls): Record<string, pulumi.Output<string>> {
  return { innerCa: pulumi.secret(certificates.caPem) };
}

/** Contents of the secret files of a web or app node by key: its certificate with the key, and the authority's. */
export function innerSecrets(inner: InnerTls, node: string): Record<string, pulumi.Output<string>> {
  const { certPem, keyPem } = inner.certificates.byNode[node]!;
  const parts = pulumi.all([certPem, keyPem]);
  const pem = parts.apply((pems) => pems.map((part) => `${part.trim()}\n`).join(""));
  return { ...innerCa(inner), innerCertificate: pulumi.secret(pem) };
}
