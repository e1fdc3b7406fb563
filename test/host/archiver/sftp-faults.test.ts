import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedPut, RefusedError, StoreError } from "../../../host/archiver/store/object-store";
import type { SftpStore } from "../../../host/archiver/store/sftp-store";
import { keyPair, TestFileStorage } from "../../../localcloud/test/support/test-file-storage";
import { type } from "../../../localcloud/file-storage/packets";
import { filesOn, storeOn } from "./sftp-server";

let storage: TestFileStorage;
let store: SftpStore;

beforeEach(async () => {
  storage = await TestFileStorage.start();
  store = storeOn(storage);
});
afterEach(() => storage.stop());

/** Ends the connection at a request, once, and does the request all the same or not. */
function cutAt(isCut: (path: string, kind: number) => boolean): void {
  let isOver = false;
  storage.onRequest = ({ path }, kind, connection) => {
    if (isOver || !isCut(path, kind)) return;
    isOver = true;
    connection.end();
  };
}

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
    expect(filesOn(storage)).toEqual([]);
    await store.put("w/big", Buffer.alloc(2_000_000));
  });

  it("stalls: the request fails in time, and the next one uses another connection", async () => {
    const hasty = storeOn(storage, {}, storage.writer.privateKey, 300);
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
    const other = storeOn(storage, { hostKey: keyPair().publicKey });
    await expect(other.put("a", Buffer.from("x"))).rejects.toThrow(
      /the host key of 127\.0\.0\.1 port \d+ is not backups\.target\.sftp\.hostKey; nothing was sent/,
    );
    const type = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyX2hH0wsGQlNGVS3YXfdhyjV4yVBxSsEFjcNpWBQxl";
    await expect(storeOn(storage, { hostKey: type }).list("")).rejects.toThrow(
      "is not backups.target",
    );
    expect(filesOn(storage)).toEqual([]);
  });

  it("refuses the key, and the message names where its public half belongs", async () => {
    await expect(storeOn(storage, {}, keyPair().privateKey).list("")).rejects.toThrow(
      /does not accept the key of the backups .*\.ssh\/authorized_keys/,
    );
    const refused = storeOn(storage, {}, keyPair().privateKey).list("");
    await expect(refused).rejects.toThrow(RefusedError);
  });

  it("reads alone for an account that only reads", async () => {
    await store.put("a", Buffer.from("x"));
    const reader = storeOn(storage, { user: "u1-sub1" }, storage.reader.privateKey);
    expect(await reader.list("")).toEqual(["a"]);
    await expect(reader.put("b", Buffer.from("y"))).rejects.toThrow("status 3 (Permission denied)");
  });

  it("does not answer at all", async () => {
    await expect(storeOn(storage, { port: 9 }).list("")).rejects.toThrow("ECONNREFUSED");
    await expect(storeOn(storage, { port: 9 }).list("")).rejects.not.toThrow(RefusedError);
  });
});
