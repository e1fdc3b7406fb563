import { describe, expect, it } from "vitest";
import { checkTables, tableProblems } from "../../../host/app-job/tables";

const good = ["accounts", "InnoDB", "1"];

describe("the tables of an app", () => {
  it("are fine with InnoDB and a primary key", () => {
    expect(tableProblems([good, ["webstack_jobs", "InnoDB", "1"]])).toEqual([]);
    expect(tableProblems([])).toEqual([]);
  });

  it("are named when they have no primary key, with what to do", () => {
    const rows = [good, ["log", "InnoDB", "0"], ["tags", "InnoDB", "0"]];
    expect(tableProblems(rows)).toEqual([
      "tables without a primary key: log, tags. MySQL Group Replication refuses writes to them. Add one, such as " +
        "ALTER TABLE log ADD COLUMN id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST",
    ]);
  });

  it("are named when they are of another engine", () => {
    expect(tableProblems([["hits", "MyISAM", "1"]])).toEqual([
      "tables of another engine than InnoDB: hits (MyISAM). " +
        "Backups have none of their rows, and MySQL Group Replication refuses writes to them. " +
        "Change them: ALTER TABLE hits ENGINE = InnoDB",
    ]);
  });

  it("are asked for until the database answers, for a while", async () => {
    let time = 0;
    const pause = (milliseconds: number) => Promise.resolve((time += milliseconds));
    let asked = 0;
    const late = () =>
      ++asked < 3 ? Promise.reject(new Error("no primary")) : Promise.resolve([good]);
    expect(await checkTables(late, pause, () => time)).toEqual([]);
    const never = () => Promise.reject(new Error("no primary"));
    await expect(checkTables(never, pause, () => time)).rejects.toThrow("no primary");
    expect(time).toBeLessThan(30_000);
  });
});
