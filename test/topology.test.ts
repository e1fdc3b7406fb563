import { describe, expect, it } from "vitest";
import { placementGroups, topology, type TopologyInput } from "../topology";

function input(overrides: Partial<TopologyInput> = {}): TopologyInput {
  return {
    ipRange: "10.0.0.0/16",
    locations: ["nbg1"],
    counts: { lb: 2, web: 2, app: 2, db: 3 },
    ...overrides,
  };
}
const counts = (more: Partial<TopologyInput["counts"]>) =>
  input({ counts: { lb: 2, web: 2, app: 2, db: 3, ...more } });

describe("topology", () => {
  it("plans a network with one subnet for each tier", () => {
    const { ipRange, gateway, subnetCidrs } = topology(input());
    expect({ ipRange, gateway, subnetCidrs }).toEqual({
      ipRange: "10.0.0.0/16",
      gateway: "10.0.0.1",
      subnetCidrs: { lb: "10.0.1.0/24", web: "10.0.2.0/24", app: "10.0.3.0/24", db: "10.0.4.0/24" },
    });
  });

  it("gives every node a name and an address of its tier", () => {
    const { lb, web, app, db } = topology(input());
    expect([...lb, ...web, ...app, ...db].map(({ name, privateIp }) => [name, privateIp])).toEqual([
      ["lb-1", "10.0.1.11"],
      ["lb-2", "10.0.1.12"],
      ["web-1", "10.0.2.11"],
      ["web-2", "10.0.2.12"],
      ["app-1", "10.0.3.11"],
      ["app-2", "10.0.3.12"],
      ["db-1", "10.0.4.11"],
      ["db-2", "10.0.4.12"],
      ["db-3", "10.0.4.13"],
    ]);
  });

  it("follows the range of the network", () => {
    const plan = topology(input({ ipRange: "192.168.248.0/21" }));
    expect(plan.gateway).toBe("192.168.248.1");
    expect(plan.db[0]!.privateIp).toBe("192.168.252.11");
  });

  it.each([
    ["grows", counts({ web: 3, app: 7, db: 5 })],
    ["shrinks", counts({ web: 1, app: 1, db: 1 })],
  ])("leaves the other nodes as they are when a tier %s", (_, changed) => {
    const before = topology(input());
    const after = topology(changed);
    for (const role of ["lb", "web", "app", "db"] as const) {
      const kept = Math.min(before[role].length, after[role].length);
      expect(after[role].slice(0, kept)).toEqual(before[role].slice(0, kept));
    }
  });

  it("spreads each tier over the locations in turn", () => {
    const plan = topology({ ...counts({ web: 3 }), locations: ["nbg1", "fsn1"] });
    expect(plan.web.map(({ location }) => location)).toEqual(["nbg1", "fsn1", "nbg1"]);
    expect(plan.lb.map(({ location }) => location)).toEqual(["nbg1", "fsn1"]);
  });

  it("splits the placement groups of a tier at ten servers", () => {
    const { web } = topology(counts({ web: 21 }));
    expect(placementGroups(web)).toEqual(["web-1", "web-2", "web-3"]);
    expect(web.filter(({ placementGroup }) => placementGroup === "web-1")).toHaveLength(10);
    expect(web[10]!.placementGroup).toBe("web-2");
    expect(web[20]!.placementGroup).toBe("web-3");
  });

  it("gives the load balancers different priorities", () => {
    expect(topology(input()).lb.map(({ vrrpPriority }) => vrrpPriority)).toEqual([200, 190]);
  });

  it("gives every database node a server id that stays", () => {
    expect(topology(counts({ db: 5 })).db.map(({ mysqlServerId }) => mysqlServerId)).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  it("never gives an address twice", () => {
    const plan = topology(counts({ web: 90, app: 90, db: 9 }));
    const addresses = [...plan.lb, ...plan.web, ...plan.app, ...plan.db].map(
      ({ privateIp }) => privateIp,
    );
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it("refuses a tier that does not fit into its subnet", () => {
    expect(() => topology(counts({ web: 245 }))).toThrow("counts.web must be at most 244, got 245");
  });

  it("refuses a third load balancer", () => {
    expect(() => topology(counts({ lb: 3 }))).toThrow("counts.lb must be at most 2, got 3");
  });

  it("refuses to plan without a location", () => {
    expect(() => topology(input({ locations: [] }))).toThrow(
      "locations must name at least one, got none",
    );
  });

  it.each(["10.0.0.0/24", "10.0.0.0", "fd00::/48"])("refuses %s as network", (ipRange) => {
    expect(() => topology(input({ ipRange }))).toThrow(
      `ipRange must be an IPv4 block of /21 or larger, got "${ipRange}"`,
    );
  });
});
