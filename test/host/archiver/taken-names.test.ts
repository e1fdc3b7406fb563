import { describe, expect, it } from "vitest";
import { registerHistory } from "../../../host/archiver/chain/histories";
import { keys } from "../../../host/archiver/chain/manifest";
import type { Origin } from "../../../host/archiver/origin";
import { S3Store } from "../../../host/archiver/store/s3";
import { TestStorage, writer } from "../../../localcloud/test/support/test-storage";
import { MemoryStore } from "./memory-store";

const timeline = "3e11fa47-0000-11e1-9e33-c80aa9429562";
const origin: Origin = { database: timeline, lineage: [{ epoch: "1@db-1", founding: "" }] };
const register = (store: MemoryStore | S3Store) =>
  registerHistory(store, "r", { timeline, origin });

/** Counts the puts, and replaces objects like a bucket that does not know `If-None-Match`. */
class Replacing extends MemoryStore {
  puts = 0;
  replaces = true;

  override async put(key: string, content: Buffer): Promise<void> {
    this.puts += 1;
    if (this.replaces) this.objects.delete(key);
    return super.put(key, content);
  }
}

describe("a store that replaces an object whose name is taken", () => {
  it("is refused before anything is archived: two archivers would overwrite each other's links", async () => {
    const store = new Replacing();
    await expect(register(store)).rejects.toThrow(
      `the store of the backups must refuse a name that is taken, and replaced ${keys.timeline("r", timeline)} (by the same content): ` +
        "of two archivers one would overwrite the links of the other, so nothing is archived; let backups.target be a bucket that knows If-None-Match, or an SFTP server",
    );
  });

  it("is refused again without a further put", async () => {
    const store = new Replacing();
    await expect(register(store)).rejects.toThrow("must refuse");
    const { puts } = store;
    await expect(register(store)).rejects.toThrow("must refuse");
    expect(store.puts).toBe(puts);
  });
});

describe("a store that refuses such a name", () => {
  it("is asked once", async () => {
    const store = new Replacing();
    store.replaces = false;
    await register(store);
    expect(store.puts).toBe(2);
    await register(store);
    expect(store.puts).toBe(2);
  });

  it("is not mistaken for the other if an operator deletes the object meanwhile", async () => {
    const store = new Replacing();
    store.replaces = false;
    await register(store);
    const again = new Replacing();
    again.replaces = false;
    const get = store.get.bind(store);
    again.get = async (key) => get(key);
    await register(again);
    expect(again.objects.size).toBe(1);
  });

  it("may be a bucket, which gets no further version", async () => {
    const storage = await TestStorage.start();
    try {
      const store = new S3Store({ ...writer, ...storage.place }, () => new Date());
      await register(store);
      const key = keys.timeline("r", timeline);
      const first = storage.objects.find("backups", key)!.version;
      await register(store);
      expect(storage.objects.find("backups", key)!.version).toBe(first);
    } finally {
      await storage.stop();
    }
  });
});
