import { describe, expect, it } from "vitest";
import { combinationProblems } from "../../config/combinations";
import { consentOf, consentProblems } from "../../config/consent";

describe("a line of consent", () => {
  it.each([
    ["resize app until 2026-12-31", { verb: "resize", what: "app", until: "2026-12-31" }],
    ["resize lb-2 until 2026-12-31", { verb: "resize", what: "lb-2", until: "2026-12-31" }],
    ["delete web-12 until 2026-12-31", { verb: "delete", what: "web-12", until: "2026-12-31" }],
    [
      "delete addresses until 2028-02-29",
      { verb: "delete", what: "addresses", until: "2028-02-29" },
    ],
    ["delete access until 2026-12-31", { verb: "delete", what: "access", until: "2026-12-31" }],
    ["delete saved until 2026-12-31", { verb: "delete", what: "saved", until: "2026-12-31" }],
    ["replace network until 2026-12-31", { verb: "replace", what: "network", until: "2026-12-31" }],
  ])("says %s", (line, consent) => {
    expect(consentOf(line)).toEqual(consent);
  });

  it.each([
    "resize everything until 2026-12-31",
    "resize web-0 until 2026-12-31",
    "delete web until 2026-12-31",
    "delete lb-1 until 2026-12-31",
    "delete db-3",
    "delete db-3 until tomorrow",
    "delete db-3 until 2027-02-29",
    " delete db-3 until 2026-12-31",
    "delete db-3 until 2026-12-31 and more",
  ])("is not: %s", (line) => {
    expect(consentOf(line)).toBeUndefined();
  });
});

describe("the last day of a line", () => {
  const today = new Date("2026-11-28T23:59:59Z");
  const problems = (until: string) =>
    consentProblems({ consent: [`delete db-5 until ${until}`] }, today);

  it("is today at the earliest, and 30 days ahead at the latest", () => {
    expect(problems("2026-11-28")).toEqual([]);
    expect(problems("2026-12-28")).toEqual([]);
    expect(problems("2026-11-27")[0]).toMatch(/must allow nothing that is over, got "delete db-5/);
    expect(problems("2026-12-29")[0]).toMatch(/must end within 30 days, got "delete db-5/);
  });

  it("is not judged of what is no line, which has a problem of its own", () => {
    expect(consentProblems({ consent: ["delete everything", 7] }, today)).toEqual([]);
    expect(consentProblems({ consent: "delete db-5 until 2020-01-01" }, today)).toEqual([]);
    expect(consentProblems({}, today)).toEqual([]);
  });
});

describe("consent to another network", () => {
  const line = "replace network until 2026-12-31";
  const problems = (publicAddresses: string, ...consent: string[]) =>
    combinationProblems({ network: { publicAddresses }, consent });

  it("is refused where servers without a public address stay in theirs", () => {
    expect(problems("edge", "resize app until 2026-12-31", line)).toEqual([
      expect.stringMatching(
        /^webstack:consent must not replace the network with network.publicAddresses edge, got "replace network until 2026-12-31": .*; remove the line, and for another network make a new stack/,
      ),
    ]);
  });

  it("is allowed with public addresses, and other lines in either mode", () => {
    expect(problems("all", line)).toEqual([]);
    expect(problems("edge", "replace db-1 until 2026-12-31")).toEqual([]);
  });
});
