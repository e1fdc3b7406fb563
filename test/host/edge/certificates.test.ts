import { describe, expect, it } from "vitest";
import { ownCertificateStatus } from "../../../host/edge/certificates";
import { certificateProblems } from "../../../rolling/certificates";
import { certificateLines, certificatesShape } from "../../../rolling/edge";
import { ownCertificate } from "../../support/own-certificate";

const path = "/etc/haproxy/certs/edge.pem";
const file = `${ownCertificate.certificate}${ownCertificate.privateKey}`;
const settings = (names: string[]) => JSON.stringify({ certificate: path, names });
const read = (asked: string) => (asked === path ? file : undefined);

describe("the report on a certificate of the stack file", () => {
  it("has a line for each name, and problems as it nears its end", () => {
    const found = ownCertificateStatus(settings(["www.example.com"]), read);
    const states = new Map([["lb-1", { certificates: certificatesShape.parse(found) }]]);
    expect(certificateLines(states)).toEqual([
      "lb-1  www.example.com  certificate of CN=www.example.com until 2120-01-01T00:00:00.000Z, to be replaced by an operator after 2119-12-02T00:00:00.000Z",
    ]);
    expect(certificateProblems(states, Date.UTC(2119, 11, 2))).toEqual([]);
    expect(certificateProblems(states, Date.UTC(2119, 11, 4))).toHaveLength(1);
    expect(certificateProblems(states, Date.UTC(2120, 0, 1))).toEqual([
      "lb-1  www.example.com  THE CERTIFICATE ENDED at 2120-01-01T00:00:00.000Z",
    ]);
  });

  it("is about every name of a stack without names", () => {
    expect(Object.keys(ownCertificateStatus(settings([]), read)!.names)).toEqual(["every name"]);
  });

  it("is none without such a certificate, nor before its file is there", () => {
    expect(ownCertificateStatus(undefined, read)).toBeUndefined();
    expect(ownCertificateStatus(settings([]), () => undefined)).toBeUndefined();
  });
});
