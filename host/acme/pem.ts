import { createPrivateKey, X509Certificate } from "node:crypto";
import type { CertificateDates } from "./plan";

/** A certificate chain with its key, as HAProxy reads it, and its metadata. */
export interface Certificate extends Omit<CertificateDates, "obtainedMs"> {
  /** Chain and key in PEM form, without empty lines. */
  pem: string;
  /** SHA-1 of the certificate in capital hex digits, as HAProxy prints it. */
  fingerprint: string;
  /** Distinguished name of the issuer, for operators. */
  issuer: string;
}

/**
 * Parses a chain with its key.
 *
 * @throws Error if it is not for the name, or the key is not the certificate's.
 */
export function certificateOf(name: string, text: string): Certificate {
  const pem = `${text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .join("\n")}\n`;
  const leaf = new X509Certificate(pem);
  if (!leaf.checkHost(name)) throw new Error(`the certificate is not for ${name}`);
  if (!leaf.checkPrivateKey(createPrivateKey(pem))) {
    throw new Error(`the key does not belong to the certificate of ${name}`);
  }
  return {
    pem,
    notBeforeMs: Date.parse(leaf.validFrom),
    notAfterMs: Date.parse(leaf.validTo),
    fingerprint: leaf.fingerprint.replaceAll(":", ""),
    issuer: leaf.issuer.replaceAll("\n", ", "),
  };
}
