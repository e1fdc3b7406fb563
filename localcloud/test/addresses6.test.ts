import { describe, expect, it } from "vitest";
import { canonicalIpv6, canonicalIpv6Block, ipv6Network, isInIpv6Block } from "../addresses6";

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
