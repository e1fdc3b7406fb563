import { describe, expect, it } from "vitest";
import { parseCommandLine, patchedLine, pendingLines } from "../../../scripts/patch/command-line";

describe("the arguments of npm run patch", () => {
  it("are the whole stack without words, and nothing that is not asked for", () => {
    expect(parseCommandLine([])).toEqual({
      ...{ stack: undefined, words: ["lb", "web", "app", "db"], yes: false },
      ...{ isCheck: false, rebootsAlways: false, allowsOutage: false },
    });
  });

  it("are tiers and nodes of a stack", () => {
    const options = parseCommandLine([
      "--stack",
      "dev",
      "web-2",
      "--reboot",
      "db",
      "--outage",
      "--yes",
    ]);
    expect(options).toMatchObject({ stack: "dev", words: ["web-2", "db"], yes: true });
    expect(options).toMatchObject({ rebootsAlways: true, allowsOutage: true });
  });

  it("are refused if one is unknown", () => {
    expect(() => parseCommandLine(["--rebot"])).toThrow(/Unknown option '--rebot'/);
  });
});

const changes = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ name: `p${i + 1}`, from: "1", to: "2" }));
const nothing = { packages: [], isHalfDone: false, rebootReasons: [], hasUnattended: true };

describe("the line about a patched node", () => {
  it("has packages, reboot and seconds", () => {
    const packages = [
      { name: "nginx", from: "1.28.0-1", to: "1.28.0-2" },
      { name: "linux-image-6.17.0-6", from: undefined, to: "6.17.0-6.6" },
    ];
    const rebootReasons = ["the distribution asks for it for linux-image-6.17.0-6"];
    expect(patchedLine("web-1", { packages, rebootReasons, isUntouched: false }, 48)).toBe(
      "web-1: 2 packages upgraded (nginx 1.28.0-1 -> 1.28.0-2, linux-image-6.17.0-6 6.17.0-6.6 (new)), " +
        "rebooted (the distribution asks for it for linux-image-6.17.0-6), 48 s",
    );
  });

  it("names eight packages and counts the rest", () => {
    const patched = { packages: changes(10), rebootReasons: [], isUntouched: false };
    expect(patchedLine("web-1", patched, 9)).toMatch(/p8 1 -> 2, 2 more\), not rebooted, 9 s$/);
  });

  it("has no list for a reboot alone, and little for a node without work", () => {
    const patched = { packages: [], rebootReasons: ["--reboot"], isUntouched: false };
    expect(patchedLine("web-1", patched, 20)).toBe(
      "web-1: 0 packages upgraded, rebooted (--reboot), 20 s",
    );
    const untouched = { packages: [], rebootReasons: [], isUntouched: true };
    expect(patchedLine("web-1", untouched, 3)).toBe("web-1: nothing to do");
  });
});

describe("the list of --check", () => {
  it("has a line for each package", () => {
    const pending = {
      ...nothing,
      packages: changes(1),
      rebootReasons: ["replaced files still run in node"],
    };
    expect(pendingLines("db-1", pending)).toEqual([
      "db-1  1 package; reboot: replaced files still run in node",
      "  p1 1 -> 2",
    ]);
  });

  it("tells of a host that installs nothing by itself, and of an upgrade that was cut off", () => {
    expect(pendingLines("db-1", nothing)).toEqual(["db-1  nothing to upgrade"]);
    expect(pendingLines("db-1", { ...nothing, hasUnattended: false, isHalfDone: true })).toEqual([
      "db-1  nothing to upgrade; an upgrade was cut off in the middle; " +
        "no unattended-upgrades, so security updates come with patch alone",
    ]);
  });
});
