import { createPrivateKey } from "node:crypto";

/** The secret parts of a private key, which no public key or certificate contains. */
export interface KeyBlock {
  /** Base64 text of the block, line by line. */
  lines: string[];
  /** The decoded block. */
  der: Buffer;
  /** Secret numbers of the key. */
  numbers: Buffer[];
}

const block = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----([^-]+)-----END \1-----/g;
const anyBlock = /-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g;

/** True for a text of certificates and public keys alone, which are not secret. */
export function isPublicPem(text: string): boolean {
  const rest = text.replace(anyBlock, "").trim();
  return rest === "" && /-----BEGIN /.test(text) && !/PRIVATE KEY-----/.test(text);
}

/** The private keys in a text, in any of PEM's forms; an unreadable key has no numbers. */
export function keyBlocks(text: string): KeyBlock[] {
  return [...text.matchAll(block)].map(([whole, kind, body]) => {
    const lines = body!.split(/\r?\n/).filter((line) => line !== "" && !line.includes(":"));
    const der = Buffer.from(lines.join(""), "base64");
    return { lines, der, numbers: kind === "OPENSSH PRIVATE KEY" ? openssh(der) : numbers(whole) };
  });
}

function numbers(pem: string): Buffer[] {
  try {
    const jwk = createPrivateKey(pem).export({ format: "jwk" });
    const found = [jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi];
    return found.flatMap((one) => (one === undefined ? [] : [Buffer.from(one, "base64url")]));
  } catch {
    return [];
  }
}

/** https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key, without a passphrase. */
function openssh(der: Buffer): Buffer[] {
  let at = "openssh-key-v1\0".length;
  const field = (from: Buffer): Buffer => {
    const length = from.readUInt32BE(at);
    at += 4 + length;
    return from.subarray(at - length, at);
  };
  try {
    const skip = (count: number, from: Buffer) => {
      for (let i = 0; i < count; i += 1) field(from);
    };
    // Cipher, key derivation, its options; the number of keys; the public key.
    skip(3, der);
    at += 4;
    skip(1, der);
    const own = field(der);
    at = 8;
    const kind = field(own).toString();
    if (kind === "ssh-ed25519") {
      skip(1, own);
      return [field(own).subarray(0, 32)];
    }
    // RSA: modulus and exponent; ECDSA: curve and point.
    skip(2, own);
    return kind === "ssh-rsa" ? [field(own), field(own), field(own), field(own)] : [field(own)];
  } catch {
    return [];
  }
}
