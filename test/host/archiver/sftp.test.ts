import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedPut } from "../../../host/archiver/store/checked-put";
import { findTip } from "../../../host/archiver/chain/tip";
import { bytesOf, keys } from "../../../host/archiver/chain/manifest";
import { KeyExistsError, StoreError } from "../../../host/archiver/store/object-store";
import { SftpConnection } from "../../../host/archiver/store/sftp-session";
import { pathOf, SftpStore } from "../../../host/archiver/store/sftp-store";
import { keyPair, TestFileStorage } from "../../../localcloud/test/support/test-file-storage";
import { type } from "../../../localcloud/file-storage/packets";
import { sftpChannel } from "../../../scripts/restore/sftp-channel";

let storage: TestFileStorage;
let store: SftpStore;

/** A store with what differs from what is right. */
function storeWith(
  differs: object = {},
  privateKey = storage.writer.privateKey,
  silenceMs = 5_000,
) {
  const place = { ...storage.place, ...differs };
  return new SftpStore(
    new SftpConnection(() => sftpChannel(place, privateKey), silenceMs),
    place.path,
  );
}

beforeEach(async () => {
  storage = await TestFileStorage.start();
  store = storeWith();
});
afterEach(() => storage.stop());

/** Names of all files on the server. */
function onServer(): string[] {
  return readdirSync(storage.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(storage.root.length + 1))
    .sort();
}

/** Ends the connection at a request, once, and does the request all the same or not. */
function cutAt(isCut: (path: string, kind: number) => boolean): void {
  let isOver = false;
  storage.onRequest = ({ path }, kind, connection) => {
    if (isOver || !isCut(path, kind)) return;
    isOver = true;
    connection.end();
  };
}

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
    expect(onServer()).toEqual(["backups/webstack/w/t/a.1"]);
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
    expect(onServer()).toEqual(["backups/webstack/a"]);
  });

  it("lets one of two writers of a name win, and the other one know", async () => {
    const other = storeWith();
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
    expect(onServer()).toEqual(["backups/webstack/a", "backups/webstack/b"]);
  });
});

describe("a failing SFTP server", () => {
  it("leaves no object under its name if the connection is cut in the middle of a put", async () => {
    let writes = 0;
    cutAt((_, kind) => kind === type.write && (writes += 1) === 20);
    await expect(store.put("w/big", Buffer.alloc(2_000_000))).rejects.toThrow(
      /^PUT w\/big: the connection to 127\.0\.0\.1 port \d+ ended/,
    );
    expect(await store.head("w/big")).toBeUndefined();
    expect(await store.list("")).toEqual([]);
    await checkedPut(store, "w/big", Buffer.alloc(2_000_000, 1));
  });

  it("may have put an object whose answer was lost, and the next try finds its own", async () => {
    cutAt((path, kind) => kind === type.extended && path.endsWith("/w/link"));
    await expect(checkedPut(store, "w/link", Buffer.from("mine"))).rejects.toThrow(StoreError);
    await checkedPut(store, "w/link", Buffer.from("mine"));
    expect((await store.get("w/link"))!.toString()).toBe("mine");
  });

  it("breaks off a stream with an error, not with an early end", async () => {
    await store.put("w/big", Buffer.alloc(4_500_000));
    let reads = 0;
    cutAt((_, kind) => kind === type.read && (reads += 1) === 80);
    const read = async () => {
      for await (const chunk of (await store.stream("w/big"))!) expect(chunk.length).not.toBe(0);
    };
    await expect(read()).rejects.toThrow(StoreError);
  });

  it("is full: the put fails with that, and leaves nothing", async () => {
    storage.faults.add(1, { fault: "storage", key: "", method: "PUT", fullBytes: 100_000 });
    await expect(store.put("w/big", Buffer.alloc(2_000_000))).rejects.toThrow(
      "PUT w/big: status 4 (Failure); the disk or the quota of the server may be full",
    );
    storage.faults.remove(1);
    expect(onServer()).toEqual([]);
    await store.put("w/big", Buffer.alloc(2_000_000));
  });

  it("stalls: the request fails in time, and the next one uses another connection", async () => {
    const hasty = storeWith({}, storage.writer.privateKey, 300);
    await hasty.put("a", Buffer.from("x"));
    storage.faults.add(1, { fault: "storage", key: "", stalls: true });
    await expect(hasty.get("a")).rejects.toThrow("GET a: no answer for 0.3 s");
    storage.faults.remove(1);
    expect((await hasty.get("a"))!.toString()).toBe("x");
  });

  it("is slow: the put waits and succeeds", async () => {
    storage.faults.add(1, { fault: "storage", key: "w/", latencyMs: 50 });
    await checkedPut(store, "w/big", Buffer.alloc(300_000));
  });

  it("gives other bytes than were put: an upload that is read back is not taken for done", async () => {
    cutAt(() => false);
    storage.onRequest = ({ path }, kind) => {
      if (kind === type.stat && path.endsWith("/w/a")) {
        try {
          storage.folder.corrupt("backups/webstack/w/a");
        } catch {
          // It is not there yet.
        }
      }
    };
    await expect(checkedPut(store, "w/a", Buffer.from("content"))).rejects.toThrow(
      "w/a has other content than was uploaded: 7 of 7 bytes",
    );
  });

  it("has another host key: nothing is sent, and the setting is named", async () => {
    const other = storeWith({ hostKey: keyPair().publicKey });
    await expect(other.put("a", Buffer.from("x"))).rejects.toThrow(
      /the host key of 127\.0\.0\.1 port \d+ is not backups\.target\.sftp\.hostKey; nothing was sent/,
    );
    const type = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyX2hH0wsGQlNGVS3YXfdhyjV4yVBxSsEFjcNpWBQxl";
    await expect(storeWith({ hostKey: type }).list("")).rejects.toThrow("is not backups.target");
    expect(onServer()).toEqual([]);
  });

  it("refuses the key, and the message names where its public half belongs", async () => {
    await expect(storeWith({}, keyPair().privateKey).list("")).rejects.toThrow(
      /does not accept the key of the backups .*\.ssh\/authorized_keys/,
    );
  });

  it("reads alone for an account that only reads", async () => {
    await store.put("a", Buffer.from("x"));
    const reader = storeWith({ user: "u1-sub1" }, storage.reader.privateKey);
    expect(await reader.list("")).toEqual(["a"]);
    await expect(reader.put("b", Buffer.from("y"))).rejects.toThrow("status 3 (Permission denied)");
  });

  it("does not answer at all", async () => {
    await expect(storeWith({ port: 9 }).list("")).rejects.toThrow("ECONNREFUSED");
  });
});
