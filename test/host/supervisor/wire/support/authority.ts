import type { PeerCredentials, PeerNode } from "../../../../../host/supervisor/wire/peer-tls";
import { locallySigned, request, selfSigned } from "../../../../../offline/tls/certificates";
import { keyPair } from "../../../../../offline/tls/keys";

/** Uses of a node's certificate, as `components/node-certificates.ts` asks for them. */
const nodeUses = ["digital_signature", "key_encipherment", "server_auth", "client_auth"];

/** Gives out certificates, as a stack's own authority does. */
export interface Authority {
  /** Credentials with a certificate of that DNS name. */
  credentials: (name: string) => Promise<PeerCredentials>;
}

/** Makes an authority. */
export async function authority(): Promise<Authority> {
  const privateKeyPem = keyPair("ECDSA", "P256", 0).privateKeyPem;
  const { certPem: ca } = await selfSigned({
    ...{ privateKeyPem, subject: { commonName: "test authority" }, isCaCertificate: true },
    ...{ allowedUses: ["cert_signing", "crl_signing"], validityPeriodHours: 1 },
  });
  const credentials = async (name: string): Promise<PeerCredentials> => {
    const key = keyPair("ECDSA", "P256", 0).privateKeyPem;
    const wish = { privateKeyPem: key, subject: { commonName: name }, dnsNames: [name] };
    const made = await locallySigned({
      ...{ certRequestPem: await request(wish), caPrivateKeyPem: privateKeyPem, caCertPem: ca },
      ...{ allowedUses: nodeUses, validityPeriodHours: 1 },
    });
    return { ca, cert: made.certPem, key };
  };
  return { credentials };
}

/** The database nodes, each on an address of this machine's own. */
export const nodes: readonly PeerNode[] = [1, 2, 3].map((number) => ({
  name: `db-${number}`,
  privateIp: `127.0.0.1${number}`,
}));
