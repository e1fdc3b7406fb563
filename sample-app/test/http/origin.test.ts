import { describe, expect, it } from "vitest";
import { mayChange } from "../../src/http/origin";

describe("mayChange", () => {
  const post = { method: "POST", host: "shop.example" };

  it("lets reads pass from anywhere", () => {
    expect(mayChange({ method: "GET", site: "cross-site" })).toBe(true);
  });

  it.each([
    ["the site's own page", { site: "same-origin" }, true],
    ["the address bar", { site: "none" }, true],
    ["another site", { site: "cross-site" }, false],
    ["a sibling host", { site: "same-site" }, false],
    ["the own origin", { origin: "https://shop.example" }, true],
    [
      "the own origin, with the port that the proxy left out",
      { origin: "http://shop.example:8080" },
      true,
    ],
    ["a foreign origin", { origin: "https://evil.example" }, false],
    ["a foreign port", { origin: "http://shop.example:9", host: "shop.example:8080" }, false],
    ["a sandboxed page", { origin: "null" }, false],
    ["something that is no URL", { origin: "shop.example" }, false],
    ["a program, which names no origin", {}, true],
  ])("decides about a POST from %s", (_, source, allowed) => {
    expect(mayChange({ ...post, ...source })).toBe(allowed);
  });
});
