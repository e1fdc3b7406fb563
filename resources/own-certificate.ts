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
