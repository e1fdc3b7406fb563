import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { bech32 } from "../../config/age-keys";

/** An age key pair. https://github.com/C2SP/C2SP/blob/main/age.md#the-x25519-recipient-type */
export interface AgeKeys {
  /** Secret key for decryption, such as `AGE-SECRET-KEY-1…`. */
  identity: string;
  /** Public key for encryption, such as `age1…`. */
  recipient: string;
}

/** Makes a key pair. */
export function makeAgeKeys(): AgeKeys {
  const { privateKey } = generateKeyPairSync("x25519");
  const { d = "" } = privateKey.export({ format: "jwk" });
  return ageKeysOf(Buffer.from(d, "base64url"));
}

/** Derives the key pair from 32 secret bytes. */
export function ageKeysOf(secret: Buffer): AgeKeys {
  const prefix = Buffer.from("302e020100300506032b656e04220420", "hex");
  const key = createPrivateKey({
    key: Buffer.concat([prefix, secret]),
    format: "der",
    type: "pkcs8",
  });
  const { x = "" } = createPublicKey(key).export({ format: "jwk" });
  return {
    identity: bech32("age-secret-key-", secret).toUpperCase(),
    recipient: bech32("age", Buffer.from(x, "base64url")),
  };
}
