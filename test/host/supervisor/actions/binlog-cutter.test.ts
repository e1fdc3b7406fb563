import { describe, expect, it } from "vitest";
import { BinlogCutter } from "../../../../host/supervisor/actions/binlog-cutter";
import type { Mysql } from "../../../../host/supervisor/mysql";
import { member, outside, upTo } from "../support/node-state";

const other = "b5c0e0a0-1111-4222-8333-444455556666";
const hourMs = 3_600_000;

/** A MySQL with logs of 1 GB; the end of log n is transaction 100 n. */
function server({ refuses = "", reads = false } = {}) {
  let logs = [1, 2, 3, 4].map((number) => `binlog.00000${number}`);
  const statements: string[] = [];
  const query = async (sql: string): Promise<string[][]> => {
    statements.push(sql);
    if (refuses) throw new Error(refuses);
    if (sql === "SHOW BINARY LOGS") return logs.map((name) => [name, "1000000000", "No"]);
    const name = /'(.*)'/.exec(sql)![1]!;
    if (sql.startsWith("PURGE")) {
      if (!reads) logs = logs.filter((one) => one >= name);
      return [];
    }
    const set = upTo(100 * (Number(name.slice(-1)) - 1));
    return [[name, "126", "Previous_gtids", "1", "190", `${set},`], [`${other}:1-2`]];
  };
  return { mysql: { query } as unknown as Mysql, statements, logs: () => logs };
}

const everything = `${upTo(1_000)},${other}:1-9`;

function cutter(mysql: Mysql, parts: { free?: number; archived?: string; away?: boolean } = {}) {
  const { free = 5.4e9, archived = everything, away = false } = parts;
  const clock = { ms: 1_000, free };
  const made = new BinlogCutter({
    ...{ mysql, isGrouped: true, nowMs: () => clock.ms },
    self: () => (away ? outside("db-1") : member("db-1", "PRIMARY")),
    others: () => [
      { node: "db-2", state: member("db-2", "SECONDARY", { gtid: everything }), isFresh: true },
    ],
    archived: () => archived,
    sizes: () => ({ bavail: clock.free / 1_000, blocks: 40e6, bsize: 1_000 }),
  });
  const keep = async (afterMs: number) => {
    clock.ms += afterMs;
    await made.keep();
    return made.report;
  };
  return { keep, clock };
}

describe("the cutter of the binary log", () => {
  it("deletes the oldest logs that nobody needs, as many as free enough", async () => {
    const { mysql, statements, logs } = server();
    const { keep } = cutter(mysql);
    expect(await keep(0)).toMatchObject({ isProblem: true });
    const report = await keep(hourMs);
    expect(statements).toContain("PURGE BINARY LOGS TO 'binlog.000003'");
    expect(logs()).toEqual(["binlog.000003", "binlog.000004"]);
    expect(report?.text).toMatch(/^binary log cut to 2\.0 GB at .*Z, since the disk is 87 % full$/);
    expect(report?.isProblem).toBe(false);
  });

  it("deletes only what is archived, and says what is not", async () => {
    const { mysql, logs } = server();
    const { keep } = cutter(mysql, { archived: `${upTo(150)},${other}:1-9` });
    await keep(0);
    await keep(hourMs);
    expect(logs()[0]).toBe("binlog.000002");
    const report = await keep(10_000);
    expect(report).toMatchObject({ isProblem: true });
    expect(report?.text).toBe(
      "the disk is 87 % full, and the binary log (3.0 GB) is not cut: the archive lacks transactions of binlog.000002",
    );
  });

  it("reads all lines of a set, of which each has another UUID", async () => {
    const { mysql, logs } = server();
    const { keep } = cutter(mysql, { archived: upTo(1_000) });
    await keep(0);
    await keep(hourMs);
    expect(logs()).toHaveLength(4);
  });

  it("deletes nothing on a node that is outside of the group, or has space", async () => {
    for (const parts of [{ away: true }, { free: 8e9 }]) {
      const { mysql, statements } = server();
      const { keep } = cutter(mysql, parts);
      await keep(0);
      expect(await keep(hourMs)).toBeUndefined();
      expect(statements).toEqual(["SHOW BINARY LOGS", "SHOW BINARY LOGS"]);
    }
  });

  it("says so if MySQL keeps a log that somebody reads", async () => {
    const { keep } = cutter(server({ reads: true }).mysql);
    await keep(0);
    expect((await keep(hourMs))?.text).toMatch(/is not cut: binlog.000001 is being read$/);
  });

  it("no longer reports a problem once there is space", async () => {
    const { keep, clock } = cutter(server({ reads: true }).mysql);
    await keep(hourMs);
    clock.free = 9e9;
    expect(await keep(60_000)).toBeUndefined();
  });

  it("outlives a statement that fails, and tells it to operators while space is short", async () => {
    const { keep } = cutter(server({ refuses: "Access denied" }).mysql);
    expect(await keep(0)).toMatchObject({
      isProblem: true,
      text: "the disk is 87 % full, and the binary log is not cut: Access denied",
    });
  });
});
