import { beforeEach, describe, expect, it } from "vitest";
import { findHistory } from "../../../host/archiver/chain/histories";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import { DamagedError, findTip, listBases, newestBase } from "../../../host/archiver/chain/reading";
import type { Origin } from "../../../host/archiver/origin";
import { upTo } from "../supervisor/support/node-state";
import { MemoryStore } from "./memory-store";

const root = "r";
const database = "3e11fa47-0000-11e1-9e33-c80aa9429562";
const origin: Origin = { database, lineage: [{ epoch: "1@db-1", founding: "" }] };
const [older, newer] = ["20261127T031500Z", "20261128T031500Z"];
const sizes = { parts: [], bytes: 1, plainBytes: 1, node: "db-2", mysql: "9.7.4" };

let store: MemoryStore;

/** A history of one link with two bases, the newer one cut off. */
beforeEach(() => {
  store = new MemoryStore();
  const link = { version: 1, number: 1, previous: "", archived: upTo(10), group: "1@db-1" };
  const record = { version: 1, timeline: database, database, group: "1@db-1" };
  const base = { version: 1, id: older, gtids: upTo(5), link: 0, ...sizes };
  store.objects.set(keys.timeline(root, database), bytesOf(record));
  store.objects.set(keys.link(root, database, 1), bytesOf(link));
  store.objects.set(keys.base(root, database, older), bytesOf(base));
  store.objects.set(keys.base(root, database, newer), bytesOf(base).subarray(0, 20));
});

describe("the manifest of a base that is damaged", () => {
  it("does not keep the archiver from its history, which has the base before", async () => {
    expect(await findHistory(store, root, origin)).toMatchObject({ timeline: database });
    expect((await newestBase(store, root, database))?.id).toBe(older);
  });

  it("may be empty, or be no manifest", async () => {
    for (const content of ["", "null", "[]", "{}", '{"parts":[],"gtids":7,"link":1}']) {
      store.objects.set(keys.base(root, database, newer), Buffer.from(content));
      expect((await newestBase(store, root, database))?.id).toBe(older);
      await expect(listBases(store, root, database)).rejects.toThrow(DamagedError);
    }
  });

  it("is named with what to do by whoever needs all bases", async () => {
    await expect(listBases(store, root, database)).rejects.toThrow(
      `base ${newer} is damaged: r/${database}/bases/${newer}.json `,
    );
    await expect(listBases(store, root, database)).rejects.toThrow(
      "delete that object with the access key that may delete, and take a base (npm run db:backup)",
    );
  });

  it("leaves none if no other base is there", async () => {
    store.objects.delete(keys.base(root, database, older));
    expect(await newestBase(store, root, database)).toBeUndefined();
  });
});

describe("the last link", () => {
  it("that is damaged is named with what to do: nothing goes on from it", async () => {
    store.objects.set(keys.link(root, database, 1), Buffer.from("{"));
    const found = findTip(store, root, database);
    await expect(found).rejects.toThrow(DamagedError);
    await expect(found).rejects.toThrow(
      `link 1 is damaged: Expected property name or '}' in JSON at position 1 (line 1 column 2). The archive ends with it and cannot go on: put its oldest version back, or delete r/${database}/log/0000000001.json with the access key that may delete; the archiver then writes link 1 anew from MySQL's log`,
    );
  });
});
