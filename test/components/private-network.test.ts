import { describe, expect, it } from "vitest";
import { PrivateNetwork, type PrivateNetworkArgs } from "../../components/private-network";
import { mockId, record, valueOf } from "../support/record";

function args(overrides: Partial<PrivateNetworkArgs> = {}): PrivateNetworkArgs {
  return {
    identity: { project: "webstack", stack: "test" },
    ipRange: "10.0.0.0/16",
    subnetCidrs: { lb: "10.0.1.0/24", web: "10.0.2.0/24" },
    networkZone: "eu-central",
    protect: false,
    ...overrides,
  };
}

describe("PrivateNetwork", () => {
  it("creates the range and one subnet for each tier", async () => {
    const children = await record(() => void new PrivateNetwork("network", args()));
    expect(
      children.map(({ type, name, parent, inputs }) => ({ type, name, parent, inputs })),
    ).toEqual([
      { type: "webstack:index:PrivateNetwork", name: "network", parent: undefined, inputs: {} },
      {
        type: "hcloud:index/network:Network",
        name: "network-range",
        parent: "network",
        inputs: {
          name: "webstack-test",
          ipRange: "10.0.0.0/16",
          deleteProtection: false,
          labels: { project: "webstack", stack: "test" },
        },
      },
      {
        type: "hcloud:index/networkSubnet:NetworkSubnet",
        name: "network-subnet-lb",
        parent: "network",
        inputs: {
          networkId: mockId("network-range"),
          type: "cloud",
          networkZone: "eu-central",
          ipRange: "10.0.1.0/24",
        },
      },
      {
        type: "hcloud:index/networkSubnet:NetworkSubnet",
        name: "network-subnet-web",
        parent: "network",
        inputs: {
          networkId: mockId("network-range"),
          type: "cloud",
          networkZone: "eu-central",
          ipRange: "10.0.2.0/24",
        },
      },
    ]);
  });

  it("adds one subnet after the other", async () => {
    const children = await record(() => void new PrivateNetwork("network", args()));
    const [, , first, second] = children;
    expect(second!.dependsOn.some((urn) => urn.endsWith(`::${first!.name}`))).toBe(true);
    expect(first!.dependsOn.some((urn) => urn.endsWith(`::${second!.name}`))).toBe(false);
  });

  it("offers the ids of the network and of each subnet", async () => {
    let network!: PrivateNetwork;
    await record(() => {
      network = new PrivateNetwork("network", args());
    });
    expect(await valueOf(network.networkId)).toBe(mockId("network-range"));
    expect(await valueOf(network.subnetIds.lb!)).toBe(String(mockId("network-subnet-lb")));
    expect(Object.keys(network.subnetIds)).toEqual(["lb", "web"]);
  });

  it.each([true, false])("is protected as the stack is: %s", async (protect) => {
    const [, range, ...subnets] = await record(
      () => void new PrivateNetwork("network", args({ protect })),
    );
    expect(range!.inputs.deleteProtection).toBe(protect);
    expect([range!, ...subnets].map((child) => child.protect)).toEqual([protect, protect, protect]);
  });
});
