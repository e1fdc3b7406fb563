import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { sumsOfCopy } from "../../../host/archiver/base/copy-server";

const tables = [
  ["app", "entry"],
  ["app", "odd`name"],
];

it("asks for each table by its quoted name, within a time for all", async () => {
  const asked: string[] = [];
  const limits: number[] = [];
  const query = async (sql: string, answerMs: number) => {
    asked.push(sql);
    limits.push(answerMs);
    await pause(5);
    return sql.startsWith("SELECT") ? tables : [[sql, String(asked.length)]];
  };
  expect(await sumsOfCopy(query, () => undefined)).toEqual({
    "app.entry": "2",
    "app.odd`name": "3",
  });
  expect(asked.slice(1)).toEqual([
    "CHECKSUM TABLE `app`.`entry`",
    "CHECKSUM TABLE `app`.`odd``name`",
  ]);
  expect(limits[0]).toBeGreaterThan(limits[2]!);
  expect(limits[0]).toBeLessThanOrEqual(7_200_000);
});

it("leaves a base without checksums when MySQL refuses one, and says why", async () => {
  const lines: string[] = [];
  const query = async (sql: string) => {
    if (sql.startsWith("SELECT")) return tables;
    throw new Error("Table is corrupted");
  };
  expect(await sumsOfCopy(query, (reason) => lines.push(reason))).toBeUndefined();
  expect(lines).toEqual(["the tables have no checksums: Table is corrupted"]);
});
