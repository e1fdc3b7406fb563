import { describe, expect, it } from "vitest";
import { isTrustable, trustedBlocks } from "../../config/load-balancer-schema";

describe("isTrustable", () => {
  it.each([
    "cloudflare",
    "203.0.113.7/32",
    "10.0.0.0/8",
    "104.16.0.0/13",
    "2606:4700::/32",
    "2a06:98c0::/29",
    "fd00::/19",
    "2001:db8::1/128",
  ])("takes %s", (text) => expect(isTrustable(text)).toBe(true));

  it.each([
    ["every address", "0.0.0.0/0"],
    ["half of all addresses", "128.0.0.0/1"],
    ["more than one provider", "104.0.0.0/7"],
    ["every IPv6 address", "::/0"],
    ["every address of the IPv6 internet", "2000::/3"],
    ["every IPv4 address, written as IPv6", "::ffff:0:0/96"],
    ["one IPv4 address, written as IPv6", "::ffff:203.0.113.7/128"],
    ["a block with host bits", "203.0.113.7/24"],
    ["an address without a prefix", "203.0.113.7"],
    ["a list that is not known", "cloudfare"],
    ["a name of every object", "toString"],
  ])("refuses %s", (_, text) => expect(isTrustable(text)).toBe(false));
});

describe("trustedBlocks", () => {
  it("puts the blocks of a list in the place of its name, each once", () => {
    const blocks = trustedBlocks(["203.0.113.0/24", "cloudflare", "131.0.72.0/22"]);
    expect(blocks.slice(0, 2)).toEqual(["203.0.113.0/24", "173.245.48.0/20"]);
    expect(blocks.filter((block) => block === "131.0.72.0/22")).toHaveLength(1);
    expect(blocks).not.toContain("cloudflare");
  });
});
