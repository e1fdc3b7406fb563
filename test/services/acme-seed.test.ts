import { describe, expect, it } from "vitest";
import { LoadBalancerPair } from "../../components/load-balancer-pair";
import { acme, acmeSecretPaths } from "../../services/acme/service";
import { acmeSettings, nodeFacts } from "../support/tier-args";

const calls = { apiPort: 443, provesByDns: false };
const seeded = { ...calls, isSeeded: true };
const unitPath = "/etc/systemd/system/webstack-acme.service";
const partOf = (how: typeof calls) => acme(how).part({ ...nodeFacts("lb", 0), acme: acmeSettings });
const unitOf = (how: typeof calls) => partOf(how).files![unitPath]!.content;

describe("the stack file's certificate beside an authority", () => {
  it("is stored before HAProxy is reloaded, which no longer has it in its own file", () => {
    const names = LoadBalancerPair.services(false, seeded).tier.map(({ name }) => name);
    expect(names.indexOf("acme")).toBeLessThan(names.indexOf("edge-haproxy"));
    expect(unitOf(seeded)).toContain(
      "ExecStartPre=-/usr/bin/node /usr/local/lib/webstack/acme-seed.js\nExecStart=",
    );
  });

  it("is a secret file that only root reads, and a credential of the client", () => {
    const { seed } = acmeSecretPaths;
    expect(acme(seeded).secrets?.[seed]).toMatchObject({ mode: "0600", secret: "acmeSeed" });
    expect(unitOf(seeded)).toContain(`LoadCredential=seed:${seed}\n`);
    expect(partOf(seeded).services![0]!.needs).toContain(seed);
  });

  it("changes nothing where the stack file has none", () => {
    expect(acme(calls).secrets).not.toHaveProperty(acmeSecretPaths.seed);
    expect(unitOf(calls)).not.toContain("seed");
  });
});
