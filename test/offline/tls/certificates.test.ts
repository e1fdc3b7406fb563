import { X509Certificate, createPrivateKey } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { locallySigned, request, selfSigned } from "../../../offline/tls/certificates";
import { keyPair } from "../../../offline/tls/keys";
import { isReadyForRenewal } from "../../../offline/tls/renewal";

const caKey = keyPair("ECDSA", "P256", 0).privateKeyPem;

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
