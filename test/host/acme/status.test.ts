import { describe, expect, it } from "vitest";
import { nameStatus, attemptsOf } from "../../../host/acme/status";
import { certificateLines, certificatesShape } from "../../../rolling/edge";

const known = {
  notBeforeMs: Date.UTC(2027, 0, 1),
  notAfterMs: Date.UTC(2027, 0, 7),
  obtainedMs: 0,
  issuer: "CN=E7",
};

function line(...args: Parameters<typeof nameStatus>): string {
  const names = { "www.example.com": nameStatus(...args) };
  const certificates = certificatesShape.parse({ orders: args[1], names });
  return certificateLines(new Map([["lb-1", { certificates }]]))[0]!;
}

describe("the line about a name", () => {
  it("says what is waited for", () => {
    expect(line(undefined, true, { elsewhere: "DNS knows no address of www.example.com" })).toBe(
      "lb-1  www.example.com  no certificate yet; waits: DNS knows no address of www.example.com",
    );
    expect(line(undefined, false, {})).toBe(
      "lb-1  www.example.com  no certificate yet; waits: the load balancer with the address to get one",
    );
  });

  it("says until when there is a certificate, and the authority's last words", () => {
    expect(line(known, true, {})).toBe(
      "lb-1  www.example.com  certificate of CN=E7 until 2027-01-07T00:00:00.000Z, renewed after 2027-01-05T00:00:00.000Z",
    );
    const againMs = Date.UTC(2027, 0, 6);
    expect(
      line(known, true, { lastFailure: "the authority answered 503: busy", againMs }),
    ).toContain(
      "; last failure: the authority answered 503: busy; asked again after 2027-01-06T00:00:00.000Z",
    );
  });

  it("has what the last proof warned of", () => {
    expect(line(known, true, { warning: "ns.example does not answer" })).toContain(
      "; warning: ns.example does not answer",
    );
  });

  it("is none for a stack without an authority", () => {
    expect(
      certificateLines(
        new Map([
          ["lb-1", {}],
          ["lb-2", undefined],
        ]),
      ),
    ).toEqual([]);
  });
});

describe("what is remembered of the tries", () => {
  const failed = {
    count: 2,
    lastMs: Date.UTC(2027, 0, 6),
    said: "the authority answered 503: busy",
  };

  it("is the last failure and the wait after it, also after a restart", () => {
    expect(attemptsOf(failed, undefined)).toEqual({
      lastFailure: failed.said,
      againMs: failed.lastMs + 5 * 60_000,
    });
  });

  it("has no time for a name that leads elsewhere", () => {
    expect(attemptsOf(failed, "leads elsewhere")).toEqual({
      elsewhere: "leads elsewhere",
      lastFailure: failed.said,
    });
  });

  it("is nothing before the first try", () => {
    expect(attemptsOf(undefined, undefined)).toEqual({});
  });
});
