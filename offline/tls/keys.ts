import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";

/** A key pair in the forms of the tls plugin. */
export interface KeyForms {
  privateKeyPem: string;
  privateKeyOpenssh: string;
  privateKeyPemPkcs8: string;
  publicKeyPem: string;
  publicKeyOpenssh: string;
  publicKeyFingerprintMd5: string;
  publicKeyFingerprintSha256: string;
}

const curves: Record<string, string> = { P256: "prime256v1", P384: "secp384r1", P521: "secp521r1" };

function generate(algorithm: string, curve: string, rsaBits: number) {
  if (algorithm === "ED25519") return generateKeyPairSync("ed25519");
  if (algorithm === "RSA") return generateKeyPairSync("rsa", { modulusLength: rsaBits });
  if (algorithm === "ECDSA") {
    return generateKeyPairSync("ec", { namedCurve: curves[curve] ?? "secp224r1" });
  }
  throw new Error(`algorithm must be RSA, ECDSA or ED25519, got ${JSON.stringify(algorithm)}`);
}

/** A string or bytes with its length before it, as in SSH messages (RFC 4251, section 5). */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive number: no needless zeros before it, and one where it would look negative. */
function unsigned(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(Math.max(start, 0));
  return field(short[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short);
}

interface SshPublic {
  type: string;
  blob: Buffer;
}

/** Public key in SSH's form; P224 has none. */
function sshPublic(key: KeyObject): SshPublic | undefined {
  if (key.asymmetricKeyDetails?.namedCurve === "secp224r1") return undefined;
  const jwk = key.export({ format: "jwk" });
  const part = (name: "x" | "y" | "n" | "e") => Buffer.from(jwk[name]!, "base64url");
  if (jwk.kty === "OKP") {
    return { type: "ssh-ed25519", blob: Buffer.concat([field("ssh-ed25519"), field(part("x"))]) };
  }
  if (jwk.kty === "RSA") {
    const blob = Buffer.concat([field("ssh-rsa"), unsigned(part("e")), unsigned(part("n"))]);
    return { type: "ssh-rsa", blob };
  }
  const curve = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" }[jwk.crv ?? ""];
  if (!curve) return undefined;
  const point = Buffer.concat([Buffer.from([4]), part("x"), part("y")]);
  const type = `ecdsa-sha2-${curve}`;
  return { type, blob: Buffer.concat([field(type), field(curve), field(point)]) };
}

/** The private parts of a key, as OpenSSH orders them (PROTOCOL.key, and sshkey.c for each type). */
function sshPrivateParts(type: string, key: KeyObject): Buffer[] {
  const jwk = key.export({ format: "jwk" });
  const part = (name: "d" | "x" | "y" | "n" | "e" | "p" | "q" | "qi") =>
    Buffer.from(jwk[name]!, "base64url");
  if (jwk.kty === "OKP") return [field(part("x")), field(Buffer.concat([part("d"), part("x")]))];
  if (jwk.kty === "RSA") {
    return (["n", "e", "d", "qi", "p", "q"] as const).map((name) => unsigned(part(name)));
  }
  const point = Buffer.concat([Buffer.from([4]), part("x"), part("y")]);
  return [field(type.replace("ecdsa-sha2-", "")), field(point), unsigned(part("d"))];
}

/** Private key in OpenSSH's own form, without a passphrase (PROTOCOL.key). */
function opensshPrivate({ type, blob: publicBlob }: SshPublic, key: KeyObject): string {
  const check = randomBytes(4);
  const body = Buffer.concat([check, check, field(type), ...sshPrivateParts(type, key), field("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (body.length % 8)) % 8 }, (_, i) => i + 1));
  const count = Buffer.from([0, 0, 0, 1]);
  const blob = Buffer.concat([
    ...[Buffer.from("openssh-key-v1\0"), field("none"), field("none"), field(""), count],
    ...[field(publicBlob), field(Buffer.concat([body, padding]))],
  ]);
  const lines = blob
    .toString("base64")
    .match(/.{1,70}/g)!
    .join("\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** Makes a key pair. */
export function keyPair(algorithm: string, curve: string, rsaBits: number): KeyForms {
  const { privateKey, publicKey } = generate(algorithm, curve, rsaBits);
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const legacy = { RSA: "pkcs1", ECDSA: "sec1" }[algorithm] as "pkcs1" | "sec1" | undefined;
  const pem = legacy ? (privateKey.export({ type: legacy, format: "pem" }) as string) : pkcs8;
  const ssh = sshPublic(publicKey);
  const md5 =
    ssh &&
    createHash("md5")
      .update(ssh.blob)
      .digest("hex")
      .replace(/..(?=.)/g, "$&:");
  const sha = ssh && createHash("sha256").update(ssh.blob).digest("base64").replace(/=+$/, "");
  return {
    privateKeyPem: pem,
    privateKeyOpenssh: ssh ? opensshPrivate(ssh, privateKey) : "",
    privateKeyPemPkcs8: pkcs8,
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }) as string,
    publicKeyOpenssh: ssh ? `${ssh.type} ${ssh.blob.toString("base64")}\n` : "",
    publicKeyFingerprintMd5: md5 ?? "",
    publicKeyFingerprintSha256: sha ? `SHA256:${sha}` : "",
  };
}
