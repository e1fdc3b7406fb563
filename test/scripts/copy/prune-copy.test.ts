import { beforeEach, describe, expect, it } from "vitest";
import { retentionSettings } from "../../../config/backups-schema";
import { keys } from "../../../host/archiver/chain/manifest";
import { pruneCopy } from "../../../scripts/copy/prune-copy";
import { pruning } from "../../../scripts/prune/pruning";
import { readHistory } from "../../../scripts/prune/history";
import { removePlanned } from "../../../scripts/prune/remove-planned";
import { MemoryStore } from "../../host/archiver/memory-store";
import { Archive, root } from "./archive";
import { brokenIn, contentOf, copied, reached } from "./copying";

const retention = retentionSettings.parse({ daily: 2, weekly: 1, monthly: 1, logDays: 2 });
const minutesOfDay = 1_440;

let from: MemoryStore;
let to: MemoryStore;
let archive: Archive;
/** A copy of a history of eight days, with a base and two links each day. */
beforeEach(async () => {
  [from, to] = [new MemoryStore(), new MemoryStore()];
  archive = new Archive(from);
  await archive.record();
  for (let day = 0; day < 8; day += 1) {
    await archive.base();
    if (day % 3 === 0) await archive.dump();
    await archive.step();
    archive.wait(minutesOfDay);
    await archive.step();
  }
  await copied(from, to);
});

const removerIn = ({ objects }: MemoryStore) => ({
  remove: async (gone: readonly string[]) => void gone.forEach((key) => objects.delete(key)),
});

async function pruneTarget(): Promise<void> {
  const made = pruning(await readHistory(from, root, "t1"), retention, archive.nowMs);
  expect(made.refused).toBe("");
  await removePlanned(removerIn(from), { root, timeline: "t1", made });
}

async function pruned(isPlan = false): Promise<{ isDone: boolean; lines: string[] }> {
  const lines: string[] = [];
  const common = { from, to, root, retention, nowMs: archive.nowMs };
  const remover = isPlan ? undefined : removerIn(to);
  const isDone = await pruneCopy({ ...common, remover, say: (line) => lines.push(line) });
  return { isDone, lines };
}

describe("what retention deleted from the target", () => {
  it("stays in the copy, and is deleted by --prune", async () => {
    const before = to.objects.size;
    await pruneTarget();
    expect(from.objects.size).toBeLessThan(before);
    await copied(from, to);
    expect(to.objects.size).toBe(before);
    expect((await pruned(true)).isDone).toBe(true);
    expect(to.objects.size).toBe(before);
    expect((await pruned()).isDone).toBe(true);
    expect(contentOf(to)).toEqual(contentOf(from));
    expect((await copied(from, to)).faults).toEqual([]);
    expect([brokenIn(to), await reached(to)]).toEqual([[], 16]);
  });

  it("is not deleted from the copy before it is deleted from the target", async () => {
    const before = contentOf(to);
    await pruned();
    expect(contentOf(to)).toEqual(before);
  });
});

describe("what the target lost in another way", () => {
  it("stays in the copy: a base that retention keeps", async () => {
    const base = (await from.list(keys.bases(root, "t1"))).at(-2)!;
    from.objects.delete(base);
    await pruneTarget();
    await pruned();
    expect(to.objects.has(base)).toBe(true);
    expect(brokenIn(to)).toEqual([]);
  });

  it("refuses all: a link", async () => {
    from.objects.delete(keys.link(root, "t1", 15));
    const before = contentOf(to);
    const { isDone, lines } = await pruned();
    expect(isDone).toBe(false);
    expect(lines.at(-1)).toBe(
      "REFUSED     nothing is deleted: backups.target: link 15 is not there",
    );
    expect(contentOf(to)).toEqual(before);
  });

  it("stays in the copy: a whole history, and everything", async () => {
    const before = contentOf(to);
    from.objects.clear();
    const { lines } = await pruned();
    expect(lines).toEqual(["keeps       history t1: backups.target does not have it"]);
    expect(contentOf(to)).toEqual(before);
  });
});
