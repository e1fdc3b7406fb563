import { describe, expect, it } from "vitest";
import {
  parseCommandLine,
  checkConsent,
  earlierReplacementOf,
} from "../../../../scripts/restore/command-line";
import {
  lostLine,
  replacePlanLines,
  transactionsIn,
} from "../../../../scripts/restore/replace/replace";
import { isOfApp, keptSchema, stampAt } from "../../../../scripts/restore/replace/record";
import type { Plan } from "../../../../scripts/restore/plan";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

describe("a command line about all data", () => {
  it("leaves a restore alone, that of the newest dump too", () => {
    expect(earlierReplacementOf(["--dump"])).toBeUndefined();
    expect(earlierReplacementOf(["--dump", "--into", "new"])).toBeUndefined();
  });

  it("names the stack whose data may be replaced", () => {
    const options = parseCommandLine(["--latest", "--into", "replace", "--yes-replace", "prod"]);
    expect([options.use, options.consent]).toEqual([{ into: "replace" }, "prod"]);
    expect(() => checkConsent("prod", "prod", "--into replace")).not.toThrow();
    expect(() => checkConsent("local", undefined, "--into replace")).not.toThrow();
    expect(() => checkConsent(undefined, "prod", "--into replace")).toThrow(
      "--into replace changes all data of stack prod: --yes-replace must be prod, got none; nothing was done",
    );
    expect(() => checkConsent("staging", "prod", "--into replace")).toThrow('got "staging"');
  });

  it("undoes or drops a former replacement", () => {
    expect(earlierReplacementOf(["--latest"])).toBeUndefined();
    const words = ["--stack", "prod", "--yes-replace", "prod"];
    const former = { stamp: "20261128_031500", stack: "prod" };
    expect(earlierReplacementOf(["--undo-replace", former.stamp, ...words])).toEqual({
      work: "undo",
      ...former,
    });
    expect(earlierReplacementOf(["--drop-replaced", former.stamp, ...words])).toEqual({
      work: "drop",
      ...former,
    });
  });

  it.each([
    [["--undo-replace", "yesterday"], "--undo-replace must be the time of a replacement"],
    [["--drop-replaced", "20261128_031500"], "--yes-replace must be local, got none"],
    [
      ["--undo-replace", "20261128_031500", "--latest"],
      "without a restore; got --undo-replace, --latest",
    ],
  ])("refuses %j", (words, message) => {
    expect(() => earlierReplacementOf(words)).toThrow(message);
  });
});

describe("what a replacement sets aside", () => {
  const links = [{ number: 1, link: { segment: { toUs: 1_800_000_600_000_000 } }, fault: "" }];
  const base = { base: { plainBytes: 3e9 }, links: [] } as unknown as Plan;

  it("is told in minutes of writes before the restore", () => {
    const target = { kind: "time", us: 1_800_000_000_000_000 } as const;
    const lines = replacePlanLines(base, links as never, target, "prod");
    expect(lines[0]).toContain("in stack prod");
    expect(lines[1]).toMatch(/^sets aside {2}10\.0 min of writes, up to .* of 2027-01-15T/);
    expect(lines[2]).toContain("about 50 min (17 min for each GB)");
  });

  it("is counted in transactions after the restore", () => {
    expect(transactionsIn(`${uuid}:1-5:9,${uuid}:tag:3-4`)).toBe(8);
    expect(lostLine(`${uuid}:1-12`, `${uuid}:1-10`)).toBe(
      `sets aside  2 transactions that only the present database has, heartbeats included: ${uuid}:11-12`,
    );
    expect(lostLine(`${uuid}:1-10`, `${uuid}:1-10`)).toContain("no transaction");
  });
});

describe("schemas of the app", () => {
  it("are neither MySQL's nor the stack's, nor left by a restore", () => {
    const all = ["app", "mysql", "webstack_archive", "replaced_20261128_031500", "replaced_parts"];
    expect(all.filter(isOfApp)).toEqual(["app", "replaced_parts"]);
    expect(isOfApp("restored_20261128_031500_app")).toBe(false);
  });

  it("are kept under a name that tells the time", () => {
    expect(stampAt(new Date("2026-11-28T03:15:00.123Z"))).toBe("20261128_031500");
    expect(keptSchema("20261128_031500", "x".repeat(60))).toHaveLength(64);
  });
});
