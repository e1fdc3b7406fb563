import { describe, expect, it } from "vitest";
import { ownCertificate } from "../support/own-certificate";
import { useStackFile } from "../support/stack-file";

const { read, problems } = useStackFile();

/** A certificate that the stack file brings. */
const ownPem = { tls: ownCertificate };

it("takes acme with loadBalancers.tls as a seed, but none that is for no name", () => {
  const settings = (name: string) => ({
    "webstack:domains": [name, "www.example.org"],
    "webstack:loadBalancers": ownPem,
    "webstack:tls": { mode: "acme" },
  });
  const { edgeTls, loadBalancers } = read(settings("www.example.com"), ["webstack:loadBalancers"]);
  expect(edgeTls).toMatchObject({ mode: "acme", hsts: "on" });
  expect(loadBalancers.tls?.certificate).toBe(ownCertificate.certificate);
  expect(problems(settings("www.example.net"), ["webstack:loadBalancers"])).toEqual([
    'webstack:loadBalancers.tls.certificate must be for one of domains, got one for "DNS:www.example.com, DNS:example.com, DNS:*.example.com" without "www.example.net", "www.example.org"; paste a certificate for that name, or remove the name',
  ]);
});

describe("edgeTls", () => {
  it.each([
    [{ "webstack:domain": "www.example.com" }, "selfSigned", false, "off"],
    [{ "webstack:domains": ["www.example.com"] }, "acme", true, "on"],
    [
      { "webstack:domain": "www.example.com", "webstack:tls": { mode: "acme" } },
      "acme",
      true,
      "on",
    ],
    [
      { "webstack:domains": ["www.example.com"], "webstack:tls": { hsts: false, redirect: false } },
      "acme",
      false,
      "off",
    ],
    [
      {
        "webstack:domains": ["www.example.com"],
        "webstack:web": { headers: { "Strict-Transport-Security": "max-age=60" } },
      },
      "acme",
      true,
      "off",
    ],
    [
      { "webstack:domain": "www.example.com", "webstack:loadBalancers": ownPem },
      "pem",
      false,
      "off",
    ],
    [
      {
        "webstack:domain": "www.example.com",
        "webstack:loadBalancers": ownPem,
        "webstack:tls": { mode: "pem" },
      },
      "pem",
      true,
      "on",
    ],
  ])("takes %j for the names and the mode of TLS", (settings, mode, redirect, hsts) => {
    const { edgeTls, domain } = read(settings, ["webstack:loadBalancers"]);
    expect(domain).toBe("www.example.com");
    expect(edgeTls).toMatchObject({ mode, redirect, hsts, domains: ["www.example.com"] });
  });
});
