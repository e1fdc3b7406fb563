import { describe, expect, it } from "vitest";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import { GrowthWatch } from "../../../host/archiver/growth-watch";
import { MemoryStore } from "./memory-store";

const root = "webstack-test";

/** A store with that many links of a timeline; link n has transactions 1 to n. */
function add(store: MemoryStore, timeline: string, number: number): void {
  const link = { version: 1, number, archived: `some-uuid:1-${number}` };
  store.objects.set(keys.link(root, timeline, number), bytesOf(link));
}

describe("a standby of the archiver", () => {
  it("knows what is archived, up to a minute late", async () => {
    const store = new MemoryStore();
    const watch = new GrowthWatch(store, root, 0);
    await watch.check("a", 0);
    expect(watch.archived("a")).toBe("");
    add(store, "a", 1);
    await watch.check("a", 5_000);
    expect(watch.archived("a")).toBe("some-uuid:1-1");
    add(store, "a", 2);
    await watch.check("a", 30_000);
    expect(watch.archived("a")).toBe("some-uuid:1-1");
    await watch.check("a", 70_000);
    expect(watch.archived("a")).toBe("some-uuid:1-2");
  });

  it("says nothing of another history", async () => {
    const store = new MemoryStore();
    const watch = new GrowthWatch(store, root, 0);
    add(store, "a", 1);
    await watch.check("a", 0);
    expect(watch.archived("b")).toBe("");
    await watch.check("b", 10_000);
    expect(watch.archived("b")).toBe("");
    expect(watch.archived("a")).toBe("");
  });
});
