import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Base, sha256 } from "../../../host/archiver/chain/manifest";
import { StoreError } from "../../../host/archiver/store/object-store";
import { PrefixMachine } from "../../../scripts/restore/machine";
import { fetchBase } from "../../../scripts/restore/replay";
import { MemoryStore } from "../../host/archiver/memory-store";
import { fakeAge } from "./fake-age";

let folder: string;
let store: MemoryStore;
let base: Base;

/** A base of two parts: a sealed archive with the file `a`, which the programs of the folder open. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fetch-base-"));
  mkdirSync(join(folder, "copy"));
  writeFileSync(join(folder, "copy", "a"), "x".repeat(200_000));
  const tar = execFileSync("tar", ["-C", join(folder, "copy"), "-c", "."]);
  const sealed = Buffer.concat([Buffer.from("sealed "), tar]);
  store = new MemoryStore();
  const parts = [sealed.subarray(0, 100_000), sealed.subarray(100_000)].map((content, i) => {
    const key = `t/parts/i/0000${i + 1}.age`;
    store.objects.set(`r/${key}`, content);
    return { key, sha256: sha256(content), bytes: content.length };
  });
  const sizes = { bytes: 1, plainBytes: 1, node: "db-2", mysql: "9.7.4" };
  base = { version: 1, id: "20261128T031500Z", parts, gtids: "", link: 0, ...sizes };
});
afterEach(() => rmSync(folder, { recursive: true }));

function fetched(): Promise<void> {
  const machine = new PrefixMachine(fakeAge(folder));
  const places = { here: folder, there: folder, identity: "/identity" };
  const plan = { base, links: [], missing: "", faults: [], bytes: 1 };
  return fetchBase({ machine, store, root: "r", say: () => undefined, ...places }, plan);
}

describe("a base is unpacked", () => {
  it("from all of its parts", async () => {
    await fetched();
    expect(readFileSync(join(folder, "data", "a"), "utf8")).toHaveLength(200_000);
  });

  it("or the part that is not there is named, not the programs that wait for it", async () => {
    store.objects.delete(`r/${base.parts[1]!.key}`);
    await expect(fetched()).rejects.toThrow(/^t\/parts\/i\/00002.age is not there$/);
  });

  it("or the part that differs", async () => {
    store.objects.set(`r/${base.parts[1]!.key}`, Buffer.from("else"));
    await expect(fetched()).rejects.toThrow("t/parts/i/00002.age is not what was put there. If");
  });

  it("or the failure of the store keeps its kind", async () => {
    const get = store.get.bind(store);
    store.get = async (key) => {
      if (key.endsWith("00002.age")) throw new StoreError("GET failed with status 503");
      return get(key);
    };
    await expect(fetched()).rejects.toThrow(StoreError);
  });

  it("or the identity of another key is told, with what to do", async () => {
    const foreign = Buffer.from("for another identity");
    const [first] = base.parts;
    store.objects.set(`r/${first!.key}`, foreign);
    base.parts = [{ ...first!, sha256: sha256(foreign) }];
    await expect(fetched()).rejects.toThrow(
      "base 20261128T031500Z cannot be opened: age: error: no identity matched any of the recipients; " +
        "if it was sealed for a former key, add that identity to the identity file",
    );
  });
});
