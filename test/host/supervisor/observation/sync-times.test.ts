import { describe, expect, it } from "vitest";
import {
  readSyncs,
  SyncTimes,
  type Syncs,
} from "../../../../host/supervisor/observation/sync-times";

/** So many syncs of each file, each of which took so long, and one that has been under way. */
function syncs(count: number, eachMs: number, waitingMs = 0): Syncs {
  const calls = { count, micros: count * eachMs * 1000 };
  return { binlog: calls, redo: calls, waitingMs };
}

describe("the time of a commit", () => {
  it("is read from the counters of MySQL", () => {
    const rows = [
      ["wait/io/file/innodb/innodb_log_file", "7", "900"],
      ["wait/io/file/sql/binlog", "5", "4000"],
      ["waiting", "1296"],
    ];
    expect(readSyncs(rows)).toEqual({
      binlog: { count: 5, micros: 4_000 },
      redo: { count: 7, micros: 900 },
      waitingMs: 1_296,
    });
    const nothing = { count: 0, micros: 0 };
    expect(readSyncs([])).toEqual({ binlog: nothing, redo: nothing, waitingMs: 0 });
  });

  it("is twice the mean sync of both files in a window of 5 s", () => {
    const times = new SyncTimes();
    times.take(syncs(0, 0), 0);
    times.take(syncs(100, 3), 4_999);
    expect(times.commitMs).toBe(0);
    times.take(syncs(100, 3), 5_000);
    expect(times.commitMs).toBe(12);
  });

  it("is not known anew while a sync hangs, and then counts the wait", () => {
    const times = new SyncTimes();
    times.take(syncs(0, 0), 0);
    times.take(syncs(0, 0, 6_000), 9_000);
    times.take(syncs(1, 9_000), 12_000);
    expect(times.commitMs).toBe(36_000);
    expect(times.slowMs(12_000)).toBe(9_000);
  });

  it("is slow from the first slow window to the first that is not", () => {
    const times = new SyncTimes();
    times.take(syncs(0, 0), 0);
    times.take(syncs(10, 400), 5_000);
    times.take(syncs(20, 400), 10_000);
    expect(times.slowMs(31_000)).toBe(31_000);
    times.take(syncs(1_020, 9), 15_000);
    expect(times.slowMs(16_000)).toBe(0);
  });

  it("is forgotten when nothing was synced for a window", () => {
    const times = new SyncTimes();
    times.take(syncs(0, 0), 0);
    times.take(syncs(1, 3_000), 5_000);
    expect([times.commitMs, times.slowMs(5_000)]).toEqual([12_000, 5_000]);
    times.take(syncs(1, 3_000), 10_000);
    expect([times.commitMs, times.slowMs(10_000)]).toEqual([0, 0]);
    times.take(syncs(1, 3_000, 1_500), 15_000);
    times.take(syncs(1, 3_000), 19_999);
    expect([times.commitMs, times.slowMs(19_999)]).toEqual([0, 6_499]);
    times.take(syncs(1, 3_000), 20_000);
    expect(times.slowMs(20_000)).toBe(0);
  });

  it("is that of a sync under way if that is slow, from its start", () => {
    const times = new SyncTimes();
    times.take(syncs(0, 0), 0);
    times.take(syncs(900, 1, 1_000), 4_000);
    expect([times.commitMs, times.slowMs(4_000)]).toEqual([0, 0]);
    times.take(syncs(900, 1, 2_000), 5_000);
    expect([times.commitMs, times.slowMs(5_000)]).toEqual([2_000, 2_000]);
    times.take(syncs(900, 1, 9_000), 12_000);
    expect([times.commitMs, times.slowMs(12_000)]).toEqual([9_000, 9_000]);
    times.take(syncs(1_900, 1), 17_000);
    expect([times.commitMs, times.slowMs(17_000)]).toEqual([4, 0]);
  });

  it("starts anew with MySQL", () => {
    const times = new SyncTimes();
    times.take(syncs(50, 1), 0);
    times.take(syncs(60, 400), 5_000);
    times.take(syncs(3, 1), 6_000);
    expect([times.commitMs, times.slowMs(7_000)]).toEqual([0, 0]);
  });
});
