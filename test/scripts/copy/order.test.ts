import { beforeEach, describe, expect, it } from "vitest";
import { keys } from "../../../host/archiver/chain/manifest";
import { StoreError } from "../../../host/archiver/store/object-store";
import { MemoryStore } from "../../host/archiver/memory-store";
import { Archive, grown, root } from "./archive";
import { brokenIn, contentOf, copied, reached, WatchedStore } from "./copying";

let from: MemoryStore;
let archive: Archive;
beforeEach(async () => {
  from = new MemoryStore();
  archive = await grown(from);
});

/** A copy that ended before the target grew by a base, links and a link that records a gap. */
async function earlierCopy(): Promise<Map<string, Buffer>> {
  const to = new MemoryStore();
  await copied(from, to);
  await archive.step(2);
  await archive.gap(await archive.base());
  await archive.step(3);
  return to.objects;
}

/** Copies into a store with some objects, and is cut off before each put in turn. */
async function cutOffEverywhere(begun: ReadonlyMap<string, Buffer>): Promise<number> {
  for (let cut = 0; ; cut += 1) {
    const to = new WatchedStore();
    for (const [key, content] of begun) to.objects.set(key, content);
    let puts = 0;
    to.beforePut = () => {
      puts += 1;
      if (puts > cut) throw new StoreError("it is cut off");
    };
    const isWhole = await copied(from, to).then(
      () => true,
      () => false,
    );
    expect(brokenIn(to), `cut off before put ${cut + 1}`).toEqual([]);
    await reached(to);
    to.beforePut = () => undefined;
    expect(await copied(from, to)).toMatchObject({ faults: [], behind: { seconds: 0 } });
    expect(contentOf(to)).toEqual(contentOf(from));
    if (isWhole) return cut;
  }
}

describe("a copy that is interrupted", () => {
  it("at any object can be restored as far as it goes, and the next run ends it", async () => {
    expect(await cutOffEverywhere(new Map())).toBe(from.objects.size);
  });

  it("can be so when it goes on from an earlier copy", async () => {
    const earlier = await earlierCopy();
    expect(await cutOffEverywhere(earlier)).toBe(from.objects.size - earlier.size);
  });

  it("never reaches less than before, at each object", async () => {
    for (const begun of [new Map<string, Buffer>(), await earlierCopy()]) {
      const to = new WatchedStore();
      for (const [key, content] of begun) to.objects.set(key, content);
      let last = 0;
      to.beforePut = async () => {
        expect(brokenIn(to)).toEqual([]);
        const now = await reached(to);
        expect(now).toBeGreaterThanOrEqual(last);
        last = now;
      };
      await copied(from, to);
      expect(await reached(to)).toBe(await reached(from));
    }
  });
});

describe("the order of a copy", () => {
  it("begins with the newest base, the record of the history, and the log after that base", async () => {
    const order: string[] = [];
    const to = new WatchedStore();
    to.beforePut = (key) => void order.push(key.replace(`${root}/`, ""));
    await copied(from, to);
    const [older, newest] = await from.list(keys.bases(root, "t1"));
    const at = (key: string) => order.indexOf(key.replace(`${root}/`, ""));
    const steps = [
      at(newest!),
      at(keys.timeline(root, "t1")),
      at(keys.link(root, "t1", 6)),
      at(keys.link(root, "t1", 8)),
      at(older!),
      at(keys.link(root, "t1", 3)),
      at(keys.link(root, "t1", 5)),
      at(keys.link(root, "t1", 1)),
    ];
    expect(steps).not.toContain(-1);
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });

  it("has the newest of several histories first, whose record waits for its first base", async () => {
    const later = new Archive(from, "t2", "2026-06-02 03:00:00");
    await later.record();
    await later.step(2);
    const to = new MemoryStore();
    const lines: string[] = [];
    await copied(from, to, { say: (line) => lines.push(line) });
    expect(lines).toContain(
      "history     t2 has no base yet: its record follows with its first base",
    );
    expect(await to.list(keys.timelines(root))).toEqual([keys.timeline(root, "t1")]);
    expect(await reached(to)).toBe(8);
    await later.base();
    expect((await copied(from, to)).faults).toEqual([]);
    expect(await reached(to)).toBe(2);
    expect(contentOf(to)).toEqual(contentOf(from));
  });
});

describe("two copies at once", () => {
  it("put the same objects, each in the right order", async () => {
    const to = new WatchedStore();
    let seed = 7;
    to.beforePut = async () => {
      expect(brokenIn(to)).toEqual([]);
      seed = (seed * 16_807) % 2_147_483_647;
      for (let i = seed % 5; i > 0; i -= 1) await new Promise((done) => setImmediate(done));
    };
    const both = await Promise.all([copied(from, to), copied(from, to)]);
    expect(both.map(({ faults }) => faults)).toEqual([[], []]);
    expect(contentOf(to)).toEqual(contentOf(from));
  });
});
