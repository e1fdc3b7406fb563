import { describe, expect, it } from "vitest";
import { type ArchiveState, archiveReport } from "../../../scripts/operate/archive";
import { failedBaseUs } from "../../../scripts/operate/failed-base";

const nowMs = Date.parse("2026-11-28T12:00:00Z");
const idAgo = (hours: number) =>
  new Date(nowMs - hours * 3_600_000).toISOString().replace(/[-:]|\.\d+/g, "");

function state(more: Partial<ArchiveState> = {}): ArchiveState {
  return {
    ...{ active: true, doing: "archives", problem: "", failedProof: "", timeline: "4b2c" },
    ...{ archived: "", dumpOn: "off", dump: "", failedDump: "" },
    ...{ newestUs: (nowMs - 9_000) * 1_000, atUs: nowMs * 1_000 },
    ...{ base: idAgo(9), failedBaseUs: 0, proof: idAgo(7), ...more },
  };
}
const report = (more: Partial<ArchiveState> = {}, isProofExpected = true) =>
  archiveReport(
    new Map([
      ["db-1", state({ active: false, doing: "another node archives" })],
      ["db-2", state(more)],
    ]),
    isProofExpected,
    nowMs * 1_000,
  );

describe("what is said of backups", () => {
  it("is one line and no error if all is as it must be", () => {
    expect(report()).toEqual({
      lines: [
        "backups  db-2 archives, 9 s behind, last base 9.0 h ago, last proved restore 7.0 h ago",
      ],
      errors: [],
    });
    expect(archiveReport(new Map([["db-1", undefined]]), true)).toEqual({ lines: [], errors: [] });
  });

  it("is an error as soon as something is older than it may be", () => {
    expect(report({ proof: idAgo(25.9) }).errors).toEqual([]);
    const old = report({ proof: idAgo(26.1) });
    expect(old.errors).toEqual(["the last proved restore is 26.1 h old, more than 26 h"]);
    expect(old.lines[0]).toContain("last proved restore 26.1 h ago (TOO OLD)");
    expect(report({ base: idAgo(30) }).errors).toEqual([
      "the last base is 30.0 h old, more than 26 h",
    ]);
    const behind = report({ newestUs: (nowMs - 61_000) * 1_000 });
    expect(behind.errors).toEqual(["the archive is 61 s behind, more than 60 s"]);
  });

  it("does not trust an archiver that has stopped to say anything", () => {
    const hours = 40;
    const atUs = (nowMs - hours * 3_600_000) * 1_000;
    const reportText = report({ atUs, newestUs: atUs, base: idAgo(41), proof: idAgo(42) });
    expect(reportText.errors).toHaveLength(3);
  });

  it("is an error if there never was a proof, unless none is expected", () => {
    expect(report({ proof: "" }).errors).toEqual(["there is no proved restore"]);
    const local = report({ proof: "" }, false);
    expect(local.errors).toEqual([]);
    expect(local.lines[0]).toContain("NO proved restore");
    expect(report({ proof: idAgo(27) }, false).errors).toHaveLength(1);
  });

  it("is an error if the last restore that was to be a proof failed", () => {
    const failed = idAgo(3);
    expect(report({ failedProof: failed }).errors).toEqual([
      `a restore FAILED 3.0 h ago: proof-failures/${failed}.json in the bucket says why`,
    ]);
    expect(report({ failedProof: idAgo(8) }).errors).toEqual([]);
  });

  it("is an error if a base failed after the last one in the archive", () => {
    const failedBaseUs = (nowMs - 3 * 3_600_000) * 1_000;
    const failed = report({ failedBaseUs });
    expect(failed.lines[0]).toContain("last base 9.0 h ago, a base FAILED 3.0 h ago, last proved");
    expect(failed.errors).toEqual([
      "a base FAILED 3.0 h ago: on db-2, `journalctl -u webstack-base-copy -u webstack-base` has the reason",
    ]);
    expect(report({ failedBaseUs, base: "" }).errors).toHaveLength(2);
    // Another node may have taken a base since.
    expect(report({ failedBaseUs, base: idAgo(2) }).errors).toEqual([]);
  });

  it("has the age of the newest dump, which is an error after nine days", () => {
    const dumpOn = "sunday";
    const young = report({ dumpOn, dump: idAgo(9 * 24 - 1) });
    expect(young.errors).toEqual([]);
    expect(young.lines[0]).toContain("last base 9.0 h ago, last dump 9.0 d ago, last proved");
    const old = report({ dumpOn, dump: idAgo(9 * 24 + 3) });
    expect(old.errors).toEqual(["the last dump is 9.1 d old, more than 9 d"]);
    expect(old.lines[0]).toContain("last dump 9.1 d ago (TOO OLD)");
    const none = report({ dumpOn });
    expect([none.errors, none.lines[0]?.includes("no dump yet")]).toEqual([[], true]);
    const off = report({ dump: idAgo(90 * 24) });
    expect([off.errors, off.lines[0]?.includes("last dump 90.0 d ago")]).toEqual([[], true]);
  });

  it("is an error if a dump failed after the last one that did not", () => {
    const failed = idAgo(3);
    expect(report({ dumpOn: "sunday", failedDump: failed }).errors).toEqual([
      `a dump FAILED 3.0 h ago: 4b2c/dump-failures/${failed}.json in the bucket says why`,
    ]);
    const since = { dump: idAgo(2), failedDump: failed };
    expect(report({ dumpOn: "sunday", ...since }).errors).toEqual([]);
    expect(report({ failedDump: failed })).toEqual(report());
  });

  it("is an error if the archive has a problem, or nobody archives", () => {
    expect(report({ problem: "gap", doing: "waits for a base" }).errors).toEqual([
      "gap: waits for a base",
    ]);
    const none = archiveReport(new Map([["db-1", state({ active: false, doing: "waits" })]]), true);
    expect(none).toEqual({
      lines: ["backups  NO NODE ARCHIVES: db-1 waits"],
      errors: ["no node archives"],
    });
  });
});

describe("the last base of a node", () => {
  const unit = (result: string, second: number) =>
    `Result=${result}\nStateChangeTimestamp=@${second}\n`;
  const of = (...units: string[]) => failedBaseUs(`\n${units.join("\n")}`);

  it("failed if its copy or its upload did", () => {
    expect(of(unit("success", 100), unit("exit-code", 200))).toBe(200e6);
    expect(of(unit("timeout", 100), unit("success", 50))).toBe(100e6);
    expect(of(unit("exit-code", 100), unit("signal", 200))).toBe(200e6);
  });

  it("did not fail if it was taken, or left out, or if there was none since the boot", () => {
    expect(of(unit("success", 100), unit("success", 200))).toBe(0);
    expect(of(unit("success", 100), unit("exec-condition", 200))).toBe(0);
    expect(of("Result=success\nStateChangeTimestamp=\n")).toBe(0);
    expect(of("")).toBe(0);
  });
});
