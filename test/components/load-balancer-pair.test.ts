import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { AcmeAccount } from "../../components/acme-account";
import { FloatingAddresses } from "../../components/floating-addresses";
import { LoadBalancerPair, type LoadBalancerPairArgs } from "../../components/load-balancer-pair";
import { writtenFiles } from "../support/first-boot";
import { mockId, named, record, valueOf } from "../support/record";
import {
  edgeHttps,
  edgeRules,
  hostSettings,
  identity,
  innerTls,
  plan,
  serverSettings,
  webRequests,
} from "../support/tier-args";

const mark = "SECRET";
const { ownToken } = LoadBalancerPair;

async function build(overrides: Partial<LoadBalancerPairArgs> = {}, ipv6 = false) {
  let pair!: LoadBalancerPair;
  const children = await record(() => {
    pair = new LoadBalancerPair("lb", {
      nodes: plan.lb,
      webNodes: plan.web,
      requests: webRequests(),
      rules: edgeRules(),
      addresses: new FloatingAddresses("edge", {
        identity,
        homeLocation: "nbg1",
        ipv6,
        protect: false,
      }),
      api: ownToken("https://api.hetzner.cloud/v1", `${mark} token`),
      certificatePem: `${mark} pem`,
      ticketKeys: `${mark} keys`,
      https: edgeHttps(),
      inner: innerTls(false, mark),
      server: serverSettings(),
      host: hostSettings(),
      ...overrides,
    });
  });
  return { pair, children: children.filter(({ name }) => !name.startsWith("edge")) };
}

describe("LoadBalancerPair", () => {
  it("creates two servers in one spread group and a first assignment", async () => {
    const { children } = await build();
    expect(
      children.map(({ type, name, parent }) => [type.split(":").at(-1), name, parent]),
    ).toEqual([
      ["LoadBalancerPair", "lb", undefined],
      ["Server", "lb-1", "lb"],
      ["ServerNetwork", "lb-1-nic", "lb-1"],
      ["Server", "lb-1-vm", "lb-1"],
      ["Server", "lb-2", "lb"],
      ["ServerNetwork", "lb-2-nic", "lb-2"],
      ["Server", "lb-2-vm", "lb-2"],
      ["FloatingIpAssignment", "lb-first-assignment-ipv4", "lb"],
      ["PlacementGroup", "lb-group-1", "lb"],
    ]);
    expect(named(children, "lb-group-1").inputs).toEqual({
      name: "webstack-test-lb-1",
      type: "spread",
      labels: { project: "webstack", stack: "test", role: "lb" },
    });
    for (const vm of ["lb-1-vm", "lb-2-vm"]) {
      expect(named(children, vm).inputs.placementGroupId).toBe(mockId("lb-group-1"));
    }
  });

  it("gives the address to lb-1 once and leaves later moves alone", async () => {
    const { children } = await build();
    expect(named(children, "lb-first-assignment-ipv4")).toMatchObject({
      inputs: { floatingIpId: mockId("edge-ipv4"), serverId: mockId("lb-1-vm") },
      ignoreChanges: ["serverId"],
    });
  });

  it("assigns an IPv6 network as well if there is one", async () => {
    const { children } = await build({}, true);
    expect(named(children, "lb-first-assignment-ipv6").inputs).toEqual({
      floatingIpId: mockId("edge-ipv6"),
      serverId: mockId("lb-1-vm"),
    });
  });

  it("boots with the floating address but without the ids of what is not there yet", async () => {
    const { children } = await build();
    const userData = String(named(children, "lb-1-vm").inputs.userData);
    expect(userData).toMatch(/^#cloud-config\n/);
    expect(userData).not.toContain(mark);
    const written = writtenFiles(userData)["/var/lib/webstack/bundle.json"]!;
    expect(written).toContain("203.0.113.200/32");
    expect(written).not.toContain(mark);
    expect(JSON.parse(written).files).not.toHaveProperty(["/etc/webstack/mover.json"]);
  });

  it("tells the movers which servers and addresses there are", async () => {
    const { pair } = await build();
    const state = await valueOf(pair.hosts[1]!.bundle);
    expect(JSON.parse(state.files["/etc/webstack/mover.json"]!.content)).toEqual({
      node: "lb-2",
      api: { endpoint: "https://api.hetzner.cloud/v1" },
      selector: "project=webstack,stack=test",
      floatingIps: [{ id: mockId("edge-ipv4"), address: "203.0.113.200" }],
      servers: [
        { name: "lb-1", id: mockId("lb-1-vm"), publicIp: "203.0.113.11" },
        { name: "lb-2", id: mockId("lb-2-vm"), publicIp: "203.0.113.12" },
      ],
    });
  });

  it("hands over token and certificate as secrets, each in a file of its own", async () => {
    const { pair } = await build();
    const { secrets, bundle } = pair.hosts[0]!;
    const { secretFiles } = await valueOf(bundle);
    expect(Object.keys(secrets).sort()).toEqual(Object.keys(secretFiles).sort());
    for (const secret of Object.values(secrets)) {
      expect(await pulumi.isSecret(secret as pulumi.Output<string>)).toBe(true);
      expect(await valueOf(secret)).toContain(mark);
    }
  });

  it("offers its public addresses as the way in", async () => {
    const { pair } = await build();
    expect(await Promise.all(pair.publicIps.map(valueOf))).toEqual([
      "203.0.113.11",
      "203.0.113.12",
    ]);
  });

  it("refuses a third load balancer", async () => {
    await record(() => {
      const nodes = [...plan.lb, { ...plan.lb[0]!, name: "lb-3" }];
      const addresses = new FloatingAddresses("edge", {
        identity,
        homeLocation: "nbg1",
        ipv6: false,
        protect: false,
      });
      const api = ownToken("", "");
      const requests = webRequests();
      const rules = edgeRules();
      const inner = innerTls();
      const own = { certificatePem: "", ticketKeys: "", https: edgeHttps(), inner };
      const args = { nodes, webNodes: [], requests, rules, addresses, api, ...own };
      expect(
        () =>
          new LoadBalancerPair("lb", { ...args, server: serverSettings(), host: hostSettings() }),
      ).toThrow(
        'nodes must be two load balancers, got ["lb-1","lb-2","lb-3"]; plan them with topology',
      );
    });
  });
});

describe("LoadBalancerPair with an account at an authority", () => {
  it("runs the client on both, with the account's key and a certificate of its own each", async () => {
    const account = { loadBalancers: plan.lb, domains: ["www.example.com"] };
    const authority = { directory: "https://acme.example/dir" };
    let acme!: AcmeAccount;
    await record(() => {
      acme = new AcmeAccount("acme", { ...account, authority });
    });
    const https = edgeHttps({ mode: "acme", domains: account.domains });
    const { pair } = await build({ acme, https });
    const { files } = await valueOf(pair.hosts[1]!.bundle);
    expect(files["/etc/haproxy/haproxy.cfg"]!.content).toContain(
      '.ZxPCXlkTsLDzY33MWkHf5-d1amOKy8IMeMy4ZB0MCbs"',
    );
    expect(JSON.parse(files["/etc/webstack/acme.json"]!.content)).toMatchObject({
      ...authority,
      domains: account.domains,
      thumbprint: "ZxPCXlkTsLDzY33MWkHf5-d1amOKy8IMeMy4ZB0MCbs",
      address: "10.0.1.12",
      peer: { name: "lb-1", address: "10.0.1.11" },
    });
    expect(Object.keys(acme.secrets("lb-1")).sort()).toEqual([
      "acmeAccountKey",
      "acmeCa",
      "acmeCertificate",
      "acmeKey",
    ]);
    expect(await pulumi.isSecret(acme.secrets("lb-2").acmeAccountKey!)).toBe(true);
    expect(LoadBalancerPair.services(false, acme.calls).tier.map(({ name }) => name)).toEqual([
      "floating-addresses",
      "edge-haproxy",
      "ticket-keys",
      "acme",
      "prober",
      "mover",
      "keepalived",
    ]);
    expect([acme.wildcards, acme.calls]).toEqual([[], { apiPort: 443, provesByDns: false }]);
  });
});
