import { describe, expect, it } from "vitest";
import { assessDisk } from "../../../../host/supervisor/observation/disk-space";
import {
  bytesToFree,
  candidatesOf,
  dispensable,
  holdersOf,
  LogEnds,
} from "../../../../host/supervisor/policy/binlog-cut";
import { member, upTo } from "../support/node-state";

const [minute, hour, day] = [60, 3_600, 86_400];
const logBytes = 128 * 2 ** 20;
const bsize = 4_096;
const disk = (bytes: number, free: number) => ({
  bavail: Math.floor(free / bsize),
  blocks: Math.floor(bytes / bsize),
  bsize,
});

interface Run {
  /** Bytes of binary log a second. */
  rate: number;
  days: number;
  /** Last transaction that the archive has at a second; undefined: backups are off. */
  archived?: (second: number) => number;
  /** Last transaction of db-3, and whether it is a member, at a second. */
  away?: (second: number) => { last: number; isMember: boolean };
}

/** A member with a disk of 40 GB and 10 GB of data; one transaction a second. */
function run({ rate, days, archived, away = (last) => ({ last, isMember: true }) }: Run) {
  const ends = new LogEnds();
  const total = 40e9;
  const logs = [{ name: "binlog.000001", bytes: 0, last: 0 }];
  let room = { full: false, spent: false };
  const seen = { fullAt: 0, spentAt: 0, cutAt: 0, lostAt: 0, leastKept: Infinity, stop: "" };
  for (let second = 0; second < days * day; second += minute) {
    const current = logs.at(-1)!;
    Object.assign(current, { bytes: current.bytes + rate * minute, last: second });
    if (current.bytes >= logBytes) {
      const name = `binlog.${String(Number(current.name.slice(7)) + 1).padStart(6, "0")}`;
      logs.push({ name, bytes: 0, last: second });
    }
    while (logs[0]!.last < second - 3 * day) logs.shift();
    const sizes = disk(total, total - 10e9 - logs.reduce((sum, { bytes }) => sum + bytes, 0));
    room = assessDisk(sizes, room);
    if (room.full) seen.fullAt ||= second;
    if (room.spent) seen.spentAt ||= second;
    const timed = ends.take(logs, second * 1_000);
    const wanted = bytesToFree(sizes);
    if (wanted === 0) continue;
    const { last, isMember } = away(second);
    const self = member("db-1", "PRIMARY", { diskFull: room.full });
    const others = [
      {
        node: "db-2",
        state: member("db-2", "SECONDARY", { gtid: upTo(second) }),
        isFresh: true,
      },
      {
        node: "db-3",
        state: member("db-3", "SECONDARY", { gtid: upTo(last) }),
        isFresh: isMember,
      },
    ];
    const set = archived ? upTo(archived(second)) : null;
    const found = candidatesOf(timed, wanted, room.full);
    const sets = logs.map((log) => upTo(log.last));
    const { count, stop } = dispensable(found, sets, holdersOf(self, others, set));
    seen.stop = stop;
    const cut = logs.splice(0, count).at(-1);
    if (!cut) continue;
    seen.cutAt ||= second;
    seen.leastKept = Math.min(seen.leastKept, second - cut.last);
    if (cut.last > last) seen.lostAt ||= second;
    if (archived && cut.last > archived(second)) throw new Error("cut before it was archived");
  }
  return seen;
}

describe("the binary log on a disk of 40 GB", () => {
  it("fills the disk on day 3 at 130 KB/s if nothing is cut", () => {
    const never = run({ rate: 130e3, days: 4, archived: () => 0 });
    expect(never).toMatchObject({
      cutAt: 0,
      stop: expect.stringMatching(/^the archive lacks transactions of binlog/) as string,
    });
    expect(never.fullAt / day).toBeGreaterThan(2);
    expect(never.fullAt / day).toBeLessThan(3);
  });

  it.each([130e3, 1e6])("is cut before a role moves, at %d bytes a second", (rate) => {
    for (const archived of [undefined, (second: number) => second - 20]) {
      const seen = run({ rate, days: 5, ...(archived ? { archived } : {}) });
      expect(seen).toMatchObject({ fullAt: 0, spentAt: 0 });
      expect(seen.cutAt).toBeGreaterThan(0);
      expect(seen.leastKept).toBeGreaterThanOrEqual(hour);
    }
  });

  it("keeps all that an archive lacks which is hours behind", () => {
    const seen = run({ rate: 1e6, days: 2, archived: (second) => Math.max(0, second - 3 * hour) });
    expect(seen).toMatchObject({ fullAt: 0 });
    expect(seen.leastKept).toBeGreaterThanOrEqual(3 * hour);
    const stands = run({ rate: 1e6, days: 2, archived: () => 2 * hour });
    expect(stands.spentAt).toBeGreaterThan(0);
    expect(stands.stop).toMatch(/^the archive lacks transactions of binlog/);
  });

  it("keeps what a member lacks that is away for an hour, while the disk has room for it", () => {
    const from = 5 * hour;
    const away = (second: number) =>
      second > from && second < from + hour
        ? { last: from, isMember: false }
        : { last: second, isMember: true };
    expect(run({ rate: 1e6, days: 1, away })).toMatchObject({ fullAt: 0, lostAt: 0 });
  });

  it("is cut beyond a member that stays away, once roles would move, and the disk is never spent", () => {
    const away = (second: number) => ({
      last: Math.min(second, 2 * hour),
      isMember: second < 2 * hour,
    });
    const seen = run({ rate: 1e6, days: 2, away });
    expect(seen.lostAt).toBeGreaterThan(0);
    expect(seen.lostAt).toBeGreaterThanOrEqual(seen.fullAt);
    expect(seen).toMatchObject({ spentAt: 0 });
    expect(seen.leastKept).toBeGreaterThanOrEqual(10 * minute);
  });

  it("is never cut beyond a member that lags", () => {
    const lags = (second: number) => ({ last: Math.min(second, 2 * hour), isMember: true });
    const seen = run({ rate: 1e6, days: 1, away: lags });
    expect(seen).toMatchObject({ lostAt: 0 });
    expect(seen.spentAt).toBeGreaterThan(0);
    expect(seen.stop).toMatch(/^db-3 lacks transactions of binlog/);
  });
});
