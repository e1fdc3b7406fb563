import "reflect-metadata";
import { X509Certificate, createPrivateKey, createPublicKey, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
import { locallySigned, request, selfSigned } from "../../../offline/tls/certificates";
import { keyPair } from "../../../offline/tls/keys";
import { isReadyForRenewal } from "../../../offline/tls/renewal";

const caKey = keyPair("ECDSA", "P256", 0).privateKeyPem;
const curve = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** {@link caKey} as the library for certificates takes it. */
function createKeys() {
  const [pkcs8, spki] = [
    createPrivateKey(caKey).export({ type: "pkcs8", format: "der" }),
    createPublicKey(caKey).export({ type: "spki", format: "der" }),
  ];
  const { subtle } = webcrypto;
  return {
    privateKey: subtle.importKey("pkcs8", pkcs8, curve, true, ["sign"]),
    publicKey: subtle.importKey("spki", spki, curve, true, ["verify"]),
  };
}

describe.each([
  ["ECDSA", "P256"],
  ["ECDSA", "P384"],
  ["RSA", ""],
  ["ED25519", ""],
])("a certificate of %s %s that an authority signs", (algorithm, curve) => {
  const key = keyPair(algorithm, curve, 2048).privateKeyPem;
  let ca: X509Certificate;
  let leaf: X509Certificate;
  beforeAll(async () => {
    const authority = await selfSigned({
      privateKeyPem: caKey,
      subject: { commonName: "authority" },
      isCaCertificate: true,
      allowedUses: ["cert_signing", "crl_signing"],
      validityPeriodHours: 24,
    });
    const certRequestPem = await request({
      privateKeyPem: key,
      subject: { commonName: "db-1", organization: "Webstack" },
      dnsNames: ["db-1"],
      ipAddresses: ["10.0.4.11"],
    });
    const made = await locallySigned({
      certRequestPem,
      caPrivateKeyPem: caKey,
      caCertPem: authority.certPem,
      allowedUses: ["digital_signature", "server_auth"],
      validityPeriodHours: 2,
    });
    ca = new X509Certificate(authority.certPem);
    leaf = new X509Certificate(made.certPem);
  });

  it("verifies, and belongs to its key", () => {
    expect(leaf.checkIssued(ca)).toBe(true);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect([ca.ca, leaf.ca]).toEqual([true, false]);
  });

  it("names whom it is for, and for how long", () => {
    expect(leaf.subject).toBe("O=Webstack\nCN=db-1");
    expect(leaf.subjectAltName).toBe("DNS:db-1, IP Address:10.0.4.11");
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(leaf.validToDate.getTime() - leaf.validFromDate.getTime()).toBe(2 * 3_600_000);
  });
});

describe("a certificate of an authority that the official plugin made", () => {
  // Its id of an ED25519 key is not RFC 5280's: `generateSubjectKeyID` in terraform-provider-tls.
  const keyId = "00112233445566778899aabbccddeeff00112233";
  const parts = {
    allowedUses: ["digital_signature"],
    validityPeriodHours: 2,
    subject: { commonName: "db-1" },
  };
  const authority = async (withKeyId: boolean) => {
    const { privateKey, publicKey } = createKeys();
    const extensions = [
      new x509.BasicConstraintsExtension(true, undefined, true),
      ...(withKeyId ? [new x509.SubjectKeyIdentifierExtension(keyId)] : []),
    ];
    const keys = { privateKey: await privateKey, publicKey: await publicKey };
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      name: "CN=authority",
      keys: keys as never,
      signingAlgorithm: curve as never,
      extensions,
    });
    return made.toString("pem");
  };

  it.each([true, false])(
    "names the authority by its own key id, if it has one: %s",
    async (has) => {
      const caCertPem = await authority(has);
      const certRequestPem = await request({ ...parts, privateKeyPem: caKey });
      const made = await locallySigned({
        ...parts,
        certRequestPem,
        caPrivateKeyPem: caKey,
        caCertPem,
      });
      const leaf = new X509Certificate(made.certPem);
      expect(leaf.checkIssued(new X509Certificate(caCertPem))).toBe(true);
      const named = new x509.X509Certificate(made.certPem).getExtension(
        x509.AuthorityKeyIdentifierExtension,
      );
      expect(named?.keyId).toBe(has ? keyId : undefined);
    },
  );

  it("is dated as Go writes it: in whole seconds", async () => {
    const made = await selfSigned({ ...parts, privateKeyPem: caKey });
    for (const time of [made.validityStartTime, made.validityEndTime]) {
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
  });
});

describe("the renewal of a certificate", () => {
  const state = { validityEndTime: "2030-01-02T00:00:00Z" };
  const at = (text: string) => new Date(text);

  it("comes with its end", () => {
    expect(isReadyForRenewal(state, {}, at("2030-01-01T23:59:59Z"))).toBe(false);
    expect(isReadyForRenewal(state, {}, at("2030-01-02T00:00:00Z"))).toBe(true);
  });

  it("comes earlier by as many hours as are asked for", () => {
    const early = { earlyRenewalHours: 24 };
    expect(isReadyForRenewal(state, early, at("2029-12-31T23:59:59Z"))).toBe(false);
    expect(isReadyForRenewal(state, early, at("2030-01-01T00:00:00Z"))).toBe(true);
  });
});
