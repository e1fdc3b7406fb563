import { describe, expect, it } from "vitest";
import lists from "../../config/proxy-ranges.json";
import { isTrustable } from "../../config/load-balancer-schema";
import { refreshed } from "../../scripts/refresh-proxies";

const list = { source: "https://example.com/ips", asOf: "2020-01-01", ranges: ["192.0.2.0/24"] };
const answer = (ipv4: string[], ipv6 = ["2400:cb00::/32"]) => ({
  success: true,
  errors: [],
  result: { ipv4_cidrs: ipv4, ipv6_cidrs: ipv6, etag: "x" },
});

describe("refreshed", () => {
  it("takes the blocks of both families, and the day", () => {
    expect(refreshed("cloudflare", list, answer(["173.245.48.0/20"]), "2030-02-03")).toEqual({
      source: list.source,
      asOf: "2030-02-03",
      ranges: ["173.245.48.0/20", "2400:cb00::/32"],
    });
  });

  it.each([
    ["an error", { success: false, result: null }],
    ["an empty list", answer([])],
    ["a page", "<html>"],
  ])("refuses %s", (_, bad) => {
    expect(() => refreshed("cloudflare", list, bad, "2030-02-03")).toThrow(
      "https://example.com/ips must answer with its blocks",
    );
  });

  it("refuses a block that is the whole internet", () => {
    expect(() => refreshed("cloudflare", list, answer(["0.0.0.0/0"]), "2030-02-03")).toThrow(
      "must name blocks that may be trusted, got 0.0.0.0/0",
    );
  });

  it("refuses a list that it cannot read", () => {
    expect(() => refreshed("other", list, answer(["173.245.48.0/20"]), "2030-02-03")).toThrow(
      "nobody knows how https://example.com/ips publishes the list other",
    );
  });
});

describe("the lists that the project has", () => {
  it.each(Object.entries(lists))(
    "%s names its source, its day and blocks that may be trusted",
    (_, one) => {
      expect(one.source).toMatch(/^https:\/\//);
      expect(one.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(one.ranges.filter((block) => !isTrustable(block))).toEqual([]);
      expect(one.ranges.length).toBeGreaterThan(10);
    },
  );
});
