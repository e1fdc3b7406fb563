import { describe, expect, it } from "vitest";
import type { Link } from "../../../host/archiver/chain/manifest";
import { subtract } from "../../../host/archiver/gtid-sets";
import { isSameTail } from "../../../host/archiver/tail";
import { format, heartbeat, rotate, transaction, uuid } from "./binlog-events";

/** The last link of an archive: transactions 6 to 8, one each second. */
const link = {
  archived: `${uuid}:1-8`,
  segment: { gtids: `${uuid}:6-8`, fromUs: 6_000_000, toUs: 8_000_000 },
} as Link;

/** What a MySQL sends: the transactions of its log by number with the second of their commit. */
function mysql(log: ReadonlyMap<number, number>, purged = "", more: Buffer[] = []) {
  const clock = { ms: 0 };
  const asked: string[] = [];
  const tail = {
    ...{ link, purged },
    events: async function* (except: string) {
      asked.push(except);
      yield* [rotate(), format()];
      for (const [number, second] of log) {
        if (subtract(`${uuid}:${number}`, except) === "") continue;
        yield* transaction(number, second * 1_000_000);
      }
      for (const event of more) {
        clock.ms += 2_000;
        yield event;
      }
    },
    monotonicMs: () => clock.ms,
  };
  return { tail, asked, clock };
}
const same = (upTo: number, change: [number, number][] = []) =>
  new Map([...Array.from({ length: upTo }, (_, i) => [i + 1, i + 1] as const), ...change]);

describe("the end of the archive", () => {
  it("is that of MySQL's log if the transactions of the last segment have its times", async () => {
    const { tail, asked } = mysql(same(12));
    expect(await isSameTail(tail)).toBe(true);
    expect(asked).toEqual([`${uuid}:1-5`]);
  });

  it("is another one if one of the transactions commits later than the segment", async () => {
    expect(await isSameTail(mysql(same(12, [[8, 60]])).tail)).toBe(false);
  });

  it("is another one if all of them do", async () => {
    const later = [6, 7, 8].map((number): [number, number] => [number, number + 60]);
    expect(await isSameTail(mysql(same(12, later)).tail)).toBe(false);
  });

  it("is another one if the last commit is earlier, as with a clock that was put back", async () => {
    expect(await isSameTail(mysql(same(12, [[8, 7.5]])).tail)).toBe(false);
    expect(await isSameTail(mysql(same(12, [[6, 2]])).tail)).toBe(false);
  });

  it("is compared as far as it is not purged", async () => {
    const { tail, asked } = mysql(same(12), `${uuid}:1-6`);
    expect(await isSameTail(tail)).toBe(true);
    expect(asked).toEqual([`${uuid}:1-6`]);
    expect(await isSameTail(mysql(same(12, [[8, 60]]), `${uuid}:1-6`).tail)).toBe(false);
  });

  it("is not compared if there is nothing of it", async () => {
    const { tail, asked } = mysql(same(12), `${uuid}:1-8`);
    expect(await isSameTail(tail)).toBe(true);
    expect(await isSameTail({ ...tail, link: undefined })).toBe(true);
    const gap = { archived: `${uuid}:1-8`, gap: { missing: `${uuid}:1`, base: "b" } } as Link;
    expect(await isSameTail({ ...tail, purged: "", link: gap })).toBe(true);
    expect(asked).toEqual([]);
  });

  it("is not waited for longer than a minute", async () => {
    const beats = Array.from({ length: 40 }, heartbeat);
    const { tail, clock } = mysql(same(7), "", beats);
    await expect(isSameTail(tail)).rejects.toThrow(`MySQL did not send ${uuid}:6-8 of its binary`);
    expect(clock.ms).toBe(62_000);
  });
});
