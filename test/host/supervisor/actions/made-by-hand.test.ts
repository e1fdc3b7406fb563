import type { CloneMark } from "../../../../host/supervisor/core/clone-mark";
import { describe, expect, it } from "vitest";
import {
  isReplaced,
  leaveMadeByHand,
  orderClone,
} from "../../../../host/supervisor/actions/made-by-hand";
import { Memory } from "../../../../host/supervisor/core/memory";
import { emptyMemory } from "../../../../host/supervisor/core/memory-record";
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
  const session = (row: string[] | Error) => ({
    query: (sql: string) => {
      if (sql.includes("NOW")) return Promise.resolve([["2000.5"]]);
      return row instanceof Error
        ? Promise.reject(row)
        : Promise.resolve(row.length > 0 ? [row] : []);
    },
  });
  const remembering = (trustedGtid: string | null = upTo(60), ordered: CloneMark | null = null) =>
    new Memory({ ...emptyMemory, trustedGtid, ordered }, () => undefined, 0);
  /** A clone is ordered beside the former row; MySQL shows the latter one afterwards. */
  const replaced = async (former: string[] | Error, latter: string[]) => {
    const memory = remembering();
    await orderClone({ mysql: session(former), memory });
    const is = await isReplaced({ mysql: session(latter), memory });
    return [is, memory.remembered.trustedGtid];
  };

  it.each([
    ["after an earlier clone", ["1000", "Completed"], ["2001", "Completed"]],
    ["although the clock went back", ["1000", "Completed"], ["999", "Completed"]],
    ["after the first clone", [], ["2001", "Completed"]],
    ["if there was no clone plugin", new SqlError(1146, "no such table"), ["2001", "Completed"]],
  ])("is trusted again once the ordered clone is complete, %s", async (_, former, latter) => {
    expect(await replaced(former, latter)).toEqual([true, null]);
  });

  it.each([
    ["the last complete clone is the earlier one", ["1000", "Completed"], ["1000", "Completed"]],
    ["that was made with a clock that was ahead", ["3000", "Completed"], ["3000", "Completed"]],
    ["an earlier one is shown again", [], ["1000", "Completed"]],
    ["the clone failed", ["1000", "Completed"], ["2001", "Failed"]],
    ["there is none", [], []],
  ])("is not if %s", async (_, former, latter) => {
    expect(await replaced(former, latter)).toEqual([false, upTo(60)]);
  });

  it("is not before a clone was ordered, whatever clone there was", async () => {
    const memory = remembering();
    expect(await isReplaced({ mysql: session(["1999", "Completed"]), memory })).toBe(false);
  });

  it("is not looked for if all data is trusted", async () => {
    const memory = remembering(null, { after: 1_000 });
    expect(await isReplaced({ mysql: session(["1001", "Completed"]), memory })).toBe(false);
  });
});
