import { describe, expect, it } from "vitest";
import { ChainEnd, FencedError } from "../../../host/archiver/chain/append";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import { findTip } from "../../../host/archiver/chain/reading";
import { uploadBase } from "../../../host/archiver/base/upload";
import { MemoryStore } from "./memory-store";

const uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

function segment(from: number, to = from) {
  const [first, last] = [`${uuid}:${from}`, `${uuid}:${to}`];
  const gtids = from === to ? first : `${first}-${to}`;
  return {
    encrypted: Buffer.from(`encrypted ${gtids}`),
    plainBytes: 100,
    gtids,
    first,
    last,
    fromUs: 1,
    toUs: 2,
  };
}

async function end(store: MemoryStore, node = "db-2"): Promise<ChainEnd> {
  const tip = await findTip(store, "webstack-test", "history");
  return new ChainEnd(
    { store, root: "webstack-test", timeline: "history", group: "", node, mysql: "9.7.4" },
    tip,
  );
}

describe("a chain", () => {
  it("names segments by their transactions, and each link by the one before", async () => {
    const store = new MemoryStore();
    const chain = await end(store);
    await chain.add(segment(1, 5));
    await chain.add(segment(6));
    expect([...store.objects.keys()].sort()).toEqual([
      expect.stringMatching(
        `^webstack-test/history/data/0000000001.${uuid}.1_${uuid}.5_[0-9a-f]{12}.age$`,
      ),
      expect.stringMatching(`^webstack-test/history/data/0000000002.${uuid}.6_`),
      "webstack-test/history/log/0000000001.json",
      "webstack-test/history/log/0000000002.json",
    ]);
    const tip = await findTip(store, "webstack-test", "history");
    const first = await findTip(store, "webstack-test", "history", 2);
    expect(tip).toEqual(first);
    expect(tip.link).toMatchObject({ number: 2, archived: `${uuid}:1-6` });
    expect(tip.link!.previous).toMatch(/^[0-9a-f]{64}$/);
  });

  it("lets only one of two writers have the next number", async () => {
    const store = new MemoryStore();
    const [one, other] = [await end(store), await end(store, "db-3")];
    await one.add(segment(1, 5));
    await expect(other.add(segment(1, 7))).rejects.toThrow(FencedError);
    expect((await findTip(store, "webstack-test", "history")).link!.archived).toBe(`${uuid}:1-5`);
  });

  it("takes an object of its own whose answer was lost for what it is", async () => {
    const store = new MemoryStore();
    const chain = await end(store);
    store.lostAnswers = 1;
    await expect(chain.add(segment(1))).rejects.toThrow("the answer was lost");
    await chain.add(segment(1));
    expect(chain.number).toBe(1);
  });

  it("refuses transactions that are archived already", async () => {
    const chain = await end(new MemoryStore());
    await chain.add(segment(1, 5));
    await expect(chain.add(segment(5, 6))).rejects.toThrow("is archived already");
  });

  it("refuses more than 2 GiB with what to do, and writes nothing", async () => {
    const store = new MemoryStore();
    const chain = await end(store);
    const large = { ...segment(1), encrypted: { length: 2 ** 31 } as Buffer };
    await expect(chain.add(large)).rejects.toThrow(
      `the transactions ${uuid}:1 have 2147483648 bytes compressed, and a segment has at most 2147483647: npm run db:backup`,
    );
    expect(store.objects.size).toBe(0);
  });

  it("says what is missing, and goes on from the base that has it", async () => {
    const chain = await end(new MemoryStore());
    await chain.addGap(`${uuid}:1-9`, { id: "b", gtids: `${uuid}:1-12` });
    expect(chain.link).toMatchObject({ gap: { missing: `${uuid}:1-9`, base: "b" } });
    expect(chain.archived).toBe(`${uuid}:1-12`);
  });

  it.each([0, 1, 2, 3, 7, 8, 9, 100])(
    "finds the last of %i links, old ones gone or not",
    async (count) => {
      const store = new MemoryStore();
      for (let number = Math.min(3, count); number <= count && number > 0; number += 1) {
        store.objects.set(keys.link("r", "t", number), bytesOf({ number }));
      }
      expect((await findTip(store, "r", "t")).number).toBe(count);
    },
  );
});

describe("a base", () => {
  it("is put in objects of one size, and counts with its manifest", async () => {
    const store = new MemoryStore();
    async function* stream() {
      yield Buffer.from("abcde");
      yield Buffer.from("fgh");
    }
    const info = {
      ...{ timeline: "t", link: 4, gtids: `${uuid}:1-9`, plainBytes: 8, mysql: "9.7.4" },
      sums: { "app.a": "7" },
    };
    const base = await uploadBase(stream(), { store, root: "r", node: "db-2", id: "i", info }, 3);
    expect(base.parts.map(({ key, bytes }) => [key, bytes])).toEqual([
      ["t/parts/i/00001.age", 3],
      ["t/parts/i/00002.age", 3],
      ["t/parts/i/00003.age", 2],
    ]);
    expect(store.objects.get("r/t/parts/i/00002.age")!.toString()).toBe("def");
    expect([...store.objects.keys()].at(-1)).toBe("r/t/bases/i.json");
    expect(base).toMatchObject({ bytes: 8, link: 4, gtids: `${uuid}:1-9` });
  });
});
