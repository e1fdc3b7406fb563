import { createHash, createPublicKey } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** A certificate of the stack file, PEM. */
export interface OwnCertificate {
  /** Certificate chain, leaf first. */
  certificate: string;
  /** Its private key; a secret. */
  privateKey: pulumi.Input<string>;
}

/** Certificate chain followed by its private key, as HAProxy reads it; a secret. */
export function pemOf({
  certificate,
  privateKey,
}: {
  certificate: pulumi.Input<string>;
  privateKey: pulumi.Input<string>;
}): pulumi.Output<string> {
  return pulumi.secret(
    pulumi
      .all([certificate, privateKey])
      .apply((parts) => parts.map((part) => `${part.trim()}\n`).join("")),
  );
}

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
