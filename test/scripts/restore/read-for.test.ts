import { beforeEach, describe, expect, it } from "vitest";
import { bytesOf, keys, type Link, sha256 } from "../../../host/archiver/chain/manifest";
import { StoreError } from "../../../host/archiver/store/object-store";
import { plan } from "../../../scripts/restore/plan";
import { readArchive } from "../../../scripts/restore/read-chain";
import { readFor } from "../../../scripts/restore/read-for";
import { planLines, restoreSeconds } from "../../../scripts/restore/report";
import type { Target } from "../../../scripts/restore/target";
import { MemoryStore } from "../../host/archiver/memory-store";
import { dayMs, idOf, startMs } from "../prune/fake-history";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const [root, timeline] = ["app-prod", "4b2c"];
const [days, daily] = [5, 10];
const usOf = (number: number) => (startMs + ((number - 0.5) * dayMs) / daily) * 1_000;
const setTo = (last: number) => `${uuid}:1-${last}`;

/** Notes which links are read. */
class WatchedStore extends MemoryStore {
  readonly links = new Set<number>();

  override async get(key: string): Promise<Buffer | undefined> {
    const [, number] = /\/log\/(\d+)\.json$/.exec(key) ?? [];
    if (number !== undefined) this.links.add(Number(number));
    return super.get(key);
  }
}

let store: WatchedStore;

/** Five days: each begins with a base, and has ten links with a transaction each. */
beforeEach(async () => {
  store = new WatchedStore();
  const of = { node: "db-1", mysql: "9.7.4" };
  let previous = "";
  for (let number = 1; number <= days * daily; number += 1) {
    const us = usOf(number);
    const sums = { key: `k${number}`, sha256: "", bytes: 1, plainBytes: 1 };
    const segment = { ...sums, gtids: `${uuid}:${number}`, fromUs: us, toUs: us };
    const link: Link = {
      ...{ version: 1, number, previous, segment, archived: setTo(number), ...of },
    };
    const content = bytesOf(link);
    previous = sha256(content);
    await store.put(keys.link(root, timeline, number), content);
  }
  for (let day = 0; day < days; day += 1) {
    const id = idOf(startMs + day * dayMs);
    const gtids = day === 0 ? "" : setTo(day * daily);
    const base = { version: 1, id, parts: [], bytes: 1, plainBytes: 1, gtids, link: day * daily };
    await store.put(keys.base(root, timeline, id), bytesOf({ ...base, ...of }));
  }
});

const drop = (...numbers: number[]) => {
  for (const number of numbers) store.objects.delete(keys.link(root, timeline, number));
};

/** The smallest number of a link that was read, and the plan, which must be that with all links. */
async function readingFor(target: Target) {
  store.links.clear();
  const found = await readFor(store, root, timeline, target);
  const first = Math.min(...store.links);
  const { bases, links } = await readArchive(store, root, timeline);
  expect(found.plan).toEqual(plan(bases, links, target));
  expect(found.archive.links.at(-1)).toEqual(links.at(-1));
  return { first, base: found.plan.base.link, faults: found.plan.faults };
}

describe("the links that a restore reads", () => {
  it.each<[string, Target, number]>([
    ["the latest", { kind: "latest" }, 40],
    ["a time of the last day", { kind: "time", us: usOf(45) }, 40],
    ["a time of the third day", { kind: "time", us: usOf(25) }, 20],
    ["a GTID set of the fourth day", { kind: "gtid", set: setTo(33) }, 30],
    ["the GTID set of a base", { kind: "gtid", set: setTo(30) }, 30],
    ["a single transaction", { kind: "gtid", set: `${uuid}:27` }, 20],
  ])("for %s begin with the one that its base follows", async (_, target, link) => {
    expect(await readingFor(target)).toEqual({ first: link, base: link, faults: [] });
  });

  it("for a time of the first day are all", async () => {
    const found = await readingFor({ kind: "time", us: usOf(5) });
    expect(found).toEqual({ first: 1, base: 0, faults: [] });
  });

  it("go back to an older base if the newest does not lead to the target", async () => {
    const key = keys.base(root, timeline, idOf(startMs + 4 * dayMs));
    store.objects.set(key, Buffer.from(store.objects.get(key)!.toString().replace("1-40", "1-39")));
    const found = await readingFor({ kind: "latest" });
    expect(found).toEqual({ first: 30, base: 30, faults: [] });
  });

  it("are all if no base leads there, and the plan has the faults of the newest", async () => {
    drop(44, 45);
    const found = await readingFor({ kind: "latest" });
    expect(found).toEqual({ first: 1, base: 40, faults: ["link 44 to 45 are not there"] });
  });

  it("may be none behind the newest base", async () => {
    drop(...Array.from({ length: daily }, (_, i) => 41 + i));
    expect(await readingFor({ kind: "latest" })).toEqual({ first: 40, base: 40, faults: [] });
    expect(await readingFor({ kind: "time", us: usOf(35) })).toMatchObject({ first: 30 });
  });

  it("do not change what is refused", async () => {
    const refused = (target: Target) => readFor(store, root, timeline, target);
    await expect(refused({ kind: "time", us: usOf(60) })).rejects.toThrow("the archive ends at");
    await expect(refused({ kind: "time", us: 1 })).rejects.toThrow("no base lies before");
    await expect(refused({ kind: "gtid", set: `${uuid}:99` })).rejects.toThrow("does not have");
    store.objects.clear();
    await expect(refused({ kind: "latest" })).rejects.toThrow("no base lies before the target");
  });
});

describe("a link", () => {
  const key44 = keys.link(root, timeline, 44);

  it("that is damaged is a fault of the archive", async () => {
    store.objects.set(key44, Buffer.from("{"));
    const { faults } = (await readFor(store, root, timeline, { kind: "latest" })).plan;
    expect(faults).toEqual([expect.stringMatching(/^link 44 is damaged: /)]);
  });

  it("that the store does not return is no fault of the archive: the reading ends", async () => {
    const get = store.get.bind(store);
    store.get = async (key) => {
      if (key === key44) throw new StoreError("GET failed with status 503");
      return get(key);
    };
    const reading = readFor(store, root, timeline, { kind: "latest" });
    await expect(reading).rejects.toThrow("GET failed with status 503");
    await expect(readArchive(store, root, timeline)).rejects.toThrow(StoreError);
  });
});

describe("the estimate of a plan", () => {
  it("counts the segments, and the time that the links took", async () => {
    const { plan: made } = await readFor(store, root, timeline, { kind: "latest" });
    const day = { ...made, links: Array.from({ length: 8_640 }, () => made.links[0]!) };
    expect(restoreSeconds(made)).toBeLessThan(1);
    expect(restoreSeconds(day)).toBeGreaterThan(120);
    expect(planLines(made, timeline, 0)[3]).toContain("about 1 min");
    expect(planLines(made, timeline, 150_000)[3]).toContain("about 3 min");
  });
});
