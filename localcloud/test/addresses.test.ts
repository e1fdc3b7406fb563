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
