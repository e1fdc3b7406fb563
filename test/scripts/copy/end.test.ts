import { beforeEach, describe, expect, it } from "vitest";
import { keys } from "../../../host/archiver/chain/manifest";
import { copyLag, endsOf } from "../../../scripts/copy/end";
import { RetryingStores } from "../../../scripts/copy/stores";
import { MemoryStore } from "../../host/archiver/memory-store";
import { Archive, grown, root, startMs } from "./archive";
import { copied } from "./copying";

const minutes = (count: number) => (startMs + count * 60_000) * 1_000;
let from: MemoryStore;
let archive: Archive;
beforeEach(async () => {
  from = new MemoryStore();
  archive = await grown(from);
});

const ends = (to: MemoryStore) =>
  endsOf(new RetryingStores({ from, to, waitsMs: [] }), {
    ...{ root, timeline: "t1" },
    has: new Set(to.objects.keys()),
  });

/** A store with the objects of the target, without some. */
function copyWithout(...lacking: string[]): MemoryStore {
  const to = new MemoryStore();
  for (const [key, content] of from.objects) {
    if (!lacking.includes(key)) to.objects.set(key, content);
  }
  return to;
}

describe("the end of a copy", () => {
  it("is that of the target, also after a link that records a gap", async () => {
    await archive.gap(await archive.base());
    const end = { number: 9, us: minutes(8) };
    expect(await ends(copyWithout())).toEqual({ from: end, to: end });
    const lagging = await ends(copyWithout(keys.link(root, "t1", 9)));
    expect(lagging.from).toEqual(end);
  });

  it("is before a link that is missing, and the base's moment without links", async () => {
    const [sixth, seventh] = [keys.link(root, "t1", 6), keys.link(root, "t1", 7)];
    const from8 = { number: 8, us: minutes(8) };
    expect(await ends(copyWithout(seventh))).toEqual({
      from: from8,
      to: { number: 6, us: minutes(6) },
    });
    const { to } = await ends(copyWithout(sixth));
    expect(to).toMatchObject({ number: 5, us: expect.closeTo(minutes(5), -8) });
    expect(await ends(new MemoryStore())).toEqual({ from: from8, to: { number: 0, us: 0 } });
  });

  it("is known of a target whose last link is damaged", async () => {
    const to = copyWithout(keys.link(root, "t1", 8));
    from.objects.set(keys.link(root, "t1", 8), Buffer.from("{"));
    const end = { number: 7, us: minutes(7) };
    expect(await ends(to)).toEqual({ from: { ...end, number: 8 }, to: end });
  });
});

describe("a copy that ends behind the target", () => {
  const end = (count: number) => ({ number: count, us: minutes(count) });

  it("is an error from the bound on, with the age of its newest segment", () => {
    const nowMs = minutes(20) / 1_000;
    const near = copyLag({ from: end(18), to: end(17) }, 60, nowMs);
    expect(near).toEqual({
      line: "ends        with link 17, newest commit 2026-06-01T03:17:00.000000Z, 180 s old, 60 s behind backups.target",
      seconds: 60,
      isTooFar: false,
    });
    const far = copyLag({ from: end(18), to: end(16) }, 60, nowMs);
    expect(far.isTooFar).toBe(true);
    expect(far.line).toMatch(/120 s behind backups\.target \(TOO FAR BEHIND, more than 60 s\)$/);
    expect(copyLag({ from: end(18), to: { number: 0, us: 0 } }, 60, nowMs).isTooFar).toBe(true);
  });

  it("is copied once more, for what was archived meanwhile", async () => {
    const to = new MemoryStore();
    let isFirst = true;
    const say = (line: string) => {
      if (line.startsWith("history") && isFirst) {
        isFirst = false;
        grow = archive.step(3);
      }
    };
    let grow: Promise<void> | undefined;
    const { behind: found } = await copied(from, to, { say });
    await grow;
    expect(found).toMatchObject({ seconds: 0, isTooFar: false });
    expect(found!.line).toContain("ends        with link 11");
  });
});
