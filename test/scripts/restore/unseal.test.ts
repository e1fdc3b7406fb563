import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Link, sha256 } from "../../../host/archiver/chain/manifest";
import { PrefixMachine } from "../../../scripts/restore/machine";
import { batchesOf, unsealed } from "../../../scripts/restore/unseal";
import { MemoryStore } from "../../host/archiver/memory-store";
import { fakeAge } from "./fake-age";

let folder: string;

type Range = { from: number; to: number };

/** A store that knows how many reads were under way at most, and which ranges were read. */
class CountingStore extends MemoryStore {
  readonly ranges: Range[] = [];
  private under = 0;
  most = 0;

  override async get(key: string, range?: Range): Promise<Buffer | undefined> {
    if (range) this.ranges.push(range);
    this.under += 1;
    this.most = Math.max(this.most, this.under);
    await new Promise((resolve) => setImmediate(resolve));
    this.under -= 1;
    return super.get(key, range);
  }
}

/** Counts the programs that it runs. */
class CountingMachine extends PrefixMachine {
  runs = 0;

  override async run(command: readonly string[], input?: string): Promise<string> {
    this.runs += 1;
    return super.run(command, input);
  }
}

let store: CountingStore;
let machine: CountingMachine;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unseal-"));
  mkdirSync(join(folder, "relay"));
  store = new CountingStore();
  machine = new CountingMachine(fakeAge(folder));
});
afterEach(() => rmSync(folder, { recursive: true }));

function linkWith(number: number, content: string, plainBytes = 1): Link {
  const [key, sealed] = [`data/${number}`, Buffer.from(content)];
  store.objects.set(`root/${key}`, sealed);
  const times = { fromUs: 0, toUs: 0 };
  const segment = {
    ...{ key, sha256: sha256(sealed), bytes: sealed.length, plainBytes, gtids: "", ...times },
  };
  const shared = { version: 1 as const, previous: "", archived: "", node: "db-1", mysql: "9.7.4" };
  return { ...shared, number, segment };
}

const linksOf = (count: number) =>
  Array.from({ length: count }, (_, i) => linkWith(i + 7, `sealed text ${i + 7}`));

async function open(
  links: readonly Link[],
  most = Infinity,
  more: { pieceBytes?: number } = {},
): Promise<string[]> {
  const opened: string[] = [];
  const where = { store, root: "root", machine, here: folder, there: folder, ...more };
  for await (const { link, file } of unsealed({ ...where, identity: "/identity" }, links)) {
    opened.push(`${link.number} ${readFileSync(file, "utf8")}`);
    expect(readdirSync(join(folder, "relay")).filter((name) => name.startsWith("sealed"))).toEqual(
      [],
    );
    if (opened.length >= most) break;
  }
  return opened;
}

const left = () => readdirSync(join(folder, "relay"));

describe("segments are opened", () => {
  it(
    "in the order of the chain, hundreds by one program, eight downloads at a time",
    { timeout: 60_000 },
    async () => {
      const links = linksOf(300);
      const wanted = links.map(({ number }) => `${number} text ${number}`);
      expect(await open(links)).toEqual(wanted);
      expect([machine.runs, store.most, left()]).toEqual([2, 8, []]);
    },
  );

  it("in pieces if they are large, and none is held as a whole", async () => {
    const links = linksOf(2);
    const ends = { from: 10, to: links[0]!.segment!.bytes - 1 };
    expect(await open(links, Infinity, { pieceBytes: 5 })).toEqual(["7 text 7", "8 text 8"]);
    const each = [{ from: 0, to: 4 }, { from: 5, to: 9 }, ends];
    expect(store.ranges.sort((a, b) => a.from - b.from)).toEqual(each.flatMap((one) => [one, one]));
  });

  it("not if a piece of a large one was changed", async () => {
    const links = linksOf(2);
    store.objects.set("root/data/8", Buffer.from("sealed tixt 8"));
    await expect(open(links, Infinity, { pieceBytes: 5 })).rejects.toThrow(
      "the segment of link 8 is not what was put there",
    );
    expect(left()).toEqual([]);
  });

  it("without anything left on the disk when the restore needs no more of them", async () => {
    expect(await open(linksOf(20), 3)).toHaveLength(3);
    expect(left()).toEqual([]);
  });

  it("not if one was changed: the first in the chain is named", async () => {
    const links = linksOf(20);
    store.objects.set("root/data/12", Buffer.from("sealed other"));
    store.objects.delete("root/data/15");
    await expect(open(links)).rejects.toThrow("the segment of link 12 is not what was put there");
    store.objects.delete("root/data/12");
    await expect(open(links)).rejects.toThrow("the segment of link 12 is not there");
    expect([machine.runs, left()]).toEqual([0, []]);
  });

  it("not if the store fails", async () => {
    const links = linksOf(3);
    store.get = async () => Promise.reject(new Error("GET answered 503"));
    await expect(open(links)).rejects.toThrow("GET answered 503");
  });

  it("not if one is sealed for another key: it is named, with the reason of age", async () => {
    const links = [...linksOf(5), linkWith(12, "foreign text"), linkWith(13, "sealed text")];
    await expect(open(links)).rejects.toThrow(
      "the segment of link 12 has its sum and cannot be opened: age: error: no identity matched any of the recipients; if it was",
    );
    expect(left()).toEqual([]);
  });

  it("in batches that are bounded in bytes, a large one alone", () => {
    const sizes = [100, 100, 100, 300, 1, 1].map((mib) => mib * 2 ** 20);
    const links = sizes.map((bytes, i) => linkWith(i, "sealed", bytes));
    const numbers = [...batchesOf(links)].map((batch) => batch.map(({ number }) => number));
    expect(numbers).toEqual([[0, 1], [2], [3], [4, 5]]);
  });
});
