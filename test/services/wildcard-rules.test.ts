import { describe, expect, it } from "vitest";
import { broker } from "../../services/broker/service";
import { programPath } from "../../services/bundle";
import { acmeSettings } from "../support/tier-args";
import { loadBalancerWith } from "./rendered";

const wildcard = { ...acmeSettings, domains: ["www.example.com", "*.example.com"] };
const config = (bundle: ReturnType<typeof loadBalancerWith>) =>
  JSON.parse(bundle.files["/etc/webstack/acme.json"]!.content) as object;
const unit = (bundle: ReturnType<typeof loadBalancerWith>) =>
  bundle.files["/etc/systemd/system/webstack-acme.service"]!.content;
const firewall = (bundle: ReturnType<typeof loadBalancerWith>) =>
  bundle.files["/etc/nftables.conf"]!.content;

describe("a load balancer with a wildcard domain", () => {
  it("asks the brokers, with the mover's identity, and the name servers of the zone", () => {
    const bundle = loadBalancerWith(0, { acme: wildcard });
    expect(config(bundle)).toMatchObject({
      brokers: ["https://10.0.4.11:9300/v1", "https://10.0.4.12:9300/v1"],
    });
    expect(unit(bundle)).toContain("LoadCredential=broker-key:/etc/webstack/mover-key.pem");
    expect(firewall(bundle)).toMatch(/skuid "webstack-acme" .*dport 53/);
    const service = bundle.services.find(({ unit: one }) => one === "webstack-acme.service");
    expect(service!.needs).toContain("/etc/webstack/mover-cert.pem");
    expect(service!.restartFiles).toContain(programPath("acme"));
  });

  it("has nothing of that without one", () => {
    const bundle = loadBalancerWith(0, { acme: acmeSettings });
    expect(config(bundle)).not.toHaveProperty("brokers");
    expect(unit(bundle)).not.toContain("broker");
    expect(firewall(bundle)).not.toMatch(/skuid "webstack-acme" .*dport 53/);
  });
});

describe("a broker", () => {
  const rules = { endpoint: "https://api.example/v1", selector: "stack=test" };
  const part = (wildcards?: readonly string[]) =>
    JSON.parse(
      broker({ ...rules, floatingIps: [], servers: [], ...(wildcards ? { wildcards } : {}) }).part({
        privateIp: "10.0.4.11",
        programs: { broker: "" },
      }).files!["/etc/webstack/broker.json"]!.content,
    ) as object;

  it("knows the wildcard domains of its stack, if there are any", () => {
    expect(part(["*.example.com"])).toMatchObject({ wildcards: ["*.example.com"] });
    expect(part([])).not.toHaveProperty("wildcards");
    expect(part()).not.toHaveProperty("wildcards");
  });
});
