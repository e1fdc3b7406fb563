import type { X509Certificate } from "node:crypto";

/** A database node as its peers know it. */
export interface PeerNode {
  /** Node name, such as `db-1`, which is a DNS name in the node's certificate. */
  name: string;
  /** Private IPv4 address, such as `10.0.4.11`. */
  privateIp: string;
}

/** Credentials for mutual TLS between database nodes, in PEM form. */
export interface PeerCredentials {
  /** Certificate of the stack's own authority. */
  ca: string;
  /** Certificate of this node. */
  cert: string;
  /** Private key of that certificate. */
  key: string;
}

/** TCP port on the private address where supervisors talk to each other. */
export const peerPort = 9201;

/** Lowest TLS version: both sides run this program. */
export const minVersion = "TLSv1.3";

/** True if `name` is among the DNS names of the certificate; its subject and wildcards do not count. */
export function hasDnsName(certificate: X509Certificate, name: string): boolean {
  return certificate.checkHost(name, { subject: "never", wildcards: false }) !== undefined;
}
