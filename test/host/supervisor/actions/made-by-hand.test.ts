import { describe, expect, it } from "vitest";
import {
  isReplaced,
  leaveMadeByHand,
  TrustedGtid,
} from "../../../../host/supervisor/actions/made-by-hand";
import { emptyMemory, Memory } from "../../../../host/supervisor/core/memory";
import { SqlError } from "../../../../host/supervisor/mysql";
import { member, outside, upTo } from "../support/node-state";

/** Runs the leave against a MySQL with that row of member statistics. */
async function left(
  row: string[] | Error,
  { before = null as string | null, diskFails = false, clone = [] as string[][] | Error } = {},
) {
  const calls: string[] = [];
  const keep = ({ trustedGtid }: { trustedGtid: string | null }) => {
    if (diskFails) throw new Error("disk full");
    calls.push(`disk ${trustedGtid}`);
  };
  const memory = new Memory({ ...emptyMemory, trustedGtid: before }, keep, 0);
  const query = (sql: string) => {
    calls.push(sql.split(" FROM ")[0]!);
    if (sql.includes("clone_status"))
      return clone instanceof Error ? Promise.reject(clone) : Promise.resolve(clone);
    if (!sql.startsWith("SELECT")) return Promise.resolve([]);
    return row instanceof Error ? Promise.reject(row) : Promise.resolve([row]);
  };
  const done = leaveMadeByHand({ mysql: { query }, memory, trusted: upTo(60) });
  await done.catch((error: Error) => calls.push(error.message));
  return { calls, trusted: memory.remembered.trustedGtid };
}

describe("leaving a group that was made by hand", () => {
  it("writes down what is trusted before anything else, and takes it back if nothing was written", async () => {
    const { calls, trusted } = await left(["17960052238380785:1", "0"]);
    expect(calls).toEqual([
      "SELECT BEGIN_TIME, STATE",
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
    expect((await left(["1796:1", "0"], { diskFails: true })).calls).toEqual([
      "SELECT BEGIN_TIME, STATE",
      "disk full",
    ]);
  });

  it("needs no clone plugin, and waits for an answer about the last clone", async () => {
    const none = new SqlError(1146, "no such table");
    expect((await left(["1796:1", "1"], { clone: none })).trusted).toBe(upTo(60));
    const { calls } = await left(["1796:1", "1"], { clone: new Error("Lost connection") });
    expect(calls).toEqual(["SELECT BEGIN_TIME, STATE", "Lost connection"]);
  });
});

describe("untrusted data", () => {
  const replaced = async (trustedGtid: string | null, row: string[]) => {
    const keep = () => undefined;
    const own = { ...emptyMemory, trustedGtid, trustedClone: "2026-11-30 01:00:00" };
    const memory = new Memory(own, keep, 0);
    const is = await isReplaced({ mysql: { query: () => Promise.resolve([row]) }, memory });
    return [is, memory.remembered.trustedGtid];
  };

  it("is trusted again once a clone after the group is complete", async () => {
    expect(await replaced(upTo(60), ["2026-11-30 02:58:01", "Completed"])).toEqual([true, null]);
  });

  it.each([
    ["failed", ["2026-11-30 02:58:01", "Failed"]],
    ["is under way", ["2026-11-30 02:58:01", "In Progress"]],
    ["was before the group", ["2026-11-30 01:00:00", "Completed"]],
    ["there was none", []],
  ])("is not if the last clone %s", async (_, row) => {
    expect(await replaced(upTo(60), row)).toEqual([false, upTo(60)]);
  });

  it("is not asked for if there is none", async () => {
    expect(await replaced(null, ["2026-11-30 02:58:01", "Completed"])).toEqual([false, null]);
  });
});

describe("what is trusted", () => {
  it("is what the node had when it was last in a certified group, or in none", () => {
    const trusted = new TrustedGtid();
    trusted.note(member("db-2", "SECONDARY", { gtid: upTo(63) }), upTo(60));
    trusted.note(member("db-2", "PRIMARY", { groupId: "made by hand" }), upTo(61));
    const recovering = { state: "RECOVERING", role: "" } as const;
    trusted.note(outside("db-2", { member: recovering }), upTo(62));
    trusted.note(outside("db-2", { cloneIncomplete: true }), "");
    trusted.note(outside("db-2", { ready: false }), "");
    expect(trusted.of(outside("db-2"))).toBe(upTo(60));
    trusted.note(outside("db-2"), upTo(40));
    expect(trusted.of(outside("db-2"))).toBe(upTo(40));
  });

  it("knows the group that a later one has replaced since", () => {
    const trusted = new TrustedGtid();
    const self = member("db-2", "SECONDARY");
    expect(trusted.wasCertified(self)).toBe(false);
    trusted.note(self, upTo(60));
    expect(trusted.wasCertified(self)).toBe(true);
    expect(trusted.wasCertified({ groupId: "made by hand" })).toBe(false);
    expect(trusted.wasCertified({ groupId: null })).toBe(false);
  });

  it("is what the last group was founded with, if nothing was seen before", () => {
    const lineage = [{ epoch: "100@db-1", founding: upTo(7) }];
    expect(new TrustedGtid().of({ lineage })).toBe(upTo(7));
    expect(new TrustedGtid().of({ lineage: [] })).toBe("");
    const trusted = new TrustedGtid();
    trusted.note(member("db-2", "PRIMARY", { groupId: "by hand" }), upTo(60));
    expect(trusted.of({ lineage })).toBe(upTo(7));
  });
});
