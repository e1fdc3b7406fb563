import { describe, expect, it } from "vitest";
import { TransactionReader } from "../../../host/archiver/replication/events";
import {
  format,
  gtid,
  heartbeat,
  payload,
  previousGtids,
  query,
  rotate,
  rows,
  transaction,
  uuid,
  xid,
} from "./binlog-events";

const us = 1_795_883_466_352_102;

function lasts(events: Buffer[]): boolean[] {
  const reader = new TransactionReader();
  return events.map((event) => {
    reader.take(event);
    return reader.isBetween;
  });
}

describe("TransactionReader", () => {
  it("reads number and time of the first server to the microsecond", () => {
    const part = new TransactionReader().take(gtid(23, us));
    expect(part).toMatchObject({ kind: "first", name: { gtid: `${uuid}:23`, committedUs: us } });
  });

  it.each<[string, Buffer[]]>([
    ["rows", [query("BEGIN"), rows(), rows(), xid()]],
    ["statements with a savepoint", [query("BEGIN"), query("SAVEPOINT `s`"), query("COMMIT")]],
    ["a compressed one", [payload()]],
    ["DDL", [query("CREATE TABLE t (id INT)")]],
    ["an XA transaction that is committed later", [query("XA COMMIT X'31'")]],
  ])("knows the end of %s", (_, events) => {
    const ends = lasts([gtid(1, us), ...events]);
    expect(ends).toEqual([...ends.slice(0, -1).map(() => false), true]);
  });

  it("leaves out what belongs to the stream and not to a transaction", () => {
    const reader = new TransactionReader();
    const kinds = [
      rotate(),
      format(),
      previousGtids(),
      heartbeat(),
      ...transaction(1, us),
      heartbeat(),
    ];
    expect(kinds.map((event) => reader.take(event).kind)).toEqual([
      ...["nothing", "format", "nothing", "nothing", "first", "more", "more", "more", "nothing"],
    ]);
  });

  it("refuses a transaction without a GTID, and one in another", () => {
    const anonymous = gtid(1, us);
    anonymous[4] = 34;
    expect(() => new TransactionReader().take(anonymous)).toThrow("has no GTID");
    const reader = new TransactionReader();
    reader.take(gtid(1, us));
    expect(() => reader.take(gtid(2, us))).toThrow("before the last one ended");
  });
});
