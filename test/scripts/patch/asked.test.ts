import { describe, expect, it } from "vitest";
import { askedPatch } from "../../../scripts/patch/asked";

describe("the arguments of npm run patch", () => {
  it("are the whole stack without words, and nothing that is not asked for", () => {
    expect(askedPatch([])).toEqual({
      ...{ stack: undefined, words: ["lb", "web", "app", "db"], yes: false },
      ...{ isCheck: false, rebootsAlways: false, allowsOutage: false },
    });
  });

  it("are tiers and nodes of a stack", () => {
    const asked = askedPatch(["--stack", "dev", "web-2", "--reboot", "db", "--outage", "--yes"]);
    expect(asked).toMatchObject({ stack: "dev", words: ["web-2", "db"], yes: true });
    expect(asked).toMatchObject({ rebootsAlways: true, allowsOutage: true });
  });

  it("are refused if one is unknown", () => {
    expect(() => askedPatch(["--rebot"])).toThrow(/Unknown option '--rebot'/);
  });
});
