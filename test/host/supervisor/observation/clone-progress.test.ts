import { describe, expect, it } from "vitest";
import { type Mysql, SqlError } from "../../../../host/supervisor/mysql";
import { CloneProgress } from "../../../../host/supervisor/observation/clone-progress";
import { upTo } from "../support/node-state";

function copying(stage: string, bytes: number): string[][] {
  return [
    ["stage", stage, "In Progress", String(bytes), "12300000000"],
    ["executed", ""],
  ];
}

function catchingUp(last: number): string[][] {
  return [
    ["stage", "FILE COPY", "Completed", "5000000", "5000000"],
    ["executed", upTo(last)],
  ];
}

describe("Progress", () => {
  it("has not moved before something changed", () => {
    const progress = new CloneProgress();
    progress.take(copying("FILE COPY", 0), 0);
    expect(progress.isMoving(0)).toBe(false);
    progress.take(copying("FILE COPY", 1_000), 1_000);
    expect(progress.isMoving(1_000)).toBe(true);
    expect(progress.isMoving(31_001)).toBe(false);
  });

  it("says how far a copy is", () => {
    const progress = new CloneProgress();
    progress.take(copying("FILE COPY", 3_210_000_000), 0);
    expect(progress.describe("")).toBe("cloning data: file copy, 3210 of 12300 MB");
  });

  it("counts the transactions that are missing, of all that somebody has", () => {
    const progress = new CloneProgress();
    progress.take(catchingUp(40), 0);
    expect(progress.describe([upTo(90), upTo(100)].join(","))).toBe(
      "catching up: 60 transactions behind",
    );
  });

  it("moves while transactions are applied, however many come", () => {
    const progress = new CloneProgress();
    for (const second of [0, 20, 40]) progress.take(catchingUp(second), second * 1_000);
    expect(progress.isMoving(60_000)).toBe(true);
    progress.take(catchingUp(40), 60_000);
    expect(progress.isMoving(75_000)).toBe(false);
  });

  it("is stuck when a copy has stood still for a minute, on the own disk for ten", () => {
    const progress = new CloneProgress();
    progress.begin(0);
    const stuckAt = (stage: string, nowMs: number) => {
      progress.take(copying(stage, 5), nowMs);
      return progress.isStuck(nowMs);
    };
    expect(stuckAt("FILE COPY", 0)).toBe(false);
    expect(stuckAt("FILE COPY", 60_000)).toBe(false);
    expect(stuckAt("FILE COPY", 60_001)).toBe(true);
    expect(stuckAt("FILE SYNC", 60_002)).toBe(false);
    expect(stuckAt("FILE SYNC", 660_002)).toBe(false);
    expect(stuckAt("FILE SYNC", 660_003)).toBe(true);
  });

  it("is not known to be stuck while MySQL is too busy to answer", () => {
    const progress = new CloneProgress();
    progress.begin(0);
    progress.take(copying("FILE COPY", 5), 57_000);
    expect(progress.isStuck(62_000)).toBe(true);
    expect(progress.isStuck(62_001)).toBe(false);
  });

  it("is never stuck while no copy is under way", () => {
    const progress = new CloneProgress();
    progress.begin(0);
    progress.take(catchingUp(5), 0);
    expect(progress.isStuck(3_600_000)).toBe(false);
  });

  it("does not blame another MySQL for what the former one left", () => {
    const progress = new CloneProgress();
    progress.begin(0);
    progress.take(copying("FILE COPY", 5), 0);
    progress.restart();
    progress.take(copying("FILE COPY", 5), 1_000);
    expect(progress.isStuck(3_600_000)).toBe(false);
    expect(progress.isMoving(1_000)).toBe(false);
  });

  const left = (status: string, drop: string, schemas = "0") => [
    ["stage", "DROP DATA", drop, "0", "0"],
    ["stage", "FILE COPY", "Failed", "0", "207738680"],
    ["copy", status],
    ["schema", schemas],
    ["executed", upTo(9)],
  ];

  it.each([
    ["there was no copy", [["executed", upTo(9)]], false],
    ["a copy ended well", left("Completed", "Completed"), false],
    ["a copy ended before it dropped data", left("Failed", "Not Started"), false],
    ["MySQL died while it copied", left("In Progress", "Completed"), true],
    ["the copy failed", left("Failed", "Completed"), true],
    ["MySQL died while it dropped data", left("In Progress", "In Progress", "1"), true],
    ["data came from the logs after a copy had failed", left("Failed", "Completed", "1"), false],
  ])("knows whether there is data: %s", (_, rows, cloneIncomplete) => {
    const progress = new CloneProgress();
    progress.take(rows, 0);
    expect(progress.cloneIncomplete).toBe(cloneIncomplete);
  });

  it("ignores a clone into a folder of the host, which a backup begins with", () => {
    const progress = new CloneProgress();
    const backup = (bytes: number) => [
      ["stage", "FILE COPY", "In Progress", String(bytes), "12300000000"],
      ["copy to a folder", "In Progress", "0", ""],
      ["schema", "1"],
      ["executed", upTo(9)],
    ];
    for (const ms of [0, 1_000, 3_600_000]) progress.take(backup(Math.min(ms, 1_000)), ms);
    expect(progress.cloneIncomplete).toBe(false);
    expect(progress.isStuck(3_600_000)).toBe(false);
    expect(progress.describe(upTo(10))).toBe("catching up: 1 transactions behind");
  });

  const trying = (state: string, bytes: number, error: readonly string[] = ["0", ""]) => [
    ["stage", "DROP DATA", "Completed", "0", "0"],
    ["stage", "FILE COPY", state, String(bytes), "12300000000"],
    ["copy", state, ...error],
  ];
  const noRoom = ["3870", "Clone estimated database size is 12 GiB. Available space is 3 GiB."];

  /** Copies that each come so far and fail. */
  function failing(progress: CloneProgress, bytes: readonly number[]): void {
    for (const reach of bytes) {
      progress.begin(0);
      progress.take(trying("In Progress", reach), 0);
      progress.take(trying("Failed", reach, noRoom), 0);
      progress.restart();
    }
  }

  it("fails once a sixth copy begins and none of the five before came further", () => {
    const progress = new CloneProgress();
    failing(progress, [500, 500, 400, 500, 500]);
    expect(progress.failure).toBeUndefined();
    progress.begin(0);
    expect(progress.failure).toBe(
      "5 clones in a row have failed, the last one with MySQL 3870: " +
        "Clone estimated database size is 12 GiB. Available space is 3 GiB.",
    );
  });

  it("does not fail while copies come further, nor once one is a member", () => {
    const progress = new CloneProgress();
    failing(progress, [100, 200, 300, 400, 500, 600, 700]);
    expect(progress.failure).toBeUndefined();
    failing(progress, [1, 1, 1, 1, 1]);
    expect(progress.failure).toBeDefined();
    progress.begin(0);
    progress.take(trying("In Progress", 800), 0);
    expect(progress.failure).toBeUndefined();
    failing(progress, [1, 1, 1, 1, 1, 1]);
    progress.reset();
    expect(progress.failure).toBeUndefined();
    failing(progress, [1, 1, 1, 1, 1]);
    expect(progress.failure).toBeUndefined();
  });

  it("does not compare with a copy of before that ended well", () => {
    const progress = new CloneProgress();
    progress.take(trying("Completed", 5_000), 0);
    failing(progress, [100, 200, 300, 400, 500, 600, 700]);
    expect(progress.failure).toBeUndefined();
  });

  it("says so too if MySQL names no error", () => {
    const progress = new CloneProgress();
    for (let copy = 1; copy <= 6; copy++) progress.begin(0);
    expect(progress.failure).toBe("5 clones in a row have failed, the last one with no error");
  });

  it("asks only for transactions where MySQL cannot copy", async () => {
    const asked: string[] = [];
    const mysql = {
      query: (sql: string) => {
        asked.push(sql);
        if (sql.includes("clone")) return Promise.reject(new SqlError(1146, "no such table"));
        return Promise.resolve([["executed", upTo(9)]]);
      },
    };
    const progress = new CloneProgress();
    await progress.poll(mysql as Mysql, 0);
    expect(progress.describe(upTo(10))).toBe("catching up: 1 transactions behind");
    expect(asked).toHaveLength(2);
  });
});
