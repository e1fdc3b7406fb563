import { beforeEach, describe, expect, it } from "vitest";
import { type Base, keys, type Link } from "../../../host/archiver/chain/manifest";
import { StoreError } from "../../../host/archiver/store/object-store";
import { MemoryStore } from "../../host/archiver/memory-store";
import { grown, root } from "./archive";
import { brokenIn, contentOf, copied, WatchedStore } from "./copying";

let from: MemoryStore;
let to: MemoryStore;
beforeEach(async () => {
  from = new MemoryStore();
  to = new MemoryStore();
  await grown(from);
});

const read = <T>(key: string) => JSON.parse(from.objects.get(key)!.toString()) as T;
const segmentOf = (number: number) =>
  `${root}/${read<Link>(keys.link(root, "t1", number)).segment!.key}`;
const newestBase = async () => (await from.list(keys.bases(root, "t1"))).at(-1)!;
/** Other content of the same size. */
const other = (key: string) => Buffer.alloc(from.objects.get(key)!.length, "x");
const isOther = "in backups.copy has other content than in backups.target; it was not replaced";

describe("an object that the copy has with other content", () => {
  it("is told by its name and stays: a segment, whose link does not follow", async () => {
    const key = segmentOf(7);
    to.objects.set(key, other(key));
    const { faults, behind } = await copied(from, to);
    expect(faults).toEqual([expect.stringContaining(`${key} ${isOther}`)]);
    expect(to.objects.get(key)).toEqual(other(key));
    expect(to.objects.has(keys.link(root, "t1", 7))).toBe(false);
    expect(brokenIn(to)).toEqual([]);
    expect(behind).toMatchObject({ seconds: 120, isTooFar: true });
  });

  it("a part, whose base does not follow", async () => {
    const base = await newestBase();
    const key = `${root}/${read<Base>(base).parts[1]!.key}`;
    to.objects.set(key, other(key));
    expect((await copied(from, to)).faults).toEqual([expect.stringContaining(`${key} ${isOther}`)]);
    expect([to.objects.get(key), to.objects.has(base)]).toEqual([other(key), false]);
  });

  it("a base, a dump and the record of the history", async () => {
    const [dump] = await from.list(keys.dumps(root, "t1"));
    const wrong = [await newestBase(), keys.timeline(root, "t1"), dump!];
    const record = '{"since":"2026-01-01"}';
    for (const key of wrong) to.objects.set(key, Buffer.from(record));
    const { faults } = await copied(from, to);
    expect(faults).toEqual(wrong.map((key) => expect.stringContaining(`${key} ${isOther}`)));
    for (const key of wrong) expect(to.objects.get(key)!.toString()).toBe(record);
  });

  it("a link: the first one from which the histories differ, and nothing is copied", async () => {
    await copied(from, to);
    for (const number of [5, 6, 7, 8]) {
      const key = keys.link(root, "t1", number);
      to.objects.set(key, Buffer.from(`${to.objects.get(key)!.toString()} `));
    }
    const before = contentOf(to);
    const { faults } = await copied(from, to);
    expect(faults).toEqual([
      expect.stringContaining(`${keys.link(root, "t1", 5)} in backups.copy differs`),
    ]);
    expect(contentOf(to)).toEqual(before);
  });

  it("that came while it was copied", async () => {
    const key = segmentOf(7);
    const watched = new WatchedStore();
    watched.beforePut = (putKey) => {
      if (putKey === key) watched.objects.set(key, other(key));
    };
    expect((await copied(from, watched)).faults).toEqual([
      expect.stringContaining(`${key} ${isOther}`),
    ]);
    expect(watched.objects.get(key)).toEqual(other(key));
    expect(brokenIn(watched)).toEqual([]);
  });

  it("is found by --verify also where its manifest is there", async () => {
    await copied(from, to);
    const [segment, link] = [segmentOf(2), keys.link(root, "t1", 4)];
    const part = `${root}/${read<Base>(await newestBase()).parts[0]!.key}`;
    for (const key of [segment, part, link]) to.objects.set(key, other(key));
    expect((await copied(from, to)).faults).toEqual([]);
    const { faults } = await copied(from, to, { verify: true });
    expect(faults.map((line) => line.split(" ")[0]).sort()).toEqual([segment, link, part].sort());
  });
});

describe("an object that the copy lost", () => {
  it("is put again, also where its link or base is there", async () => {
    await copied(from, to);
    const part = `${root}/${read<Base>(await newestBase()).parts[0]!.key}`;
    for (const key of [segmentOf(2), part, keys.link(root, "t1", 7)]) to.objects.delete(key);
    expect((await copied(from, to)).faults).toEqual([]);
    expect(contentOf(to)).toEqual(contentOf(from));
  });
});

describe("an object of the target", () => {
  it("that is damaged or missing is told, is not copied, and does not stop the rest", async () => {
    const [damaged, missing] = [segmentOf(4), segmentOf(7)];
    from.objects.set(damaged, other(damaged));
    from.objects.delete(missing);
    const { faults } = await copied(from, to);
    expect(faults).toEqual([
      expect.stringContaining(`${missing} is not in backups.target, and t1/log/0000000007.json`),
      expect.stringContaining(`${damaged} in backups.target does not have the size and the sum`),
    ]);
    expect(brokenIn(to)).toEqual([]);
    expect(to.objects.has(keys.link(root, "t1", 8))).toBe(true);
  });

  it("that retention deletes while it is copied is no error", async () => {
    const [link, segment] = [keys.link(root, "t1", 1), segmentOf(1)];
    const get = from.get.bind(from);
    from.get = async (key) => {
      const content = await get(key);
      if (key === link) for (const gone of [link, segment]) from.objects.delete(gone);
      return content;
    };
    expect((await copied(from, to)).faults).toEqual([]);
    expect(contentOf(to)).toEqual(contentOf(from));
  });

  it("that no manifest refers to is of an upload that did not end, and is not copied", async () => {
    from.objects.set(keys.part(root, "t1", "20260601T050000Z", 1), Buffer.from("x"));
    from.objects.set(keys.proof(root, "20260601T050000Z"), Buffer.from("x"));
    const before = from.objects.size;
    await copied(from, to);
    expect(to.objects.size).toBe(before - 2);
  });
});

describe("a store that fails", () => {
  it("is asked again, and an answer that was lost is no other content", async () => {
    const flaky = new WatchedStore();
    let calls = 0;
    flaky.beforePut = () => {
      if ((calls += 1) % 3 === 0) throw new StoreError("status 503");
    };
    flaky.lostAnswers = 5;
    expect((await copied(from, flaky, {}, [0, 0, 0])).faults).toEqual([]);
    expect(contentOf(flaky)).toEqual(contentOf(from));
  });

  it("ends the copy with its setting and its reason", async () => {
    from.list = () => Promise.reject(new StoreError("LIST failed with status 403"));
    await expect(copied(from, to)).rejects.toThrow("backups.target: LIST failed with status 403");
    await expect(copied(new MemoryStore(), to)).rejects.toThrow(
      "backups.target must have backups below webstack-test/, got none",
    );
  });
});
