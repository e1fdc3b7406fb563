import { describe, expect, it } from "vitest";
import { visitedName } from "../../../scripts/drill/handshakes";

describe("visitedName", () => {
  it("is another name beneath a wildcard each time, one label long", () => {
    const names = Array.from({ length: 20 }, () => visitedName("*.example.test"));
    expect(new Set(names).size).toBe(20);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{12}\.example\.test$/);
  });

  it("is a single name itself", () => {
    expect(visitedName("www.example.test")).toBe("www.example.test");
  });
});
