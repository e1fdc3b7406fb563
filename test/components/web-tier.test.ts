import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { WebTier, type WebTierArgs } from "../../components/web-tier";
import { topology } from "../../topology";
import { writtenFiles } from "../support/first-boot";
import { mockId, named, record, valueOf } from "../support/record";
import { webTierArgs } from "../support/tier-args";

async function build(overrides: Partial<WebTierArgs> = {}) {
  let tier!: WebTier;
  const children = await record(() => {
    tier = new WebTier("web", webTierArgs(overrides));
  });
  return { tier, children };
}

describe("WebTier", () => {
  it("creates the planned servers in one spread group", async () => {
    const { children } = await build();
    // Contents of secrets are no servers; a service may bring one.
    const servers = children.filter(({ type }) => !type.startsWith("random:"));
    expect(servers.map(({ name, parent }) => [name, parent])).toEqual([
      ["web", undefined],
      ["web-1", "web"],
      ["web-1-nic", "web-1"],
      ["web-1-vm", "web-1"],
      ["web-2", "web"],
      ["web-2-nic", "web-2"],
      ["web-2-vm", "web-2"],
      ["web-group-1", "web"],
    ]);
    expect(named(children, "web-2-vm").inputs).toMatchObject({
      location: "fsn1",
      placementGroupId: mockId("web-group-1"),
    });
  });

  it("starts a second group at the eleventh server", async () => {
    const counts = { lb: 2, web: 11, app: 2, db: 3 };
    const { web } = topology({ ipRange: "10.0.0.0/16", locations: ["nbg1"], counts });
    const { children } = await build({ nodes: web });
    const groups = children.filter(({ type }) => type.endsWith(":PlacementGroup"));
    expect(groups.map(({ name }) => name)).toEqual(["web-group-1", "web-group-2"]);
    expect(named(children, "web-10-vm").inputs.placementGroupId).toBe(mockId("web-group-1"));
    expect(named(children, "web-11-vm").inputs.placementGroupId).toBe(mockId("web-group-2"));
  });

  it("passes requests on to every app node", async () => {
    const { tier } = await build();
    const { files } = await valueOf(tier.hosts[0]!.bundle);
    const proxy = files["/etc/haproxy/haproxy.cfg"]!.content;
    expect(proxy.match(/server app-\d 10\.0\.3\.1\d:3000$/gm)).toHaveLength(4);
    expect(proxy).toContain("server app-1 10.0.3.11:3000");
    expect(proxy).toContain("server app-2 10.0.3.12:3000");
  });

  it("boots with the state that it is configured with later, and without its certificate", async () => {
    const { tier, children } = await build();
    const userData = String(named(children, "web-1-vm").inputs.userData);
    const booted = JSON.parse(writtenFiles(userData)["/var/lib/webstack/bundle.json"]!);
    const { node, role, services, release: current } = await valueOf(tier.hosts[0]!.bundle);
    expect(booted).toMatchObject({ node, role, services, release: current });
    expect(userData).not.toContain("pem of");
    const pem = "/etc/webstack/tls/inner.pem";
    const { secrets } = tier.hosts[1]!;
    const ca = "/etc/webstack/tls/inner-ca.pem";
    expect(Object.keys(secrets)).toEqual(expect.arrayContaining([ca, pem]));
    expect(await valueOf(secrets[pem]!)).toBe("pem of web-2\n");
    expect(await pulumi.isSecret(secrets[pem] as pulumi.Output<string>)).toBe(true);
  });

  it("refuses a tier without nodes", async () => {
    await record(() => {
      expect(() => new WebTier("web", webTierArgs({ nodes: [] }))).toThrow(
        "nodes must name at least one web node, got []; set web.count to 1 or more",
      );
    });
  });
});
