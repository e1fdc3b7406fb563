import { describe, expect, it } from "vitest";
import { FloatingAddresses, type FloatingAddressesArgs } from "../../components/floating-addresses";
import { mockId, record, valueOf } from "../support/record";
import { identity } from "../support/tier-args";

async function build(overrides: Partial<FloatingAddressesArgs> = {}) {
  let addresses!: FloatingAddresses;
  const children = await record(() => {
    addresses = new FloatingAddresses("edge", {
      identity,
      homeLocation: "nbg1",
      ipv6: false,
      protect: false,
      ...overrides,
    });
  });
  return { addresses, children };
}

describe("FloatingAddresses", () => {
  it("creates one IPv4 address at home in the given location", async () => {
    const { children } = await build();
    expect(children.map(({ name, parent }) => [name, parent])).toEqual([
      ["edge", undefined],
      ["edge-ipv4", "edge"],
    ]);
    expect(children[1]!.inputs).toEqual({
      name: "webstack-test-ipv4",
      type: "ipv4",
      homeLocation: "nbg1",
      description: "public address of webstack-test",
      labels: { project: "webstack", stack: "test" },
      deleteProtection: false,
    });
  });

  it("offers address, prefix and id", async () => {
    const { addresses } = await build();
    expect(await valueOf(addresses.ipv4.address)).toBe("203.0.113.200");
    expect(await valueOf(addresses.ipv4.hostCidr)).toBe("203.0.113.200/32");
    expect(await valueOf(addresses.ipv4.id)).toBe(mockId("edge-ipv4"));
    expect(addresses.ipv6).toBeUndefined();
    expect(addresses.all).toHaveLength(1);
  });

  it("takes the first address of an IPv6 network if one is wanted", async () => {
    const { addresses, children } = await build({ ipv6: true });
    expect(children.map(({ name }) => name)).toEqual(["edge", "edge-ipv4", "edge-ipv6"]);
    expect(await valueOf(addresses.ipv6!.address)).toBe("2001:db8:f::1");
    expect(await valueOf(addresses.ipv6!.hostCidr)).toBe("2001:db8:f::1/128");
    expect(addresses.all).toHaveLength(2);
  });

  it("stays the same address wherever the stack's servers are", async () => {
    const { children } = await build();
    expect(children[1]!.ignoreChanges).toEqual(["homeLocation"]);
  });

  it.each([true, false])("is protected as the stack is: %s", async (protect) => {
    const { children } = await build({ protect });
    expect(children[1]).toMatchObject({ protect, inputs: { deleteProtection: protect } });
  });
});
