import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedPut, KeyExistsError } from "../../../host/archiver/store/object-store";
import { findTip } from "../../../host/archiver/chain/reading";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import { SftpConnection } from "../../../host/archiver/store/sftp-session";
import { pathOf, SftpStore } from "../../../host/archiver/store/sftp-store";
import { TestFileStorage } from "../../../localcloud/test/support/test-file-storage";
import { type } from "../../../localcloud/file-storage/packets";
import { sftpChannel } from "../../../scripts/restore/operator-store";
import { filesOn, storeOn } from "./sftp-server";

let storage: TestFileStorage;
let store: SftpStore;

beforeEach(async () => {
  storage = await TestFileStorage.start();
  store = storeOn(storage);
});
afterEach(() => storage.stop());

describe("SftpStore", () => {
  it("puts, reads whole and in part, streams, and asks for the head", async () => {
    const content = Buffer.alloc(500_001, "0123456789");
    await checkedPut(store, "w/t/a.1", content);
    expect((await store.get("w/t/a.1"))!.equals(content)).toBe(true);
    expect((await store.get("w/t/a.1", { from: 2, to: 4 }))!.toString()).toBe("234");
    expect((await store.get("w/t/a.1", { from: 500_000, to: 900_000 }))!.toString()).toBe("0");
    expect(await store.head("w/t/a.1")).toEqual({ bytes: 500_001, md5: "" });
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await store.stream("w/t/a.1"))!) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    expect(filesOn(storage)).toEqual(["backups/webstack/w/t/a.1"]);
  });

  it("puts an empty object", async () => {
    await checkedPut(store, "w/empty", Buffer.alloc(0));
    expect((await store.get("w/empty"))!.length).toBe(0);
  });

  it("says that nothing is there", async () => {
    expect([await store.get("no"), await store.stream("no"), await store.head("no")]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
    expect(await store.list("no/")).toEqual([]);
  });

  it("lists in order what begins so, or as much as is wanted", async () => {
    const all = ["w/a/2", "w/a/1", "w/b/x/1", "w/ab", "v/a/1"];
    for (const key of all) await store.put(key, Buffer.from("x"));
    expect(await store.list("")).toEqual([...all].sort());
    expect(await store.list("w/a")).toEqual(["w/a/1", "w/a/2", "w/ab"]);
    expect(await store.list("w/a/", "w/a/1")).toEqual(["w/a/2"]);
    expect(await store.list("w/", "w/a/1", 2)).toEqual(["w/a/2", "w/ab"]);
  });

  it("keeps numbered objects a thousand to a folder, and finds the last of many", async () => {
    expect(pathOf("b", "w/t/log/0000123456.json")).toBe("b/w/t/log/0000123/0000123456.json");
    expect(pathOf("b", "w/t/bases/20261128T031500Z.json")).toBe(
      "b/w/t/bases/20261128T031500Z.json",
    );
    const numbers = [998, 999, 1_000, 1_001, 2_500];
    for (const number of numbers) {
      const link = { version: 1, number, previous: "", archived: "", node: "db-1", mysql: "9.7.4" };
      await store.put(keys.link("w", "t", number), bytesOf(link as never));
    }
    const names = numbers.map((number) => keys.link("w", "t", number));
    expect(await store.list(keys.links("w", "t"))).toEqual(names);
    let folders = 0;
    storage.onRequest = (_, kind) => void (folders += kind === type.opendir ? 1 : 0);
    expect(await store.list(keys.links("w", "t"), keys.link("w", "t", 1_000), 1)).toEqual([
      keys.link("w", "t", 1_001),
    ]);
    expect(folders).toBe(2);
    expect((await findTip(store, "w", "t")).number).toBe(2_500);
  });

  it("lists a folder of more names than one answer has", async () => {
    await store.put("w/p/0", Buffer.from("x"));
    const folder = join(storage.root, "backups/webstack/w/p");
    for (let i = 1; i < 333; i += 1) writeFileSync(join(folder, String(i)), "x");
    expect(await store.list("w/p/")).toHaveLength(333);
  });

  it("refuses a name that is taken, and changes nothing", async () => {
    await store.put("a", Buffer.from("first"));
    await expect(store.put("a", Buffer.from("other"))).rejects.toThrow(KeyExistsError);
    expect((await store.get("a"))!.toString()).toBe("first");
    expect(filesOn(storage)).toEqual(["backups/webstack/a"]);
  });

  it("lets one of two writers of a name win, and the other one know", async () => {
    const other = storeOn(storage);
    for (let i = 0; i < 10; i += 1) {
      const key = `w/t/log/${String(i).padStart(10, "0")}.json`;
      const puts = [store, other].map((each, n) => checkedPut(each, key, Buffer.from(`by ${n}`)));
      const results = await Promise.allSettled(puts);
      const lost = results.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
      expect(lost).toEqual([expect.any(KeyExistsError)]);
      const winner = results.findIndex(({ status }) => status === "fulfilled");
      expect((await store.get(key))!.toString()).toBe(`by ${winner}`);
    }
  });

  it("takes for its own what has the same content, and nothing else of the same size", async () => {
    await store.put("a", Buffer.from("mine"));
    await checkedPut(store, "a", Buffer.from("mine"));
    await expect(checkedPut(store, "a", Buffer.from("else"))).rejects.toThrow(KeyExistsError);
  });

  it("uses the plain rename where there are no hard links, which refuses a taken name too", async () => {
    const session = new SftpConnection(
      () => sftpChannel(storage.place, storage.writer.privateKey),
      5_000,
    );
    (await session.session()).extensions.delete("hardlink@openssh.com");
    const without = new SftpStore(session, storage.place.path);
    await without.put("a", Buffer.from("first"));
    let isHidden = true;
    // The other node's object comes between the look and the rename.
    storage.onRequest = ({ path }, kind) => {
      if (kind !== type.rename || !path.endsWith("/b") || !isHidden) return;
      isHidden = false;
      storage.folder.link("backups/webstack/a", "backups/webstack/b");
    };
    await expect(without.put("b", Buffer.from("other"))).rejects.toThrow(KeyExistsError);
    expect((await store.get("b"))!.toString()).toBe("first");
    expect(filesOn(storage)).toEqual(["backups/webstack/a", "backups/webstack/b"]);
  });
});
