import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { magic } from "../../../host/archiver/replication/events";
import { ageKeysOf, makeAgeKeys } from "../../../scripts/restore/age-keys";
import { cutAt, earlierEvent, writeRelayLog } from "../../../scripts/restore/segment";
import { checkSeries } from "../../../scripts/restore/report";
import { microsecondsOf, type Target, targetOf, timeText } from "../../../scripts/restore/target";
import { format, rows, transaction, uuid } from "../../host/archiver/binlog-events";

const head = Buffer.concat([magic, format()]);
const parts = [1_000, 2_000, 3_000].map((us, i) => Buffer.concat(transaction(i + 1, us)));
const file = Buffer.concat([head, ...parts]);
const sizeOf = (count: number) => Buffer.concat([head, ...parts.slice(0, count)]).length;

const folder = mkdtempSync(join(tmpdir(), "segments-"));
afterAll(() => rmSync(folder, { recursive: true }));

const pathOf = (content: Buffer) => {
  const path = join(folder, "segment");
  writeFileSync(path, content);
  return path;
};
const cut = (target: Target, have = "", content = file) => cutAt(pathOf(content), target, have);

describe("a segment is cut", () => {
  it("nowhere for the latest", async () => {
    const whole = { bytes: file.length, formatEnd: head.length };
    expect(await cut({ kind: "latest" })).toEqual({
      ...{ ...whole, gtids: `${uuid}:1-3`, count: 3, lastUs: 3_000 },
    });
  });

  it("before the first transaction that was committed after a time, to the microsecond", async () => {
    expect(await cut({ kind: "time", us: 2_000 })).toMatchObject({ bytes: sizeOf(2), count: 2 });
    expect(await cut({ kind: "time", us: 1_999 })).toMatchObject({
      ...{ bytes: sizeOf(1), lastUs: 1_000 },
    });
    expect(await cut({ kind: "time", us: 999 })).toMatchObject({ bytes: sizeOf(0), gtids: "" });
  });

  it("behind the last transaction of a set, of which earlier files may have a part", async () => {
    const set = `${uuid}:1-2`;
    expect((await cut({ kind: "gtid", set })).bytes).toBe(sizeOf(2));
    expect((await cut({ kind: "gtid", set }, `${uuid}:1-2`)).bytes).toBe(sizeOf(0));
  });

  it("by nobody if it ends in a transaction", async () => {
    const latest = { kind: "latest" } as const;
    const broken = Buffer.concat([head, ...transaction(1, 1_000).slice(0, 3)]);
    await expect(cut(latest, "", broken)).rejects.toThrow("ends in a transaction");
    await expect(cut(latest, "", file.subarray(0, -1))).rejects.toThrow("ends in an event");
    await expect(cut(latest, "", Buffer.concat([file, Buffer.alloc(30)]))).rejects.toThrow(
      "ends in an event",
    );
    await expect(cut(latest, "", magic)).rejects.toThrow("no format description");
    await expect(cut(latest, "", Buffer.from("what"))).rejects.toThrow("is no binary log");
  });

  it("the same if its events are larger than the pieces in which it is read", async () => {
    const [large, small] = [transaction(1, 1_000, 5 * 2 ** 20), transaction(2, 2_000)];
    const content = Buffer.concat([head, ...large, ...small]);
    expect(await cut({ kind: "latest" }, "", content)).toMatchObject({
      ...{ bytes: content.length, gtids: `${uuid}:1-2` },
    });
  });

  it("also if a transaction has more than 2 GiB, without reading its rows", async () => {
    const [named, begin, , end] = transaction(7, 7_000);
    const path = pathOf(Buffer.concat([head, named!, begin!]));
    const [event, bytes] = [rows(0), 3 * 2 ** 30];
    event.writeUInt32LE(bytes, 9);
    const at = head.length + named!.length + begin!.length;
    const handle = openSync(path, "r+");
    writeSync(handle, event, 0, event.length, at);
    writeSync(handle, end!, 0, end!.length, at + bytes);
    closeSync(handle);
    expect(await cutAt(path, { kind: "latest" }, "")).toMatchObject({
      ...{ bytes: at + bytes + end!.length, gtids: `${uuid}:7`, lastUs: 7_000 },
    });
  });
});

it("a relay log has the set of earlier files behind the form of its events", async () => {
  const to = join(folder, "relay");
  const half = { bytes: sizeOf(2), formatEnd: head.length };
  await writeRelayLog(to, pathOf(file), half, `${uuid}:1-9`);
  const log = readFileSync(to);
  const added = log.subarray(head.length, head.length + log.length - half.bytes);
  expect(added[4]).toBe(35);
  expect(added.readUInt32LE(9)).toBe(added.length);
  expect(added.readUInt32LE(added.length - 4)).toBe(crc32(added.subarray(0, -4)));
  expect(
    Buffer.concat([log.subarray(0, head.length), log.subarray(head.length + added.length)]),
  ).toEqual(file.subarray(0, half.bytes));
  await writeRelayLog(to, pathOf(file), { ...half, bytes: head.length }, "");
  expect(readFileSync(to)).toEqual(Buffer.concat([head, earlierEvent(head.length, "")]));
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
