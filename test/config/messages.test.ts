import { describe, expect, it } from "vitest";
import { editDistance, closestName } from "../../config/messages";

describe("editDistance", () => {
  it.each([
    ["", "", 0],
    ["web", "web", 0],
    ["web", "wed", 1],
    ["cidr", "cidrs", 1],
    ["cuont", "count", 2],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
  ])("from %j to %j is %i", (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
    expect(editDistance(b, a)).toBe(edits);
  });
});

describe("nearest", () => {
  it("finds the name with the fewest edits", () => {
    expect(closestName("servertypes", ["count", "serverType", "path"])).toBe("serverType");
  });

  it("takes the first of names that are equally near", () => {
    expect(closestName("x", ["a", "b"])).toBe("a");
  });

  it.each([
    ["cuont", "count"],
    ["environment", "env"],
    ["timeout", "timeoutSeconds"],
    ["SERVERTYPE", "serverType"],
  ])("is for %s %s", (name, expected) => {
    expect(closestName(name, ["status", "count", "env", "timeoutSeconds", "serverType"])).toBe(
      expected,
    );
  });

  it.each([
    ["ruby", ["node", "python", "executable"]],
    ["database", ["domains", "domain", "db", "web"]],
    ["timeout", ["status", "path"]],
  ])("is nothing for %s among %j", (name, known) => {
    expect(closestName(name, known)).toBeUndefined();
  });

  it("has no answer without names", () => {
    expect(closestName("x", [])).toBeUndefined();
  });
});
