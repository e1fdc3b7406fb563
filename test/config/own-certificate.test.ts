import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ownCertificateProblems, ownCertificateWarning } from "../../config/own-certificate";
import { ownCertificate } from "../support/own-certificate";

const { validFrom, validTo } = new X509Certificate(ownCertificate.certificate);
const dayMs = 24 * 3_600_000;
const at = (text: string, days: number) => new Date(Date.parse(text) + days * dayMs);
const warningAt = (now: Date) => ownCertificateWarning(ownCertificate.certificate, now);
const end = at(validTo, 0).toISOString();
const key = "webstack:loadBalancers.tls.certificate";

describe("the warning of an own certificate", () => {
  it("begins 30 days before the end of a long life", () => {
    expect(warningAt(at(validTo, -31))).toBeUndefined();
    expect(warningAt(at(validTo, -29.5))).toBe(
      `${key} expires at ${end}, in 29 days; paste a new one, with its key`,
    );
  });

  it("says that the certificate has expired, or is not valid yet", () => {
    expect(warningAt(at(validTo, 1))).toBe(
      `${key} has expired at ${end}; paste a new one, with its key`,
    );
    expect(warningAt(at(validFrom, -1))).toBe(
      `${key} is not valid before ${at(validFrom, 0).toISOString()}; wait until then, or paste a new one, with its key`,
    );
  });
});

describe("the problems of an own certificate", () => {
  it("are none for names that the certificate is for, wildcards too, whatever the date", () => {
    const names = ["www.example.com", "shop.example.com", "*.example.com"];
    expect(ownCertificateProblems(ownCertificate, names, false)).toEqual([]);
    expect(ownCertificateProblems(ownCertificate, [], false)).toEqual([]);
  });

  it("are a further certificate of the chain that lost a line: HAProxy would refuse all", () => {
    const { certificate, privateKey } = ownCertificate;
    const damaged = certificate.split("\n").toSpliced(3, 1).join("\n");
    const names = ["www.example.com"];
    const problems = (chain: string) =>
      ownCertificateProblems({ certificate: chain, privateKey }, names, true);
    expect(problems(certificate + certificate)).toEqual([]);
    expect(problems(certificate + damaged)).toEqual([
      `${key} must be a chain of whole certificates, got a damaged one in place 2; paste the chain as the authority issued it`,
    ]);
  });

  it("are none for a seed that is for one of the names", () => {
    const names = ["www.example.com", "www.example.net"];
    expect(ownCertificateProblems(ownCertificate, names, true)).toEqual([]);
    expect(ownCertificateProblems(ownCertificate, ["www.example.net"], true)).toHaveLength(1);
    expect(ownCertificateProblems(ownCertificate, names, false)).toHaveLength(1);
  });
});
