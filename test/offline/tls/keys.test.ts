import { createPrivateKey, createPublicKey } from "node:crypto";
import { utils } from "ssh2";
import { describe, expect, it } from "vitest";
import { keyPair } from "../../../offline/tls/keys";

const kinds = [
  ["ED25519", "P224", "-----BEGIN PRIVATE KEY-----", "ssh-ed25519"],
  ["RSA", "P224", "-----BEGIN RSA PRIVATE KEY-----", "ssh-rsa"],
  ["ECDSA", "P256", "-----BEGIN EC PRIVATE KEY-----", "ecdsa-sha2-nistp256"],
  ["ECDSA", "P384", "-----BEGIN EC PRIVATE KEY-----", "ecdsa-sha2-nistp384"],
  ["ECDSA", "P521", "-----BEGIN EC PRIVATE KEY-----", "ecdsa-sha2-nistp521"],
] as const;

describe.each(kinds)("a key of %s %s", (algorithm, curve, head, sshType) => {
  const forms = keyPair(algorithm, curve, 2048);

  it("has one public half in all forms", () => {
    const open = (pem: string) =>
      createPublicKey(createPrivateKey(pem)).export({ type: "spki", format: "pem" });
    expect(forms.privateKeyPem.startsWith(head)).toBe(true);
    expect(open(forms.privateKeyPem)).toBe(forms.publicKeyPem);
    expect(open(forms.privateKeyPemPkcs8)).toBe(forms.publicKeyPem);
  });

  it("is read by an SSH client", () => {
    const parsed = utils.parseKey(forms.privateKeyOpenssh);
    if (parsed instanceof Error) throw parsed;
    expect(parsed.type).toBe(sshType);
    const blob = parsed.getPublicSSH().toString("base64");
    expect(forms.publicKeyOpenssh).toBe(`${sshType} ${blob}\n`);
  });

  it("has both fingerprints", () => {
    expect(forms.publicKeyFingerprintMd5).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    expect(forms.publicKeyFingerprintSha256).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});

it("a key of P224 has no SSH forms", () => {
  const forms = keyPair("ECDSA", "P224", 2048);
  expect([forms.privateKeyOpenssh, forms.publicKeyOpenssh]).toEqual(["", ""]);
});
