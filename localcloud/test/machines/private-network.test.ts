import { describe, expect, it } from "vitest";
import { networkLines, routeChanges } from "../../machines/private-network";

it("a network leads to the metadata service, and refuses what no server has", () => {
  expect(networkLines("10.0.0.0/16")).toEqual([
    "address replace 100.127.255.253/32 dev meta",
    "link set meta up",
    "route replace 169.254.169.254/32 dev meta",
    "route replace unreachable default metric 4096",
    "route replace unreachable 10.0.0.0/16 metric 4096",
  ]);
});

describe("the routes of a network", () => {
  const everywhere = { destination: "0.0.0.0/0", gateway: "10.0.1.2", serverId: 7 };
  const present = { dst: "default", gateway: "10.0.1.2", dev: "net7" };
  const own = [{ dst: "10.0.1.2", dev: "net7" }, { dst: "default" }];

  it("lead to the interface of the server that has the gateway address", () => {
    expect(routeChanges(own, [everywhere])).toEqual([
      "route replace default via 10.0.1.2 dev net7 onlink",
    ]);
    const host = { destination: "192.168.0.9/32", gateway: "10.0.1.9", serverId: 7 };
    expect(routeChanges([], [host])).toEqual([
      "route replace 192.168.0.9 via 10.0.1.9 dev net7 onlink",
    ]);
  });

  it("stay as they are", () => {
    expect(routeChanges([...own, present], [everywhere])).toEqual([]);
  });

  it("go when they are deleted, or nobody has their gateway any more", () => {
    const gone = ["route delete default via 10.0.1.2 dev net7"];
    expect(routeChanges([...own, present], [])).toEqual(gone);
    expect(routeChanges([present], [{ ...everywhere, serverId: undefined }])).toEqual(gone);
  });

  it("move with their gateway, the old way first", () => {
    expect(routeChanges([present], [{ ...everywhere, serverId: 8 }])).toEqual([
      "route delete default via 10.0.1.2 dev net7",
      "route replace default via 10.0.1.2 dev net8 onlink",
    ]);
  });
});
