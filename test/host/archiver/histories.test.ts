import { describe, expect, it } from "vitest";
import { uploadBase } from "../../../host/archiver/base/upload";
import { ChainEnd } from "../../../host/archiver/chain/append";
import { findHistory, registerHistory } from "../../../host/archiver/chain/histories";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import { groupOf, type Origin } from "../../../host/archiver/origin";
import { epochOf } from "../../../host/supervisor/core/ancestor";
import { foundingLineage } from "../../../host/supervisor/core/lineage";
import type { FoundingKind } from "../../../host/supervisor/core/certificate";
import { certificate, outside, upTo } from "../supervisor/support/node-state";
import { MemoryStore } from "./memory-store";

const root = "r";
const database = "3e11fa47-0000-11e1-9e33-c80aa9429562";
const first: Origin = { database, lineage: [{ epoch: "1@db-1", founding: "" }] };

/** Origin of the data after a founding, as the founder writes it. */
function founded(
  { lineage }: Origin,
  founder: string,
  last: number,
  kind: FoundingKind = "majority",
): Origin {
  const epoch = lineage.length > 0 ? epochOf(lineage.at(-1)!) : 0;
  const self = outside(founder, { lineage, gtid: upTo(last), certificate: certificate(epoch) });
  return { database, lineage: foundingLineage(self, epoch + 1, kind) };
}

/** What the archiver of a node does: it finds the history, and adds these transactions to it. */
async function archives(store: MemoryStore, origin: Origin, from: number, to: number) {
  const { timeline, tip } = await findHistory(store, root, origin);
  await registerHistory(store, root, { timeline, origin });
  const writer = { store, root, timeline, group: groupOf(origin), node: "db", mysql: "9.7.4" };
  const [uuid] = upTo(1).split(":");
  const gtids = `${uuid}:${from}-${to}`;
  const [start, end] = [`${uuid}:${from}`, `${uuid}:${to}`];
  const times = { plainBytes: 1, fromUs: 1, toUs: 2 };
  const encrypted = Buffer.from(`${timeline} ${gtids}`);
  await new ChainEnd(writer, tip).add({ encrypted, gtids, first: start, last: end, ...times });
  return timeline;
}

const historyOf = async (store: MemoryStore, origin: Origin) =>
  (await findHistory(store, root, origin)).timeline;

describe("the history that data continues", () => {
  it("is another one after an override, however many numbers were given again meanwhile", async () => {
    const store = new MemoryStore();
    expect(await archives(store, first, 1, 1000)).toBe(database);
    const ordered = founded(first, "db-3", 990, "override");
    const next = await archives(store, ordered, 1, 1005);
    expect(next).not.toBe(database);
    expect(await archives(store, ordered, 1006, 1010)).toBe(next);
    // The old history ends with what it had.
    const { tip } = await findHistory(store, root, first);
    expect(tip.link).toMatchObject({ number: 1, archived: upTo(1000), group: "1@db-1" });
  });

  it("is another one after an override of a node that had everything, by its numbers", async () => {
    const store = new MemoryStore();
    await archives(store, first, 1, 990);
    const ordered = founded(first, "db-3", 990, "override");
    expect(await historyOf(store, ordered)).not.toBe(database);
  });

  it("is the same one on every node, and for archivers that only come after later groups", async () => {
    const store = new MemoryStore();
    await archives(store, first, 1, 1000);
    const ordered = founded(first, "db-3", 990, "override");
    const next = await historyOf(store, ordered);
    expect(await historyOf(store, ordered)).toBe(next);
    await archives(store, ordered, 1, 1100);
    const later = founded(ordered, "db-1", 1100);
    expect(await archives(store, later, 1101, 1110)).toBe(next);
    // The store was away for an override and a founding by votes.
    const again = founded(founded(later, "db-2", 1105, "override"), "db-2", 1200);
    expect([database, next]).not.toContain(await historyOf(store, again));
  });

  it("stays after more groups than a lineage has", async () => {
    const store = new MemoryStore();
    await archives(store, first, 1, 1000);
    let origin = founded(first, "db-3", 990, "override");
    const next = await archives(store, origin, 1, 1000);
    for (let last = 1000; last < 1060; last += 2) {
      origin = founded(origin, "db-1", last);
      expect(await archives(store, origin, last + 1, last + 2)).toBe(next);
    }
    expect(origin.lineage.some(({ override }) => override)).toBe(false);
  });

  it("goes on over switches, elections and restarts, which found no group", async () => {
    const store = new MemoryStore();
    await archives(store, first, 1, 10);
    expect(await archives(store, first, 11, 20)).toBe(database);
  });

  it("goes on over groups that were voted for and founded with all that is archived", async () => {
    const store = new MemoryStore();
    await archives(store, first, 1, 10);
    const second = founded(first, "db-2", 12);
    const third = founded(second, "db-1", 14);
    expect(await archives(store, third, 11, 20)).toBe(database);
  });

  it("is another one if a group was voted for and founded without a transaction that is archived", async () => {
    const store = new MemoryStore();
    await archives(store, first, 1, 10);
    const second = founded(first, "db-2", 9);
    expect(await historyOf(store, second)).not.toBe(database);
    expect(await historyOf(store, founded(second, "db-2", 30))).not.toBe(database);
  });

  it("is another one if a base has a transaction that a group was founded without", async () => {
    const store = new MemoryStore();
    await archives(store, first, 1, 10);
    async function* none() {}
    const info = { timeline: database, link: 1, gtids: upTo(12), plainBytes: 1, mysql: "9.7.4" };
    await uploadBase(none(), { store, root, node: "db-2", id: "i", info });
    expect(await historyOf(store, founded(first, "db-2", 11))).not.toBe(database);
    expect(await historyOf(store, founded(first, "db-2", 12))).toBe(database);
  });

  it("is another one for each of two groups beside each other, whoever was first", async () => {
    const store = new MemoryStore();
    await archives(store, first, 1, 990);
    const ordered = founded(first, "db-3", 980, "override");
    const next = await archives(store, ordered, 1, 985);
    expect(await archives(store, first, 991, 1000)).toBe(database);
    expect(await archives(store, ordered, 986, 990)).toBe(next);
  });

  it("goes on when one node without a group becomes three", async () => {
    const store = new MemoryStore();
    const alone = { database, lineage: [] };
    await archives(store, alone, 1, 10);
    expect(await archives(store, alone, 11, 20)).toBe(database);
    expect(await historyOf(store, founded(alone, "db-1", 20, "sole"))).toBe(database);
  });

  it("begins anew with another database, as after its id was deleted", async () => {
    const store = new MemoryStore();
    await archives(store, first, 1, 10);
    expect(await historyOf(store, { ...first, database: "another" })).toBe("another");
  });

  it("goes on from links that do not name a group, unless an override came since", async () => {
    const store = new MemoryStore();
    const old = { version: 1, number: 1, previous: "", archived: upTo(1000), node: "db-2" };
    store.objects.set(keys.timeline(root, database), bytesOf({ version: 1, timeline: database }));
    store.objects.set(keys.link(root, database, 1), bytesOf(old));
    const later = founded(first, "db-2", 500);
    expect(await historyOf(store, later)).toBe(database);
    expect(await historyOf(store, founded(later, "db-3", 990, "override"))).not.toBe(database);
  });

  it("is not one that is registered and empty, from an override that failed", async () => {
    const store = new MemoryStore();
    await archives(store, first, 1, 10);
    const failed = founded(first, "db-3", 10, "override");
    const timeline = await historyOf(store, failed);
    await registerHistory(store, root, { timeline, origin: failed });
    expect(await historyOf(store, failed)).toBe(timeline);
    expect(await historyOf(store, first)).toBe(database);
  });
});
