import { describe, expect, it } from "vitest";
import { httpsBind, httpsRules, type EdgeHttps } from "../../services/edge-haproxy/https";
import { edgeLosses } from "../../preview/losses";
import { planOf } from "../../preview/plan";
import { recordedPreview } from "./recorded";
import { step } from "./support";

const path = "/etc/haproxy/haproxy.cfg";

/** A configuration as the load balancers render it, without lines that do not matter here. */
function haproxy(https: Partial<EdgeHttps>, binds = ["bind *:80", "bind :::80 v6only"]): string {
  const all: EdgeHttps = { mode: "pem", domains: [], redirect: true, hsts: "on", ...https };
  const lines = [...binds, ...httpsBind(all), "", ...httpsRules(all)];
  return `frontend health\n  bind 127.0.0.1:80\n\nfrontend public\n  ${lines.join("\n  ")}\n\nbackend web\n`;
}

function lost(before: string, after: string, more: Parameters<typeof planOf>[0] = []) {
  const edge = step("update", "lb-1-configuration", "host:index:Configuration", {
    ...{ before: { files: { [path]: before } }, after: { files: { [path]: after } } },
  });
  return edgeLosses(planOf([edge, ...more]));
}

const own = (op: string) =>
  step(op, "edge-certificate-placeholder", "tls:index/selfSignedCert:SelfSignedCert", {
    ...(op === "delete" ? { before: { a: 1 } } : { after: { a: 1 } }),
  });

describe("what the load balancers no longer offer", () => {
  it.each([
    ["https-off", "port 443 closes, and browsers remember Strict-Transport-Security"],
    ["self-signed", "replaced by one that no browser trusts"],
    ["domain-removed", "shop.example.com is no longer a name of the stack"],
  ])("is a reason to ask before the edit %s", (edit, reason) => {
    const { verdict, reasons } = recordedPreview(edit);
    expect(verdict).toBe("dangerous");
    expect(reasons.join()).toContain(reason);
  });

  it("is nothing for an edit that keeps listeners, names and certificates", () => {
    expect(lost(haproxy({}), haproxy({ redirect: false, hsts: "off" }))).toEqual([]);
    expect(lost(haproxy({ mode: "off" }), haproxy({}), [own("delete")])).toEqual([]);
  });

  it("does not speak of browsers that were told nothing", () => {
    const [effect] = lost(haproxy({ hsts: "off" }), haproxy({ mode: "off" }), [own("create")]);
    expect(effect).toEqual({
      level: 2,
      visitors: "HTTPS goes off: links with https:// lead nowhere",
      reason: "port 443 of the load balancers closes",
    });
  });

  it("is a listener besides HTTPS", () => {
    const [effect] = lost(haproxy({}), haproxy({}, ["bind *:80"]));
    expect(effect).toMatchObject({ level: 2, reason: expect.stringContaining(":::80") as string });
  });

  it("is the trust of browsers until an authority answers, where it follows a certificate of the operator", () => {
    const acme = haproxy({ mode: "acme", domains: ["a.example"] });
    const [effect] = lost(haproxy({}), acme, [own("create")]);
    expect(effect!.reason).toMatch(/until the authority has issued its certificates$/);
    expect(lost(acme, haproxy({}), [own("delete")])).toEqual([]);
  });

  it("is a name of the redirects, unless a wildcard keeps it or no name is left", () => {
    const names = (...domains: string[]) => haproxy({ domains });
    const reasons = (before: string, after: string) => lost(before, after).map((e) => e.reason);
    const both = names("a.example", "b.example");
    expect(reasons(both, names("a.example"))).toEqual([
      "b.example is no longer a name of the stack",
    ]);
    expect(reasons(names("www.a.example"), names("*.a.example"))).toEqual([]);
    expect(reasons(both, names())).toEqual([]);
    const canonical = (name: string) =>
      haproxy({ domains: ["a.example", "b.example"], canonical: name, redirect: false });
    expect(reasons(canonical("a.example"), canonical("b.example"))).toEqual([]);
  });
});
