import { beforeAll, describe, expect, it } from "vitest";
import { program } from "../program";
import { userDataOf, writtenFiles } from "./support/first-boot";
import { mockId, named, record, type Registration, secretValue, valueOf } from "./support/record";
import { stackConfig } from "./support/stack-config";

const inner = ["web-1", "web-2", "app-1", "app-2", "db-1", "db-2", "db-3"];

describe("a stack where only the load balancers have public addresses", () => {
  let all: Registration[];
  let outputs: Record<string, unknown>;

  beforeAll(async () => {
    const config = {
      ...stackConfig("dev"),
      "webstack:network": JSON.stringify({ publicAddresses: "edge" }),
    };
    all = await record(() => (outputs = program()), { stack: "dev", config });
  });

  const files = (node: string) =>
    named(all, `${node}-configuration`).inputs.files as Record<string, string>;

  it.each(inner)(
    "creates %s on the private network alone, without a firewall of the cloud",
    (node) => {
      const { inputs } = named(all, `${node}-vm`);
      expect(inputs.publicNets).toEqual([{ ipv4Enabled: false, ipv6Enabled: false }]);
      expect(inputs.networks).toEqual([
        { networkId: mockId("network-range"), ip: expect.stringMatching(/^10\.0\./), aliasIps: [] },
      ]);
      expect(inputs).not.toHaveProperty("firewallIds");
      expect(all.some(({ name }) => name === `${node}-nic`)).toBe(false);
    },
  );

  it("leaves the load balancers as they are elsewhere", () => {
    const { inputs } = named(all, "lb-1-vm");
    expect(inputs).not.toHaveProperty("publicNets");
    expect(inputs.firewallIds).toEqual([mockId("firewalls-edge")]);
    expect(all.filter(({ type }) => type.endsWith(":Firewall"))).toHaveLength(1);
  });

  it("leads out through lb-1 first, and leaves later moves to the movers", () => {
    expect(named(all, "egress-default-route")).toMatchObject({
      inputs: {
        networkId: mockId("network-range"),
        destination: "0.0.0.0/0",
        gateway: "10.0.1.11",
      },
      ignoreChanges: ["gateway"],
    });
  });

  it("records the choice, so that a preview refuses its change", () => {
    expect(named(all, "inventory-record").inputs.chosen).toEqual({
      "network.publicAddresses": "edge",
    });
  });

  it("boots the load balancers as gateways, and the others with a wait for them", () => {
    const edge = writtenFiles(userDataOf(named(all, "lb-1-vm")))["/var/lib/webstack/bundle.json"]!;
    const { files: first } = JSON.parse(edge) as { files: Record<string, { content: string }> };
    expect(first["/etc/webstack/egress.nft"]!.content).toContain("snat to 203.0.113.200");
    for (const node of inner) {
      const userData = userDataOf(named(all, `${node}-vm`));
      expect(writtenFiles(userData)["/var/lib/webstack/first-packages"]).toContain(
        "no way out to api.hetzner.cloud:443 through 10.0.0.1 yet",
      );
      expect(userData).not.toContain("package_update");
    }
  });

  it("tells movers and brokers of the route, and of the relays", () => {
    expect(JSON.parse(files("lb-2")["/etc/webstack/mover.json"]!).route).toEqual({
      network: mockId("network-range"),
      gateway: "10.0.1.12",
    });
    expect(JSON.parse(files("db-1")["/etc/webstack/broker.json"]!).egress).toEqual({
      network: mockId("network-range"),
      gateways: [
        { name: "lb-1", privateIp: "10.0.1.11" },
        { name: "lb-2", privateIp: "10.0.1.12" },
      ],
      relayPort: 9443,
    });
  });

  it("has no public address of the others among its outputs, and reaches them by their private ones", async () => {
    const nodes = outputs.nodes as { name: string; publicIp: unknown }[];
    for (const { name, publicIp } of nodes) {
      expect(publicIp === undefined, name).toBe(inner.includes(name));
    }
    const { connection } = named(all, "db-1-configuration").inputs;
    expect(secretValue(connection)).toMatchObject({ host: "10.0.4.11" });
    expect(await valueOf((outputs.ssh as { bastions: never[] }).bastions)).toHaveLength(2);
  });
});
