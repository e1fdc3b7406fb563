import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";

/** An age key pair. https://github.com/C2SP/C2SP/blob/main/age.md#the-x25519-recipient-type */
export interface AgeKeys {
  /** Secret key for decryption, such as `AGE-SECRET-KEY-1…`. */
  identity: string;
  /** Public key for encryption, such as `age1…`. */
  recipient: string;
}

const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

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

/** https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki */
function bech32(name: string, bytes: Buffer): string {
  const words = fives(bytes);
  const expanded = [...Buffer.from(name)];
  const input = [...expanded.map((c) => c >> 5), 0, ...expanded.map((c) => c & 31), ...words];
  const sum = polymod([...input, 0, 0, 0, 0, 0, 0]) ^ 1;
  const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31);
  return `${name}1${[...words, ...check].map((word) => alphabet[word]).join("")}`;
}

function polymod(values: readonly number[]): number {
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  return values.reduce((sum, value) => {
    const top = sum >>> 25;
    const next = ((sum & 0x1ffffff) << 5) ^ value;
    return generator.reduce((all, part, i) => ((top >>> i) & 1 ? all ^ part : all), next);
  }, 1);
}

/** Converts bytes to numbers of five bits, the last one padded with zeros. */
function fives(bytes: Buffer): number[] {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => parseInt(five.padEnd(5, "0"), 2));
}
