import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { NodeCertificates } from "../../components/node-certificates";
import { secretMark } from "../support/computed-state";
import { clearTexts, named, record, secretValue, valueOf } from "../support/record";

const nodes = [
  { name: "db-1", privateIp: "10.0.4.11" },
  { name: "db-2", privateIp: "10.0.4.12" },
];

async function build() {
  let certificates!: NodeCertificates;
  const children = await record(() => {
    certificates = new NodeCertificates("db-tls", { nodes });
  });
  return { certificates, children };
}

describe("NodeCertificates", () => {
  it("creates one authority and a signed certificate for each node", async () => {
    const { children } = await build();
    expect(children.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)).toEqual([
      "NodeCertificates db-tls",
      "SelfSignedCert db-tls-ca",
      "PrivateKey db-tls-ca-key",
      "LocallySignedCert db-tls-db-1-cert",
      "PrivateKey db-tls-db-1-key",
      "CertRequest db-tls-db-1-request",
      "LocallySignedCert db-tls-db-2-cert",
      "PrivateKey db-tls-db-2-key",
      "CertRequest db-tls-db-2-request",
    ]);
    expect(new Set(children.slice(1).map(({ parent }) => parent))).toEqual(new Set(["db-tls"]));
  });

  it("writes each node's address and name into its certificate", async () => {
    const { children } = await build();
    const request = named(children, "db-tls-db-2-request");
    expect(request.inputs).toMatchObject({
      subject: { commonName: "db-2" },
      dnsNames: ["db-2"],
      ipAddresses: ["10.0.4.12"],
    });
    expect(secretValue(request.inputs.privateKeyPem)).toBe(`${secretMark} pem db-tls-db-2-key\n`);
  });

  it("signs with the authority, for servers and clients", async () => {
    const { children } = await build();
    const cert = named(children, "db-tls-db-1-cert");
    expect(cert.inputs).toMatchObject({
      certRequestPem: "request db-tls-db-1-request\n",
      caCertPem: "certificate db-tls-ca\n",
      allowedUses: ["digital_signature", "key_encipherment", "server_auth", "client_auth"],
      validityPeriodHours: 87_600,
    });
    expect(secretValue(cert.inputs.caPrivateKeyPem)).toBe(`${secretMark} pem db-tls-ca-key\n`);
  });

  it("lets nobody but itself sign", async () => {
    const { children } = await build();
    const ca = named(children, "db-tls-ca");
    expect(ca.inputs).toMatchObject({
      isCaCertificate: true,
      allowedUses: ["cert_signing", "crl_signing"],
    });
    expect(children.filter(({ inputs }) => inputs.isCaCertificate)).toEqual([ca]);
  });

  it("offers certificates in clear and keys as secrets", async () => {
    const { certificates, children } = await build();
    expect(await valueOf(certificates.caPem)).toBe("certificate db-tls-ca\n");
    const { certPem, keyPem } = certificates.byNode["db-2"]!;
    expect(await valueOf(certPem)).toBe("certificate db-tls-db-2-cert\n");
    expect(await pulumi.isSecret(keyPem)).toBe(true);
    expect(children.flatMap(({ inputs }) => clearTexts(inputs)).join()).not.toContain(secretMark);
  });
});
