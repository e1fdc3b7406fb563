import { describe, expect, it } from "vitest";
import {
  bytesToFree,
  candidatesOf,
  dispensable,
  holdersOf,
  LogEnds,
  mayCut,
  type OtherNode,
} from "../../../../host/supervisor/policy/binlog-cut";
import { member, outside, upTo } from "../support/node-state";

const [minute, hour] = [60, 3_600];
const gib = 2 ** 30;
const logBytes = 128 * 2 ** 20;
const bsize = 4_096;
const disk = (bytes: number, free: number) => ({
  bavail: Math.floor(free / bsize),
  blocks: Math.floor(bytes / bsize),
  bsize,
});
const fresh = (state: OtherNode["state"]): OtherNode => ({
  node: state!.node,
  state,
  isFresh: true,
});

describe("a cut", () => {
  const log = (number: number, endedMs: number) => ({
    ...{ name: `binlog.00000${number}`, bytes: logBytes, endedMs },
  });

  it("begins above the limits at which roles move, and frees a fifth more", () => {
    expect(bytesToFree(disk(40e9, 6.1e9))).toBe(0);
    expect(bytesToFree(disk(40e9, 5.9e9)) / 1e9).toBeCloseTo(1.3, 2);
    expect(bytesToFree(disk(1e12, 7 * gib))).toBe(0);
    expect(bytesToFree(disk(1e12, 5 * gib)) / gib).toBeCloseTo(2.2, 2);
  });

  it("never takes the current log, nor one whose end may be recent", () => {
    const old = 2 * hour * 1_000;
    const all = candidatesOf([log(1, old), log(2, 0)], 50e9, true);
    expect(all).toMatchObject({ logs: [{ name: "binlog.000001" }], stop: "no other log is left" });
    const young = candidatesOf([log(1, 30 * minute * 1_000), log(2, 0)], 50e9, false);
    expect(young.stop).toBe(
      "logs are kept for 60 min after their end, or after the start of the supervisor",
    );
    expect(candidatesOf([log(1, 30 * minute * 1_000), log(2, 0)], 1, true).logs).toHaveLength(1);
  });

  it("takes no more logs than it needs", () => {
    const logs = [log(1, 1e9), log(2, 1e9), log(3, 1e9), log(4, 0)];
    expect(candidatesOf(logs, logBytes + 1, false)).toMatchObject({
      stop: "",
      logs: logs.slice(0, 2),
    });
  });

  it("takes nothing while it is unknown what the archive or a node has", () => {
    const found = candidatesOf([log(1, 1e9), log(2, 0)], 1, false);
    const self = member("db-1", "PRIMARY");
    const unheard = [{ node: "db-2", state: undefined, isFresh: false }];
    const stop = (others: OtherNode[], archived: string | undefined | null) =>
      dispensable(found, [upTo(5)], holdersOf(self, others, archived));
    expect(stop([], undefined)).toEqual({ count: 0, stop: "it is not known what the archive has" });
    expect(stop(unheard, null)).toEqual({ count: 0, stop: "it is not known what db-2 has" });
    expect(stop([], null)).toEqual({ count: 1, stop: "" });
  });

  it("counts a member that recovers, also once the disk is full", () => {
    const self = member("db-1", "PRIMARY", { diskFull: true });
    const recovers = member("db-2", "SECONDARY", { member: { state: "RECOVERING", role: "" } });
    expect(holdersOf(self, [fresh(recovers), fresh(outside("db-3"))], null)).toEqual([
      { name: "db-2", has: "" },
    ]);
  });

  it("is only for an ONLINE member of a certified group with a majority, or for the only node", () => {
    expect(mayCut(member("db-1", "PRIMARY"), true)).toBe(true);
    expect(mayCut(member("db-1", "PRIMARY", { majority: false }), true)).toBe(false);
    expect(mayCut(member("db-1", "PRIMARY", { groupId: "other" }), true)).toBe(false);
    expect(mayCut(outside("db-1"), true)).toBe(false);
    const sole = outside("db-1", { member: { state: "ONLINE", role: "PRIMARY" }, majority: false });
    expect(mayCut(sole, false)).toBe(true);
  });

  it("counts the time of logs that existed before this program from its first sight of them", () => {
    const ends = new LogEnds();
    const names = ["binlog.000001", "binlog.000002"].map((name) => ({ name, bytes: 1 }));
    expect(ends.take(names, 5_000).map(({ endedMs }) => endedMs)).toEqual([0, 0]);
    const later = ends.take([...names, { name: "binlog.000003", bytes: 1 }], 9_000);
    expect(later.map(({ endedMs }) => endedMs)).toEqual([4_000, 0, 0]);
  });
});
