import type { X509Certificate } from "node:crypto";

/** A database node as its peers know it. */
export interface PeerNode {
  /** Node name, such as `db-1`; its certificate has it as a DNS name. */
  name: string;
  /** Private IPv4 address, such as `10.0.4.11`. */
  privateIp: string;
}

/** What a node proves itself with, and knows its peers by; all in PEM form. */
export interface PeerCredentials {
  /** Certificate of the stack's own authority. */
  ca: string;
  /** Certificate of this node. */
  cert: string;
  /** Private key of it. */
  key: string;
}

/** Port on the private address where supervisors talk to each other. */
export const peerPort = 9201;

/** Both sides are this program. */
export const minVersion = "TLSv1.3";

/** True if the certificate has `name` among its DNS names; its subject and wildcards do not count. */
export function isOf(certificate: X509Certificate, name: string): boolean {
  return certificate.checkHost(name, { subject: "never", wildcards: false }) !== undefined;
}
