import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readRenewalRequests, withRenewalRequests } from "../../../host/acme/plan";

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((path) => rmSync(path, { recursive: true })));

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "renewals-"));
  folders.push(folder);
  writeFileSync(join(folder, "requests.json"), text);
  return join(folder, "requests.json");
}

describe("requests for new certificates", () => {
  it("are read by name, and anything malformed is no request", () => {
    expect(readRenewalRequests(file('{"a.example": 5, "b.example": "soon"}'))).toEqual({
      "a.example": 5,
    });
    for (const text of ["", "{", "null", "[]"]) expect(readRenewalRequests(file(text))).toEqual({});
    expect(readRenewalRequests("/nonexistent/requests.json")).toEqual({});
  });

  it("stand for all names, or for the named ones beside earlier requests", () => {
    const domains = ["a.example", "b.example"];
    expect(withRenewalRequests({}, [], domains, 7)).toEqual({ "a.example": 7, "b.example": 7 });
    expect(withRenewalRequests({ "a.example": 3 }, ["b.example"], domains, 7)).toEqual({
      "a.example": 3,
      "b.example": 7,
    });
  });

  it("are refused for a name that has no certificate, with the names that have one", () => {
    expect(() => withRenewalRequests({}, ["c.example"], ["a.example"], 7)).toThrow(
      "no certificate is ordered for c.example; names: a.example",
    );
    expect(() => withRenewalRequests({}, [], [], 7)).toThrow(/no name of this stack/);
  });
});
