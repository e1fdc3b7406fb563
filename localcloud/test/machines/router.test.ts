import { describe, expect, it } from "vitest";
import {
  machineLines,
  machineLines6,
  routerLines,
  routerLines6,
  overlapping,
} from "../../machines/router";

describe("the link between this machine and the router", () => {
  it("leads to the public range, to the world's address and to nothing else", () => {
    expect(machineLines("wsc1a2b3c")).toEqual([
      "address replace 198.18.1.1/32 dev wsc1a2b3c",
      "link set wsc1a2b3c up",
      "route replace 198.18.1.254/32 dev wsc1a2b3c src 198.18.1.1",
      "route replace 198.18.0.0/24 via 198.18.1.254 dev wsc1a2b3c src 198.18.1.1",
      "route replace 198.18.2.2/32 via 198.18.1.254 dev wsc1a2b3c src 198.18.1.1",
    ]);
  });

  it("leads to the hosts' IPv6 addresses too", () => {
    expect(machineLines6("wsc1a2b3c")).toEqual([
      "address replace 2001:db8:0:1::1/128 dev wsc1a2b3c nodad",
      "route replace 2001:db8::/32 via fe80::1 dev wsc1a2b3c src 2001:db8:0:1::1",
    ]);
    expect(routerLines6()).toEqual(["route replace 2001:db8:0:1::1/128 dev client"]);
  });

  it("ends where metadata, API and the world are", () => {
    expect(routerLines()).toEqual([
      "address replace 169.254.169.254/32 dev lo",
      "address replace 198.18.2.1/32 dev lo",
      "address replace 198.18.2.2/32 dev lo",
      "address replace 198.18.1.254/32 dev client",
      "address replace fe80::1/64 dev client nodad",
      "link set client up",
      "route replace 198.18.1.1/32 dev client",
    ]);
  });
});

const range = "198.18.0.0/22";

describe("overlapping", () => {
  it("finds what is inside, around and at the edge", () => {
    const routes = ["198.18.3.255", "198.18.0.0/15", "198.18.2.0/24"].map((dst) => ({ dst }));
    expect(overlapping(routes, range)).toEqual(routes);
  });

  it("leaves out neighbours, the default route and IPv6", () => {
    const routes = ["198.17.255.255", "198.18.4.0/24", "default", "2001:db8::/32"];
    expect(
      overlapping(
        routes.map((dst) => ({ dst })),
        range,
      ),
    ).toEqual([]);
  });

  it("leaves out the cloud's own links and blackholes, and nobody else's", () => {
    const own = [
      { dst: "198.18.0.0/24", dev: "wsc1a2b3c" },
      { dst: range, type: "blackhole", metric: 4096 },
    ];
    const other = { dst: range, type: "blackhole" };
    expect(overlapping([...own, other], range)).toEqual([other]);
  });
});
