import { describe, expect, it } from "vitest";
import { machineLines, machineLines6, routerLines, routerLines6 } from "../../machines/router";

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
