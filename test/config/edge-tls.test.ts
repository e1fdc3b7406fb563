import { describe, expect, it } from "vitest";
import { ownCertificate } from "../support/own-certificate";
import { useStackFile } from "../support/stack-file";

const { read } = useStackFile();

/** A certificate that the stack file brings. */
const ownPem = { tls: ownCertificate };

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
