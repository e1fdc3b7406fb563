import { createHash, createPublicKey } from "node:crypto";

/** The domains that an authority verifies by a DNS record, since HTTP-01 cannot (RFC 8555, 8.3 and 7.1.3). */
export function wildcardsOf(domains: readonly string[]): string[] {
  return domains.filter((name) => name.startsWith("*."));
}

/** TCP port of a certificate authority's API. */
export function apiPort(directory: string): number {
  return Number(new URL(directory).port || 443);
}

/** Thumbprint of an elliptic curve's public key by RFC 7638, 3, which sorts the members by name. */
export function thumbprint(publicKeyPem: string): string {
  const { crv, kty, x, y } = createPublicKey(publicKeyPem).export({ format: "jwk" });
  return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
}
