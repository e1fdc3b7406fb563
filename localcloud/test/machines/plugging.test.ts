import { describe, expect, it } from "vitest";
import type { PrivateNic } from "../../machines/driver";
import {
  isSameInterface,
  privateHostLines,
  privateRouterLines,
  publicHostLines,
  publicRouterLines,
} from "../../machines/plugging";

const mac = "96:00:00:00:00:01";
const ipv4 = { ip: "198.18.0.10" };
const ipv6 = { network: "2001:db8:1:7::/64" };

describe("a public interface", () => {
  it("has a /32, and Hetzner's gateway on the link", () => {
    expect(publicHostLines({ mac, ipv4 })).toEqual([
      "link set lo up",
      "address add 198.18.0.10/32 dev eth0",
      "link set eth0 up",
      "route add 172.31.1.1 dev eth0 scope link",
      "route add default via 172.31.1.1 dev eth0",
    ]);
  });

  it("has the first address of its /64", () => {
    expect(publicHostLines({ mac, ipv6 })).toEqual([
      "link set lo up",
      "link set eth0 up",
      "address add 2001:db8:1:7::1/64 dev eth0 nodad",
      "route add default via fe80::1 dev eth0",
    ]);
  });

  it("gets its addresses from the router and nothing else", () => {
    expect(publicRouterLines("pub7", { mac, ipv4, ipv6 })).toEqual([
      "link set pub7 up",
      "address add 172.31.1.1/32 dev pub7",
      "address add fe80::1/64 dev pub7 nodad",
      "route replace 198.18.0.10/32 dev pub7",
      "route replace 2001:db8:1:7::/64 dev pub7",
    ]);
  });
});

describe("a private interface", () => {
  const nic = {
    ip: "10.0.1.2",
    aliasIps: ["10.0.1.9"],
    gateway: "10.0.0.1",
    networkIpRange: "10.0.0.0/16",
    interfaceNumber: 1,
  } as PrivateNic;

  it("has a /32 and reaches the whole network through the gateway", () => {
    expect(privateHostLines(nic, false)).toEqual([
      "address add 10.0.1.2/32 dev enp7s0",
      "link set enp7s0 up",
      "route add 10.0.0.1 dev enp7s0 scope link",
      "route add 10.0.0.0/16 via 10.0.0.1 dev enp7s0",
    ]);
  });

  it("leads to the metadata service where nothing else does, and never to everywhere", () => {
    expect(privateHostLines(nic, true).slice(4)).toEqual([
      "route add 169.254.169.254 via 10.0.0.1 dev enp7s0",
    ]);
  });

  it("is the same for the host whatever its alias addresses are", () => {
    expect(isSameInterface(nic, { ...nic, aliasIps: [], networkName: "other" })).toBe(true);
    expect(isSameInterface(nic, { ...nic, ip: "10.0.1.3" })).toBe(false);
  });

  it("is named after its number", () => {
    expect(privateHostLines({ ...nic, interfaceNumber: 2 }, false)[1]).toBe("link set enp8s0 up");
  });

  it("gets its alias addresses too, which the host sets itself", () => {
    expect(privateRouterLines("net7", nic)).toEqual([
      "link set net7 up",
      "address add 10.0.0.1/32 dev net7",
      "route replace 10.0.1.2/32 dev net7",
      "route replace 10.0.1.9/32 dev net7",
    ]);
  });
});
