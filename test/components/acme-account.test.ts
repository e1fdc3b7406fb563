import { describe, expect, it } from "vitest";
import { AcmeAccount } from "../../components/acme-account";
import { record } from "../support/record";
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
});
