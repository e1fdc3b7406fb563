import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { AcmeAccount } from "../../components/acme-account";
import { ownCertificate } from "../support/own-certificate";
import { record, valueOf } from "../support/record";
import { plan } from "../support/tier-args";

describe("AcmeAccount", () => {
  it("has the wildcards among the domains proved by DNS", async () => {
    const domains = ["www.example.com", "*.example.com"];
    const authority = { directory: "https://acme.example:14000/dir" };
    let acme!: AcmeAccount;
    await record(() => {
      acme = new AcmeAccount("acme", { loadBalancers: plan.lb, domains, authority });
    });
    expect(acme.wildcards).toEqual(["*.example.com"]);
    expect(acme.calls).toEqual({ apiPort: 14_000, provesByDns: true });
  });

  it("brings the stack file's certificate to the load balancers as a secret", async () => {
    const authority = { directory: "https://acme.example/dir" };
    const account = { loadBalancers: plan.lb, domains: ["www.example.com"], authority };
    let acme!: AcmeAccount;
    await record(() => {
      acme = new AcmeAccount("acme", { ...account, seed: ownCertificate });
    });
    const { acmeSeed } = acme.secrets("lb-1");
    const { certificate, privateKey } = ownCertificate;
    expect(await pulumi.isSecret(acmeSeed!)).toBe(true);
    expect(await valueOf(acmeSeed!)).toBe(`${certificate.trim()}\n${privateKey.trim()}\n`);
    expect(acme.calls.isSeeded).toBe(true);
  });
});
