import { describe, expect, it } from "vitest";
import type { Archiver, ArchiveState } from "../../../scripts/operate/archive";
import { archiveReport } from "../../../scripts/operate/archive-report";
import { idAgo, nowMs, running } from "./support/archive-state";

const standby = running({ active: false, doing: "another node archives" });
const reportOf = (found: Record<string, Archiver>, isProofExpected = true) =>
  archiveReport(new Map(Object.entries(found)), isProofExpected, nowMs * 1_000);
const report = (more: Partial<ArchiveState> = {}, isProofExpected = true) =>
  reportOf({ "db-1": standby, "db-2": running(more) }, isProofExpected);

describe("what is said of backups", () => {
  it("is one line and no error if all is as it must be", () => {
    expect(report()).toEqual({
      lines: [
        "backups  db-2 archives, 9 s behind, last base 9.0 h ago, last proved restore 7.0 h ago",
      ],
      errors: [],
    });
    expect(reportOf({ "db-1": { kind: "none" } })).toEqual({ lines: [], errors: [] });
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
    expect(reportText.errors).toHaveLength(4);
    expect(reportText.errors[3]).toContain("has not written its state for 144000 s");
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
    const none = reportOf({ "db-1": running({ active: false, doing: "waits" }) });
    expect(none).toEqual({
      lines: ["backups  NO NODE ARCHIVES: db-1 waits"],
      errors: ["no node archives"],
    });
  });

  it("is an error if no archiver runs, which systemd leaves no state of", () => {
    const stopped: Archiver = { kind: "stopped" };
    expect(reportOf({ "db-1": stopped, "db-2": stopped })).toEqual({
      lines: [
        "backups  NO NODE ARCHIVES: db-1 has no running archiver; db-2 has no running archiver",
      ],
      errors: [
        "no node archives",
        "no archiver runs on db-1; look at systemctl status webstack-archiver there",
        "no archiver runs on db-2; look at systemctl status webstack-archiver there",
      ],
    });
    const one = reportOf({ "db-1": stopped, "db-2": running() });
    expect(one.lines).toEqual(report().lines);
    expect(one.errors).toEqual([
      "no archiver runs on db-1; look at systemctl status webstack-archiver there",
    ]);
  });

  it("is an error if no node answers, and not if a node answers that it has no backups", () => {
    const unknown: Archiver = { kind: "unknown" };
    expect(reportOf({ "db-1": unknown, "db-2": unknown }).errors).toEqual([
      "the backups are unknown: db-1, db-2 did not answer",
    ]);
    expect(reportOf({ "db-1": unknown, "db-2": { kind: "none" } }).errors).toEqual([]);
    expect(reportOf({ "db-1": unknown, "db-2": running() }).errors).toEqual([]);
    expect(reportOf({ "db-1": unknown, "db-2": standby }).lines).toEqual([
      "backups  NO NODE ARCHIVES: db-2 another node archives; db-1 does not answer",
    ]);
  });

  it("is an error if an archiver has not written its state for three minutes, or writes one of the future", () => {
    expect(report({ atUs: (nowMs - 179_000) * 1_000 }).errors).toEqual([]);
    expect(report({ atUs: (nowMs - 181_000) * 1_000 }).errors).toEqual([
      "the archiver of db-2 has not written its state for 181 s: it hangs, or a clock is wrong; look at journalctl -u webstack-archiver and timedatectl there",
    ]);
    expect(report({ atUs: (nowMs + 181_000) * 1_000 }).errors[0]).toContain(
      "wrote its state 181 s in the future",
    );
  });

  it("does not take an object of the future for a new one", () => {
    expect(report({ base: idAgo(-0.05) }).errors).toEqual([]);
    expect(report({ base: idAgo(-24) }).errors).toEqual([
      "last base 24.0 h in the future: its age is unknown; compare the clock of the node with that of this machine (timedatectl)",
    ]);
    expect(report({ proof: idAgo(-24) }).errors[0]).toContain("last proved restore 24.0 h in");
    expect(report({ dump: idAgo(-24) }).errors[0]).toContain("last dump 24.0 h in the future");
    const late = report({ newestUs: (nowMs + 400_000) * 1_000 });
    expect(late.errors[0]).toContain("the newest archived commit is 400 s in the future");
    expect(report({ newestUs: (nowMs + 200_000) * 1_000 }).errors).toEqual([]);
  });

  it("names the objects that a node does not count because of their names", () => {
    const { lines, errors } = report({ ahead: ["4b2c/bases/20361128T031500Z.json"] });
    expect(lines[0]).toContain("OBJECTS OF THE FUTURE: 1");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^4b2c\/bases\/20361128T031500Z\.json: named after a time in the/);
    const many = report({ ahead: ["1", "2", "3", "4", "5", "6", "7"] });
    expect(many.errors[0]).toMatch(/^1, 2, 3, 4, 5 and 2 more: /);
  });
});
