import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { EdgeCertificate, type EdgeCertificateArgs } from "../../components/edge-certificate";
import { secretMark } from "../support/computed-state";
import { record, valueOf } from "../support/record";

async function build(overrides: Partial<EdgeCertificateArgs> = {}) {
  let certificate!: EdgeCertificate;
  const children = await record(() => {
    certificate = new EdgeCertificate("edge", { address: "203.0.113.200", ...overrides });
  });
  return { certificate, children };
}

describe("EdgeCertificate", () => {
  it("makes a placeholder for the address", async () => {
    const { children } = await build();
    expect(children.map(({ name, parent }) => [name, parent])).toEqual([
      ["edge", undefined],
      ["edge-key", "edge"],
      ["edge-placeholder", "edge"],
    ]);
    expect(children[2]!.inputs).toMatchObject({
      subject: { commonName: "203.0.113.200" },
      dnsNames: [],
      ipAddresses: ["203.0.113.200"],
    });
  });

  it("makes a placeholder for the domain if there is one", async () => {
    const { children } = await build({ domain: "www.example.com" });
    expect(children[2]!.inputs).toMatchObject({
      subject: { commonName: "www.example.com" },
      dnsNames: ["www.example.com"],
      ipAddresses: ["203.0.113.200"],
    });
  });

  it("creates nothing if there is a certificate already", async () => {
    const own = { certificate: "chain\n\n", privateKey: pulumi.secret("key") };
    const { certificate, children } = await build({ own });
    expect(children.map(({ name }) => name)).toEqual(["edge"]);
    expect(await valueOf(certificate.pem)).toBe("chain\nkey\n");
  });

  it("hands over chain and key as one secret", async () => {
    const { certificate } = await build();
    expect(await pulumi.isSecret(certificate.pem)).toBe(true);
    expect(await valueOf(certificate.pem)).toBe(
      `certificate edge-placeholder\n${secretMark} pem edge-key\n`,
    );
  });
});
