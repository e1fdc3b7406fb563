import { describe, expect, it } from "vitest";
import { ownCertificateFindings } from "../../doctor/own-certificate";
import { ownCertificate } from "../support/own-certificate";

const found = (now: string) => ownCertificateFindings(ownCertificate.certificate, new Date(now));

describe("the finding about a certificate of the stack file", () => {
  it("is a warning with a remedy once the certificate should be renewed", () => {
    expect(found("2119-12-01")).toMatchObject([{ level: "ok" }]);
    expect(found("2119-12-03")).toEqual([
      {
        check: "certificate",
        level: "warning",
        text: "webstack:loadBalancers.tls.certificate expires at 2120-01-01T00:00:00.000Z, in 29 days",
        fix: "paste a new one, with its key",
      },
    ]);
    expect(found("2120-02-01")).toMatchObject([{ level: "warning" }]);
  });

  it("is none without such a certificate", () => {
    expect(ownCertificateFindings(undefined, new Date())).toEqual([]);
  });
});
