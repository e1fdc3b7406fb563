import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { magic } from "../../../host/archiver/replication/events";
import { ageKeysOf, makeAgeKeys } from "../../../scripts/restore/age-keys";
import { cutAt, relayLog } from "../../../scripts/restore/segment";
import { checkSeries } from "../../../scripts/restore/report";
import { microsecondsOf, targetOf, timeText } from "../../../scripts/restore/target";
import { format, transaction, uuid } from "../../host/archiver/binlog-events";

const head = Buffer.concat([magic, format()]);
const parts = [1_000, 2_000, 3_000].map((us, i) => Buffer.concat(transaction(i + 1, us)));
const file = Buffer.concat([head, ...parts]);
const sizeOf = (count: number) => Buffer.concat([head, ...parts.slice(0, count)]).length;

describe("a segment is cut", () => {
  it("nowhere for the latest", () => {
    const cut = cutAt(file, { kind: "latest" }, "");
    expect(cut).toEqual({ bytes: file.length, gtids: `${uuid}:1-3`, count: 3, lastUs: 3_000 });
  });

  it("before the first transaction that was committed after a time, to the microsecond", () => {
    expect(cutAt(file, { kind: "time", us: 2_000 }, "")).toMatchObject({
      bytes: sizeOf(2),
      count: 2,
    });
    expect(cutAt(file, { kind: "time", us: 1_999 }, "")).toMatchObject({
      bytes: sizeOf(1),
      lastUs: 1_000,
    });
    expect(cutAt(file, { kind: "time", us: 999 }, "")).toMatchObject({
      bytes: sizeOf(0),
      gtids: "",
    });
  });

  it("behind the last transaction of a set, of which earlier files may have a part", () => {
    const set = `${uuid}:1-2`;
    expect(cutAt(file, { kind: "gtid", set }, "").bytes).toBe(sizeOf(2));
    expect(cutAt(file, { kind: "gtid", set }, `${uuid}:1-2`).bytes).toBe(sizeOf(0));
  });

  it("by nobody if it ends in a transaction", () => {
    const broken = Buffer.concat([head, ...transaction(1, 1_000).slice(0, 3)]);
    expect(() => cutAt(broken, { kind: "latest" }, "")).toThrow("ends in a transaction");
    expect(() => cutAt(Buffer.from("what"), { kind: "latest" }, "")).toThrow("is no binary log");
  });
});

it("a relay log has the set of earlier files behind the form of its events", () => {
  const log = relayLog(file, `${uuid}:1-9`);
  const added = log.subarray(head.length, head.length + log.length - file.length);
  expect(added[4]).toBe(35);
  expect(added.readUInt32LE(9)).toBe(added.length);
  expect(added.readUInt32LE(added.length - 4)).toBe(crc32(added.subarray(0, -4)));
  expect(
    Buffer.concat([log.subarray(0, head.length), log.subarray(head.length + added.length)]),
  ).toEqual(file);
});

describe("a target", () => {
  it("is a time with microseconds, and is written as it is read", () => {
    expect(microsecondsOf("1970-01-01T00:00:01.5Z")).toBe(1_500_000);
    const text = "2026-11-23T06:10:52.500007Z";
    expect(timeText(microsecondsOf(text))).toBe(text);
  });

  it("is exactly one of three", () => {
    expect(targetOf({ latest: true })).toEqual({ kind: "latest" });
    expect(targetOf({ "to-gtid": `${uuid}:1-5, ${uuid}:7` })).toMatchObject({ kind: "gtid" });
    expect(() => targetOf({})).toThrow("name one of");
    expect(() => targetOf({ latest: true, to: "2026-11-23T06:10:52Z" })).toThrow("name one of");
    expect(() => targetOf({ to: "yesterday" })).toThrow(
      'such as 2026-11-23T06:10:52.500000Z, got "yesterday"',
    );
    expect(() => targetOf({ "to-gtid": "7" })).toThrow("--to-gtid must be a GTID set");
  });
});

describe("keys of age", () => {
  it("are those of the specification's form", () => {
    const { identity, recipient } = makeAgeKeys();
    expect(identity).toMatch(/^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/);
    expect(recipient).toMatch(/^age1[02-9ac-hj-np-z]{58}$/);
    expect(makeAgeKeys().identity).not.toBe(identity);
  });

  it("follow from their secret, as age itself says", () => {
    // age-keygen -y, age 1.3.2.
    expect(ageKeysOf(Buffer.alloc(32, 7))).toEqual({
      identity: "AGE-SECRET-KEY-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSKMP32K",
      recipient: "age1zwlyl6h27gzv0lfntr7fcqrjrzqazap8sy5zylkxwneh7llf0dksu37mwt",
    });
  });
});

it("data of a newer MySQL is refused by an older one", () => {
  expect(() => checkSeries("8.4.7", "mysqld  Ver 9.7.4-2 for Linux")).not.toThrow();
  expect(() => checkSeries("9.7.4", "mysqld  Ver 8.4.7 for Linux")).toThrow(
    "it cannot open the data",
  );
});
