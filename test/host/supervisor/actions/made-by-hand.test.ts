import { describe, expect, it } from "vitest";
import { isReplaced, leaveMadeByHand } from "../../../../host/supervisor/actions/made-by-hand";
import { emptyMemory, Memory } from "../../../../host/supervisor/core/memory";
import { Trust } from "../../../../host/supervisor/core/trust";
import { SqlError } from "../../../../host/supervisor/mysql";
import { member, outside, upTo } from "../support/node-state";

const self = member("db-2", "PRIMARY", { groupId: "1796" });

/** Runs the leave against a MySQL with that row of member statistics. */
async function left(
  row: string[] | Error,
  { before = null as string | null, diskFails = false } = {},
) {
  const calls: string[] = [];
  const keep = ({ trustedGtid }: { trustedGtid: string | null }) => {
    if (diskFails) throw new Error("disk full");
    calls.push(`disk ${trustedGtid}`);
  };
  const memory = new Memory({ ...emptyMemory, trustedGtid: before }, keep, 0);
  const trust = new Trust(memory);
  trust.note(outside("db-2"), upTo(60), []);
  const query = (sql: string) => {
    calls.push(sql.split(" FROM ")[0]!);
    if (!sql.startsWith("SELECT")) return Promise.resolve([]);
    return row instanceof Error ? Promise.reject(row) : Promise.resolve([row]);
  };
  const now = { ...self, trustedGtid: before };
  const done = leaveMadeByHand({ mysql: { query }, memory, trust, self: now });
  await done.catch((error: Error) => calls.push(error.message));
  return { calls, trusted: memory.remembered.trustedGtid };
}

describe("leaving a group that was made by hand", () => {
  it("writes down what is trusted before anything else, and takes it back if nothing was written", async () => {
    const { calls, trusted } = await left(["17960052238380785:1", "0"]);
    expect(calls).toEqual([
      `disk ${upTo(60)}`,
      "SET GLOBAL offline_mode = ON",
      "SET GLOBAL super_read_only = ON",
      "SELECT VIEW_ID, COUNT_TRANSACTIONS_LOCAL_PROPOSED",
      "disk null",
      "STOP GROUP_REPLICATION",
    ]);
    expect(trusted).toBeNull();
  });

  it.each([
    ["something was written", ["17960052238380785:1", "1"]],
    ["another node was in it", ["17960052238380785:2", "0"]],
    ["MySQL does not tell", []],
    ["MySQL fails", new Error("Lost connection")],
  ])("leaves the data untrusted if %s", async (_, row) => {
    const { calls, trusted } = await left(row);
    expect(trusted).toBe(upTo(60));
    expect(calls.at(-1)).toBe("STOP GROUP_REPLICATION");
  });

  it("keeps an earlier distrust", async () => {
    expect((await left(["1796:1", "0"], { before: upTo(50) })).trusted).toBe(upTo(50));
  });

  it("does not leave while that cannot be written down", async () => {
    expect((await left(["1796:1", "0"], { diskFails: true })).calls).toEqual(["disk full"]);
  });
});

describe("untrusted data", () => {
  const replaced = async (
    awaitedFrom: number,
    row: string[] | Error,
    trustedGtid: string | null = upTo(60),
  ) => {
    const memory = new Memory({ ...emptyMemory, trustedGtid, awaitedFrom }, () => undefined, 0);
    const query = (sql: string) => {
      if (sql.includes("NOW")) return Promise.resolve([["2000.5"]]);
      return row instanceof Error
        ? Promise.reject(row)
        : Promise.resolve(row.length > 0 ? [row] : []);
    };
    const is = await isReplaced({ mysql: { query }, memory });
    return [is, memory.remembered.trustedGtid];
  };

  it("is trusted again once a clone is complete that began after it was found to be needed", async () => {
    expect(await replaced(1_000, ["1000.001"])).toEqual([true, null]);
  });

  it.each([
    ["the last complete clone was before", 1_000, ["999"]],
    ["there is no complete clone", 1_000, []],
    ["MySQL has no clone plugin", 1_000, new SqlError(1146, "no such table")],
    ["it was not known that it is needed, whatever clone there was", 0, ["1999"]],
  ])("is not if %s", async (_, awaitedFrom, row) => {
    expect(await replaced(awaitedFrom, row)).toEqual([false, upTo(60)]);
  });

  it("is not looked for if all data is trusted", async () => {
    expect(await replaced(1_000, ["1001"], null)).toEqual([false, null]);
  });
});
