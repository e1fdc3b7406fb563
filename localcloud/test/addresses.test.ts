import { describe, expect, it } from "vitest";
import {
  block,
  contains,
  freeAddress,
  freePublicAddress,
  gatewayOf,
  ipv4Number,
  ipv4Text,
  isPrivate,
  overlaps,
  canonicalIpv6,
  canonicalIpv6Block,
  ipv6Network,
  isInIpv6Block,
} from "../addresses";

describe("IPv4 addresses", () => {
  it.each(["0.0.0.0", "10.0.0.1", "255.255.255.255"])("%s is a number and back", (text) => {
    expect(ipv4Text(ipv4Number(text)!)).toBe(text);
  });

  it.each(["10.0.0", "10.0.0.256", "10.0.0.01", "a.b.c.d", "10.0.0.1.2", ""])(
    "%s is none",
    (text) => {
      expect(ipv4Number(text)).toBeUndefined();
    },
  );
});

describe("blocks", () => {
  it("have no host bits and at most 32 bits", () => {
    expect(block("10.0.0.0/30")).toEqual({ first: 167_772_160, size: 4, prefix: 30 });
    for (const text of ["10.0.0.1/24", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0", "x/8"]) {
      expect(block(text), text).toBeUndefined();
    }
  });

  it("contain and overlap", () => {
    const [outer, inner, next] = ["10.0.0.0/16", "10.0.255.0/24", "10.1.0.0/16"].map((text) =>
      block(text)!,
    );
    expect(contains(outer!, inner!)).toBe(true);
    expect(contains(inner!, outer!)).toBe(false);
    expect(overlaps(inner!, outer!)).toBe(true);
    expect(overlaps(outer!, next!)).toBe(false);
  });

  it.each([
    ["10.255.0.0/16", true],
    ["172.31.0.0/16", true],
    ["172.32.0.0/16", false],
    ["192.168.0.0/15", false],
  ])("%s is private: %s", (text, expected) => {
    expect(isPrivate(block(text)!)).toBe(expected);
  });
});

describe("addresses that are given", () => {
  it("leave out the network's gateway, and both ends of the subnet", () => {
    expect(gatewayOf("10.0.0.0/16")).toBe("10.0.0.1");
    expect(freeAddress("10.0.0.0/8", "10.0.0.0/24", new Set())).toBe("10.0.0.2");
    expect(freeAddress("10.0.0.0/16", "10.0.2.0/24", new Set())).toBe("10.0.2.1");
    expect(freeAddress("10.0.0.0/16", "10.0.2.0/30", new Set(["10.0.2.1"]))).toBe("10.0.2.2");
    const both = new Set(["10.0.2.1", "10.0.2.2"]);
    expect(freeAddress("10.0.0.0/16", "10.0.2.0/30", both)).toBeUndefined();
  });

  it("leave out the cloud's own gateway", () => {
    const used = new Set<string>();
    expect(freeAddress("172.31.0.0/16", "172.31.1.0/24", used)).toBe("172.31.1.2");
  });

  it("of servers and of floating IPs do not meet", () => {
    expect(freePublicAddress("server", new Set())).toBe("198.18.0.10");
    const servers = new Set(Array.from({ length: 256 }, (_, n) => `198.18.0.${n}`));
    servers.delete("198.18.0.200");
    expect(freePublicAddress("server", servers)).toBeUndefined();
    expect(freePublicAddress("floating", servers)).toBe("198.18.0.200");
  });
});

describe("IPv6 addresses", () => {
  it.each([
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:0db8::0001", "2001:db8::1"],
    ["::", "::"],
  ])("%s is %s", (text, expected) => {
    expect(canonicalIpv6(text)).toBe(expected);
  });

  it.each(["fe80::1%eth0", "::ffff:10.0.0.1", "10.0.0.1", "2001:db8::1::", ""])(
    "%s is none",
    (text) => {
      expect(canonicalIpv6(text)).toBeUndefined();
    },
  );

  it("lie in their block", () => {
    expect(isInIpv6Block("2001:db8:1:2::99", "2001:db8:1:2::/64")).toBe(true);
    expect(isInIpv6Block("2001:db8:1:20::1", "2001:db8:1:2::/64")).toBe(false);
    expect(isInIpv6Block("10.0.0.1", "2001:db8:1:2::/64")).toBe(false);
  });
});

describe("IPv6 blocks", () => {
  it.each([
    ["::/0", "::/0"],
    ["2001:DB8::/32", "2001:db8::/32"],
    ["2001:db8::1/128", "2001:db8::1/128"],
  ])("%s is %s", (text, expected) => {
    expect(canonicalIpv6Block(text)).toBe(expected);
  });

  it.each(["2001:db8::1/64", "::/129", "::/x", "::", "::/0/0"])("%s is none", (text) => {
    expect(canonicalIpv6Block(text)).toBeUndefined();
  });
});

describe("networks of servers", () => {
  it("have four groups that are not zero, and differ", () => {
    const networks = [0, 1, 1_000, 65_533, 65_534, 200_000].map(ipv6Network);
    expect(new Set(networks).size).toBe(networks.length);
    for (const network of networks) {
      expect(network).toMatch(/^2001:db8:[1-9a-f][0-9a-f]*:[1-9a-f][0-9a-f]*::\/64$/);
      expect(canonicalIpv6Block(network)).toBe(network);
    }
  });
});
