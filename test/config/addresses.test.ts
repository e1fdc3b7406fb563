import { describe, expect, it } from "vitest";
import { contains, ipv4Block, isCidr, isPrivateBlock } from "../../config/addresses";

describe("ipv4Block", () => {
  it("reads address and prefix", () => {
    expect(ipv4Block("10.0.1.0/24")).toEqual({ first: 167_772_416, prefix: 24 });
    expect(ipv4Block("0.0.0.0/0")).toEqual({ first: 0, prefix: 0 });
  });

  it.each([
    "10.0.1.0",
    "10.0.1.0/",
    "10.0.1.0/33",
    "10.0.1.1/24",
    "10.0.1/24",
    "10.0.0.0/08",
    "x/8",
    "10.0.0.0/8/8",
  ])("refuses %s", (text) => {
    expect(ipv4Block(text)).toBeUndefined();
  });
});

describe("contains", () => {
  const block = (text: string) => ipv4Block(text)!;

  it.each([
    ["10.0.0.0/8", "10.255.255.0/24", true],
    ["10.0.0.0/8", "10.0.0.0/8", true],
    ["10.0.0.0/24", "10.0.1.0/24", false],
    ["10.0.0.0/24", "10.0.0.0/16", false],
    ["0.0.0.0/0", "203.0.113.7/32", true],
  ])("%s holds %s: %s", (outer, inner, held) => {
    expect(contains(block(outer), block(inner))).toBe(held);
  });
});

describe("isPrivateBlock", () => {
  it.each(["10.0.0.0/8", "172.16.0.0/12", "172.31.0.0/16", "192.168.7.0/24"])(
    "takes %s",
    (text) => {
      expect(isPrivateBlock(ipv4Block(text)!)).toBe(true);
    },
  );

  it.each(["172.32.0.0/16", "192.169.0.0/16", "8.0.0.0/6", "0.0.0.0/0"])("refuses %s", (text) => {
    expect(isPrivateBlock(ipv4Block(text)!)).toBe(false);
  });
});

describe("isCidr", () => {
  it.each([
    "192.0.2.0/24",
    "0.0.0.0/0",
    "::/0",
    "2001:db8::/32",
    "2001:db8::1/128",
    "::ffff:192.0.2.0/120",
  ])("takes %s", (text) => {
    expect(isCidr(text)).toBe(true);
  });

  it.each([
    "192.0.2.1/24",
    "2001:db8::1/64",
    "2001:db8::",
    "fe80::1%eth0/128",
    "::/129",
    "localhost/8",
    "",
  ])("refuses %j", (text) => {
    expect(isCidr(text)).toBe(false);
  });
});
