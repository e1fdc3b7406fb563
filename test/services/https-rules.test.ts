import { describe, expect, it } from "vitest";
import { httpsBind, httpsGlobals, httpsRules } from "../../services/edge-haproxy/https";
import { edgeHttps } from "../support/tier-args";
import { loadBalancerWith, orderingLoadBalancer } from "./rendered";

const trusted = { redirect: true, hsts: "on" } as const;
const rules = (...args: Parameters<typeof edgeHttps>) => httpsRules(edgeHttps(...args));

describe("HTTPS of a load balancer", () => {
  it("tells the names of the stack file's certificate to the report, in the mode pem alone", () => {
    const path = "/etc/webstack/edge-certificate.json";
    const domains = ["www.example.com"];
    const pem = loadBalancerWith(0, { https: edgeHttps({ mode: "pem", domains }) });
    expect(JSON.parse(pem.files[path]!.content)).toEqual({
      certificate: "/etc/haproxy/certs/edge.pem",
      names: domains,
    });
    expect(orderingLoadBalancer().files[path]).toBeUndefined();
  });

  it("adds no rule for a stack that says nothing about it", () => {
    expect(rules()).toEqual([]);
    expect(httpsRules(undefined)).toEqual([]);
  });

  it("offers the curves of Mozilla's guideline, the hybrid one first", () => {
    expect(httpsGlobals()).toContain(
      "ssl-default-bind-curves X25519MLKEM768:X25519:prime256v1:secp384r1",
    );
  });

  it("answers the authority before anything is redirected", () => {
    const all = rules({ mode: "acme", domains: ["a.example"], thumbprint: "T", ...trusted });
    expect(all[1]).toContain('lf-string "%[path,field(-1,/)].T" if { path_reg ^/\\.well-known/');
    expect(all.findIndex((rule) => rule.includes("redirect"))).toBeGreaterThan(1);
  });

  it("redirects a name to HTTPS once it has its certificate, in the mode acme", () => {
    const all = rules({ mode: "acme", domains: ["a.example"], thumbprint: "T", ...trusted });
    expect(all).toContain(
      "http-request set-var(txn.secure) bool(true) if !{ ssl_fc } { var(txn.name),map_str(opt@/var/lib/webstack-acme/certified.map) -m found }",
    );
  });

  it("redirects every name but requests for health where a certificate is given without names", () => {
    expect(rules({ mode: "pem", ...trusted })).toContain(
      "http-request set-var(txn.secure) bool(true) if !{ ssl_fc } !{ path /healthz }",
    );
  });

  it("redirects the names of a wildcard by their end", () => {
    const all = rules({ mode: "pem", domains: ["a.example", "*.b.example"], ...trusted });
    expect(all.filter((rule) => rule.includes("txn.secure) bool"))).toEqual([
      "http-request set-var(txn.secure) bool(true) if !{ ssl_fc } { var(txn.name) -m str a.example }",
      "http-request set-var(txn.secure) bool(true) if !{ ssl_fc } { var(txn.name) -m end .b.example }",
    ]);
  });

  it("redirects a name of a wildcard once that has its certificate, one label below it", () => {
    const domains = ["a.example", "*.b.example"];
    const all = rules({ mode: "acme", domains, thumbprint: "T", ...trusted });
    const map = "map_str(opt@/var/lib/webstack-acme/certified.map) -m found";
    expect(all.filter((rule) => rule.includes("txn.secure) bool"))).toEqual([
      `http-request set-var(txn.secure) bool(true) if !{ ssl_fc } { var(txn.name),${map} }`,
      `http-request set-var(txn.secure) bool(true) if !{ ssl_fc } { var(txn.name),regsub(^[^.]+,*),${map} }`,
    ]);
  });

  it("leads the names of a wildcard to the canonical one, and not that one to itself", () => {
    const domains = ["www.a.example", "*.a.example"];
    const all = rules({ mode: "pem", domains, canonical: "www.a.example", ...trusted });
    expect(all).toContain(
      "http-request set-var(txn.moved) bool(true) if { var(txn.name) -m end .a.example } !{ var(txn.name) -m str www.a.example }",
    );
  });

  it("leads to the canonical name only once that has a certificate, in the mode acme", () => {
    const domains = ["a.example", "www.a.example"];
    const moved = (...names: string[]) =>
      rules({ mode: "acme", domains: names, canonical: "www.a.example", thumbprint: "T" }).filter(
        (rule) => rule.includes("txn.moved) bool"),
      );
    const map = "map_str(opt@/var/lib/webstack-acme/certified.map) -m found";
    const start =
      "http-request set-var(txn.moved) bool(true) if { var(txn.name) -m str a.example }";
    expect(moved(...domains)).toEqual([`${start} { str(www.a.example),${map} }`]);
    expect(moved(...domains, "*.b.example")).toHaveLength(2);
    expect(moved(...domains, "*.a.example").slice(0, 2)).toEqual([
      `${start} !{ var(txn.name) -m str www.a.example } { str(www.a.example),${map} }`,
      `${start} !{ var(txn.name) -m str www.a.example } { str(*.a.example),${map} }`,
    ]);
  });

  it("takes a name with a dot at its end for the same name", () => {
    const all = rules({ mode: "acme", domains: ["a.example"], thumbprint: "T", ...trusted });
    expect(all).toContain("http-request set-var(txn.name) req.hdr(host),host_only,rtrim(.),lower");
  });

  it("leads from another name to the canonical one in one step", () => {
    const domains = ["www.a.example", "a.example"];
    const all = rules({ mode: "pem", domains, canonical: "www.a.example", ...trusted });
    const to = all.indexOf(
      "http-request set-var(txn.name) str(www.a.example) if { var(txn.moved) -m bool }",
    );
    expect(to).toBeGreaterThan(0);
    expect(all.findIndex((rule) => rule.includes("redirect"))).toBeGreaterThan(to);
  });

  it.each([
    ["on", "max-age=63072000"],
    ["preload", "max-age=63072000; includeSubDomains; preload"],
  ] as const)("tells browsers over HTTPS alone, with hsts %s", (hsts, value) => {
    expect(rules({ mode: "pem", hsts })).toEqual([
      `http-after-response set-header Strict-Transport-Security "${value}" if { ssl_fc }`,
    ]);
  });

  it("believes a trusted proxy on how its visitor came, in redirects and in what browsers are told", () => {
    const https = edgeHttps({ mode: "pem", ...trusted });
    const all = httpsRules(https, true);
    expect(all.slice(0, 2)).toEqual([
      "http-request set-var(txn.scheme) str(https) if { ssl_fc } !{ var(txn.scheme) -m found }",
      "http-request set-var(txn.scheme) str(http) if !{ var(txn.scheme) -m found }",
    ]);
    expect(all).toContain(
      "http-request set-var(txn.secure) bool(true) if !{ var(txn.scheme) -m str https } !{ path /healthz }",
    );
    expect(all.filter((rule) => rule.includes("ssl_fc"))).toHaveLength(1);
    expect(httpsRules(edgeHttps(), true)).toEqual([]);
  });

  it("listens for HTTP alone when TLS is off", () => {
    expect(httpsBind(edgeHttps({ mode: "off" }))).toEqual([]);
    expect(rules({ mode: "off", hsts: "on" })).toEqual([]);
  });
});
